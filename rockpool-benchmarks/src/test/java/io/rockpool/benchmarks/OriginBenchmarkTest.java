package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That it measures the same work for all and reports every figure; never how fast. */
class OriginBenchmarkTest {

    private static final Set<String> SUBJECTS =
            Set.of("open-per-request", "open-per-request-keeper", "hikaricp", "rockpool", "raw");

    @TempDir
    Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private Report measured(String... cases) throws Exception {
        Report report = new Report("origin", new PrintStream(printed, true, StandardCharsets.UTF_8));
        new OriginBenchmark()
                .run(
                        Selection.of(List.of(cases)),
                        new OriginBenchmark.Effort(1, 2, 20, 40, Duration.ofMinutes(1)),
                        folder,
                        report);
        return report;
    }

    @Test
    void a_case_asked_for_runs_alone() throws Exception {
        assertThat(new OriginBenchmark().cases()).containsExactly("single", "concurrent");
        assertThat(measured("concurrent").rows())
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.caseName()).isEqualTo("concurrent"));
    }

    @Test
    void every_subject_has_its_figures_in_both_cases() throws Exception {
        List<Report.Row> rows = measured().rows();

        for (String caseName : List.of("single", "concurrent")) {
            for (String metric : List.of("mean_us", "ops_per_s")) {
                assertThat(rows.stream()
                                .filter(r -> r.caseName().equals(caseName)
                                        && r.metric().equals(metric)))
                        .allSatisfy(r -> assertThat(r.value()).isPositive())
                        .extracting(Report.Row::subject)
                        .containsExactlyInAnyOrderElementsOf(SUBJECTS);
            }
            assertThat(rows.stream()
                            .filter(r ->
                                    r.caseName().equals(caseName) && r.unit().equals("%")))
                    .allSatisfy(r -> assertThat(r.subject()).isEqualTo("rockpool"))
                    .extracting(Report.Row::metric)
                    .containsExactlyInAnyOrder("time_saved_percent", "throughput_gain_percent", "hit_ratio");
        }
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("open-per-request-keeper", "Medians of 2 rounds", "hit ratio");
    }

    @Test
    void every_measured_borrow_is_served_from_the_pool() throws Exception {
        assertThat(measured().rows().stream().filter(r -> r.metric().equals("hit_ratio")))
                .hasSize(2)
                .allSatisfy(r -> assertThat(r.value()).isEqualTo(100));
    }

    @Test
    void all_subjects_answer_alike() throws Exception {
        List<OriginSubject> subjects = OriginSubject.all(folder);
        try {
            for (OriginSubject subject : subjects) {
                assertThat(subject.activeEmployees(0)).as(subject.name()).isEqualTo(OriginSubject.ACTIVE);
                assertThat(subject.activeEmployees(OriginBenchmark.THREADS - 1))
                        .as(subject.name())
                        .isEqualTo(OriginSubject.ACTIVE);
            }
            assertThat(subjects.stream().map(OriginSubject::name).collect(Collectors.toSet()))
                    .isEqualTo(SUBJECTS);
        } finally {
            OriginSubject.closeAll(subjects, null);
        }
    }

    @Test
    void nothing_is_left_in_the_temporary_folder() throws Exception {
        measured();

        assertThat(folder).isEmptyDirectory();
    }
}
