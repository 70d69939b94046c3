package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.benchmarks.CycleBenchmark.Case;
import io.rockpool.benchmarks.CycleBenchmark.Effort;
import io.rockpool.benchmarks.CycleBenchmark.Span;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Who is measured in which case and turn, and what is told of it; never how fast. No JVM is forked. */
class CycleBenchmarkTest {

    private static final Span SPAN = new Span(1, 1, 1, 1);
    private static final Span SHORT = new Span(1, 1, 1, 2);
    private static final Case ALONE = Case.of("t1", "cycle", 1, 32, true);
    private static final Case CHILD = new Case("t1-child-loader", "cycle", 1, 32, true, false, false);

    private static final Benchmark NO_WAITING = new Benchmark() {
        @Override
        public List<String> cases() {
            return List.of();
        }

        @Override
        public void run(Selection only, boolean quick, Report report) {}
    };

    private final List<String> forks = new ArrayList<>();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Report report = new Report("cycle", new PrintStream(printed, true, StandardCharsets.UTF_8));

    private final CycleBenchmark benchmark = new CycleBenchmark(
            (c, subject, span) -> {
                forks.add(c.name() + " " + subject + (span.equals(SHORT) ? " short" : ""));
                return subject.equals("rockpool") ? new CycleFork(20, 24) : new CycleFork(5, 56);
            },
            NO_WAITING);

    @Test
    void quick_measures_the_nearest_in_four_cases() throws Exception {
        benchmark.run(Selection.of(List.of()), true, report);

        assertThat(forks).hasSize(4 * 3).startsWith("t1 rockpool", "t1 hikaricp", "t1 agroal", "t2 rockpool");
        assertThat(report.rows()).extracting(Report.Row::caseName).containsOnly("t1", "t2", "t32s4", "statement-t1");
    }

    @Test
    void the_full_run_has_every_subject_in_every_case_but_the_child_loader() throws Exception {
        benchmark.run(Selection.of(List.of()), false, report);

        for (String c : benchmark.cases()) {
            List<String> nearest = List.of("rockpool", "hikaricp", "agroal");
            List<String> expected = c.equals("t1-child-loader") ? nearest : Peers.names();
            assertThat(report.rows().stream()
                            .filter(row ->
                                    row.caseName().equals(c) && row.metric().equals("ops_per_us")))
                    .extracting(Report.Row::subject)
                    .containsExactlyElementsOf(expected);
            assertThat(forks.stream().filter((c + " hikaricp")::equals)).hasSize(5);
        }
        assertThat(forks.stream().filter("t8 vibur-safe"::equals)).hasSize(2);
    }

    @Test
    void a_case_asked_for_runs_alone_in_quick_too() throws Exception {
        benchmark.run(Selection.of(List.of("t8")), true, report);

        assertThat(report.rows()).extracting(Report.Row::caseName).containsOnly("t8");
    }

    @Test
    void subjects_take_turns_and_none_always_follows_the_same_one() throws Exception {
        benchmark.measure(List.of(CHILD), new Effort(3, SPAN, 1, SHORT, Duration.ofMinutes(1)), report);

        assertThat(forks)
                .extracting(fork -> fork.substring(fork.indexOf(' ') + 1))
                .containsExactly(
                        "rockpool",
                        "hikaricp",
                        "agroal",
                        "hikaricp",
                        "agroal",
                        "rockpool",
                        "agroal",
                        "rockpool",
                        "hikaricp");
    }

    @Test
    void the_table_says_how_many_times_as_fast_rockpool_is() throws Exception {
        benchmark.measure(List.of(ALONE), new Effort(2, SPAN, 1, SHORT, Duration.ofMinutes(1)), report);

        assertThat(forks).hasSize(Peers.names().size() + 3).contains("t1 c3p0 short", "t1 agroal");
        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .anySatisfy(line -> assertThat(line)
                        .matches("t1 +hikaricp +5\\.00 +\\(5\\.00 to 5\\.00 of 2\\) +200\\.0 +56 +4\\.00x"))
                .noneSatisfy(line -> assertThat(line).contains("left out"));
        assertThat(report.rows())
                .contains(
                        new Report.Row("cycle", "t1", "rockpool", "ops_per_us", 20, "ops/us"),
                        new Report.Row("cycle", "t1", "c3p0-safe", "bytes_per_op", 56, "B/op"));
    }

    @Test
    void without_time_it_leaves_forks_out_and_says_so() throws Exception {
        CycleBenchmark slow = new CycleBenchmark(
                (c, subject, span) -> {
                    forks.add(c.name() + " " + subject);
                    long start = System.nanoTime();
                    while (System.nanoTime() - start < 2_000_000) {
                        LockSupport.parkNanos(1_000_000);
                    }
                    return new CycleFork(1, 1);
                },
                NO_WAITING);

        slow.measure(List.of(ALONE, CHILD), new Effort(5, SPAN, 0, SHORT, Duration.ofMillis(1)), report);

        assertThat(forks).containsExactly("t1 rockpool");
        assertThat(report.rows()).extracting(Report.Row::caseName).containsOnly("t1");
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("29 forks were left out");
    }
}
