package io.rockpool.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rockpool bench}: measures Rockpool and its peers in one run. */
@Command(
        name = "bench",
        description = "Measures Rockpool and its peers in one run and prints a table.",
        mixinStandardHelpOptions = true,
        versionProvider = Rockpool.Version.class)
final class Bench implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "What to measure; a name that does not exist lists those that do.")
    private String name = "";

    @Option(
            names = "--only",
            paramLabel = "CASE",
            split = ",",
            description = "Runs these cases alone, separated by commas; one that does not exist lists those that do.")
    private List<String> only = List.of();

    @Option(names = "--quick", description = "Shorter runs: the end comes within 50 s on two cores.")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Also writes the figures to FILE as JSON.")
    private @Nullable Path json;

    @Option(
            names = "--svg",
            paramLabel = "FOLDER",
            description = "Also draws the figures as bar charts in FOLDER, a file for each case and metric.")
    private @Nullable Path svg;

    @Override
    public Integer call() throws Exception {
        BenchmarksModule benchmarks = BenchmarksModule.find();
        List<String> names = benchmarks.names();
        if (spec != null && !names.contains(name)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "there is no benchmark '" + name + "'; it must be one of " + String.join(", ", names) + ".");
        }
        return benchmarks.run(name, only, quick, json, svg);
    }
}
