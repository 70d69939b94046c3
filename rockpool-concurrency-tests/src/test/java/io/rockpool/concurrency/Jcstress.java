package io.rockpool.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs jcstress on cases chosen by a pattern, and says what it found. Results are kept in {@code target/jcstress}. */
final class Jcstress {

    /** For {@code verify}: unified compilation, short iterations; the night's options come from the build. */
    static final String QUICK = "-v -m quick -sc false -pth false -iters 3 -time 100";

    /** The same for what shows itself a few times in a second, if both cores are free. */
    static final String LONGER = QUICK.replace("-iters 3 -time 100", "-iters 10 -time 200");

    private static final Path FOLDER = Path.of("target", "jcstress");

    /** Makes the compiler order what it may in any order, drawn anew in each fork. */
    private static final String COMPILER = "-XX:+UnlockDiagnosticVMOptions -XX:+StressLCM -XX:+StressGCM";

    private static final Pattern RESULTS = Pattern.compile(
            "Results: (\\d+) planned; (\\d+) passed, (\\d+) failed, (\\d+) soft errs, (\\d+) hard errs");

    /** The count of runs, and the cases that left a result. */
    record Outcome(int exit, int planned, int passed, int failed, int errors, Set<String> cases, String output) {

        boolean clean() {
            return exit == 0 && planned > 0 && passed == planned;
        }

        /** A result that its case forbids; an error of the harness is none. */
        boolean forbidden() {
            return exit != 0 && failed > 0 && output.contains("Observed forbidden state");
        }
    }

    private Jcstress() {}

    static Outcome run(String name, String options, String pattern, Duration limit, Path... changed)
            throws IOException, InterruptedException {
        Path results = FOLDER.resolve(name);
        deleteAll(results);
        Files.createDirectories(results);
        ChildJvm jvm = new ChildJvm(changed)
                .with("org.openjdk.jcstress.Main", "-t", pattern, "-r", results.toAbsolutePath() + "/")
                .with(options.trim().split("\\s+"));
        if (options.contains("quick")) {
            jvm.with("-jvmArgs", COMPILER);
        }
        ChildJvm.Ended ended = jvm.run("jcstress-" + name, limit);
        int[] last = new int[5];
        Matcher counted = RESULTS.matcher(ended.output());
        while (counted.find()) {
            for (int i = 0; i < last.length; i++) {
                last[i] = Integer.parseInt(counted.group(i + 1));
            }
        }
        return new Outcome(ended.exit(), last[0], last[1], last[2], last[3] + last[4], cases(results), ended.output());
    }

    /** One page is written for each case that has results. */
    private static Set<String> cases(Path results) throws IOException {
        try (Stream<Path> pages = Files.list(results)) {
            return pages.map(page -> page.getFileName().toString())
                    .filter(page -> page.startsWith("io.rockpool.") && page.endsWith(".html"))
                    .map(page -> page.substring(0, page.length() - ".html".length()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
        assertThat(folder).isEmptyDirectory();
    }
}
