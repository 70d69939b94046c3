package io.rockpool.benchmarks;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The benchmarks by name: each prints a table and can write its figures as JSON.
 *
 * <p>Threads: one run at a time; a run takes all cores. {@code quick} ends within 50 s on two cores and is good for
 * factors, not for digits.
 */
public final class Benchmarks {

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int UNKNOWN = 2;

    private Benchmarks() {}

    /** The names that {@link #run} knows. */
    public static List<String> names() {
        return List.of("cycle", "down", "mixed", "origin", "read", "spike", "write");
    }

    /**
     * Runs a benchmark and prints its table to standard output.
     *
     * @param only the cases to run; empty: all, or with {@code quick} those that fit
     * @param json where to write the figures as an array of {@code {"bench","case","subject","metric","value","unit"}}, or
     *     null
     * @param svg the folder for bar charts of the figures, a file for each case and metric, or null
     * @return the exit code: 0 done, 1 failed, 2 no such benchmark or case
     */
    public static int run(String name, List<String> only, boolean quick, @Nullable Path json, @Nullable Path svg) {
        return run(name, only, quick, json, svg, System.out, System.err);
    }

    static int run(
            String name,
            List<String> only,
            boolean quick,
            @Nullable Path json,
            @Nullable Path svg,
            PrintStream out,
            PrintStream err) {
        Benchmark benchmark = named(name);
        if (benchmark == null) {
            err.println("there is no benchmark '" + name + "'; known are " + String.join(", ", names()));
            return UNKNOWN;
        }
        Selection selection = Selection.of(only);
        List<String> unknown = selection.unknown(benchmark.cases());
        if (!unknown.isEmpty()) {
            err.println("the benchmark '" + name + "' has no case '" + String.join("', '", unknown) + "'; known are "
                    + String.join(", ", benchmark.cases()));
            return UNKNOWN;
        }
        return run(name, benchmark, selection, quick, json, svg, new Report(name, out), err);
    }

    private static int run(
            String name,
            Benchmark benchmark,
            Selection only,
            boolean quick,
            @Nullable Path json,
            @Nullable Path svg,
            Report report,
            PrintStream err) {
        List<String> surroundings = Surroundings.now().lines();
        surroundings.forEach(report::print);
        report.print("These figures are of this machine, at this hour; compare the subjects, not the digits.");
        report.print("");
        try {
            benchmark.run(only, quick, report);
            if (json != null) {
                report.writeJson(json);
            }
            if (svg != null) {
                Plot.write(report.rows(), surroundings, svg);
            }
            return DONE;
        } catch (Exception e) {
            err.println("the benchmark '" + name + "' failed: " + e);
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                err.println("  because of " + cause);
            }
            return FAILED;
        }
    }

    static @Nullable Benchmark named(String name) {
        return switch (name) {
            case "cycle" -> new CycleBenchmark();
            case "down" -> new DownBenchmark();
            case "mixed" -> new MixedBenchmark();
            case "origin" -> new OriginBenchmark();
            case "read" -> new ReadBenchmark();
            case "spike" -> new SpikeBenchmark();
            case "write" -> new WriteBenchmark();
            default -> null;
        };
    }
}
