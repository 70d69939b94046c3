package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.benchmarks.DownBenchmark.Case;
import io.rockpool.benchmarks.DownBenchmark.Effort;
import io.rockpool.benchmarks.DownProgram.Plan;
import io.rockpool.benchmarks.SwitchedDatabase.Absence;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That every subject goes through every outage and every figure is told; never how late. */
class DownBenchmarkTest {

    private static final Effort SMALL =
            new Effort(Duration.ofMillis(900), Duration.ofMillis(300), Duration.ofMillis(300));

    private static final List<String> METRICS = List.of(
            "late_ms_max",
            "recovery_ms",
            "recovered",
            "unanswered",
            "borrows",
            "failed_borrows",
            "dead_lent",
            "opened",
            "cpu_percent");

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Report report = new Report("down", new PrintStream(printed, true, StandardCharsets.UTF_8));

    private double value(String subject, String metric) {
        List<Double> values = report.rows().stream()
                .filter(row -> row.subject().equals(subject) && row.metric().equals(metric))
                .map(Report.Row::value)
                .toList();
        assertThat(values).as(subject + " " + metric).hasSize(1);
        return values.get(0);
    }

    @Test
    void a_stalled_server_is_answered_for_by_every_metric() throws Exception {
        new DownBenchmark().measure(List.of(Case.OUTAGE), SMALL, List.of(List.of("rockpool", "tomcat")), report);

        assertThat(report.rows()).allSatisfy(row -> {
            assertThat(row.caseName()).isEqualTo("outage");
            assertThat(row.value()).isNotNegative();
        });
        for (String subject : List.of("rockpool", "tomcat")) {
            METRICS.forEach(metric -> value(subject, metric));
            assertThat(value(subject, "borrows")).isEqualTo(5);
            assertThat(value(subject, "opened")).isGreaterThanOrEqualTo(10);
        }
        assertThat(value("tomcat", "dead_lent")).as("it validates nothing").isPositive();
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("outage: rockpool, tomcat ...", "Away for 900 ms; a borrower comes each 300 ms");
    }

    @Test
    void each_group_has_an_outage_of_its_own() throws Exception {
        List<List<String>> groups = List.of(List.of("rockpool"), List.of("agroal-safe"));

        new DownBenchmark().measure(List.of(Case.REFUSED), SMALL, groups, report);

        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .contains("refused: rockpool ...", "refused: agroal-safe ...");
        assertThat(value("rockpool", "failed_borrows"))
                .as("while connects are refused")
                .isPositive();
    }

    @Test
    void a_plan_survives_the_way_to_another_jvm() {
        Plan plan = new Plan(Absence.LOST, Duration.ofSeconds(20), Duration.ofSeconds(2), Duration.ofSeconds(5));

        assertThat(Plan.of(plan.arguments())).isEqualTo(plan);
        assertThat(plan.total()).isEqualTo(Duration.ofSeconds(4 + 20 + 6));
    }
}
