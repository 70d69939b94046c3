package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.benchmarks.WaitingCases.Case;
import io.rockpool.benchmarks.WaitingCases.Effort;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That every subject has its JVM and every figure is told; never how fast. */
class WaitingCasesTest {

    private static final Case PLATFORM =
            new Case("hold100us", false, 4, 2, Duration.ofNanos(100_000), Duration.ofMillis(1));
    private static final Case VIRTUAL = new Case("virtual", true, 20, 2, Duration.ofMillis(1), Duration.ZERO);

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Report report = new Report("cycle", new PrintStream(printed, true, StandardCharsets.UTF_8));

    private static Effort effort(Duration limit) {
        Duration time = Duration.ofMillis(100);
        return new Effort(1, time, time, time, time, limit);
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void every_subject_has_its_figures() throws Exception {
        List<String> subjects = List.of("rockpool", "hikaricp");

        new WaitingCases().measure(List.of(PLATFORM), subjects, effort(Duration.ofMinutes(1)), report);

        for (String metric : List.of(
                "ops_per_us",
                "max_wait_ms",
                "p50_wait_ms",
                "p99_wait_ms",
                "p999_wait_ms",
                "max_over_median",
                "unserved",
                "timeouts",
                "borrows_per_thread_min",
                "borrows_per_thread_median",
                "borrows_per_thread_max",
                "held_us",
                "cpu_percent")) {
            assertThat(report.rows().stream().filter(row -> row.metric().equals(metric)))
                    .as(metric)
                    .allSatisfy(row -> assertThat(row.caseName()).isEqualTo("hold100us"))
                    .extracting(Report.Row::subject)
                    .containsExactlyElementsOf(subjects);
        }
        assertThat(report.rows().stream().filter(row -> row.metric().equals("held_us")))
                .allSatisfy(row -> assertThat(row.value()).isGreaterThanOrEqualTo(100));
        assertThat(printed()).contains("4 platform threads on 2 connections, held 100 us");
    }

    @Test
    void virtual_threads_are_measured_where_there_are_any_and_else_it_is_said() throws Exception {
        new WaitingCases().measure(List.of(VIRTUAL), List.of("rockpool"), effort(Duration.ofMinutes(1)), report);

        if (VirtualThreads.exist()) {
            assertThat(report.rows()).extracting(Report.Row::metric).contains("pinned_events", "unserved");
            assertThat(printed()).contains("20 virtual threads on 2 connections");
        } else {
            assertThat(report.rows()).isEmpty();
            assertThat(printed()).contains("virtual is left out: it needs the virtual threads of JDK 21 or newer");
        }
    }

    @Test
    void what_the_time_does_not_suffice_for_is_left_out_and_named() throws Exception {
        new WaitingCases().measure(List.of(PLATFORM), List.of("rockpool", "agroal"), effort(Duration.ZERO), report);

        assertThat(report.rows()).extracting(Report.Row::subject).containsOnly("rockpool");
        assertThat(printed()).contains("Left out to end in time: agroal.");
    }

    @Test
    void a_load_survives_the_way_to_another_jvm() {
        for (Case c : List.of(PLATFORM, VIRTUAL)) {
            WaitingLoad load = c.load(Effort.FULL);
            assertThat(WaitingLoad.of(load.arguments())).isEqualTo(load);
        }
    }

    @Test
    void the_names_of_the_cases_are_these() {
        assertThat(new WaitingCases().cases())
                .containsExactly(
                        "hold0",
                        "hold10us",
                        "hold100us",
                        "hold1ms",
                        "virtual",
                        "virtual-pause100us",
                        "virtual-pause1ms",
                        "virtual-pause20ms");
    }
}
