package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.benchmarks.SqliteLoads.Case;
import io.rockpool.benchmarks.SqliteLoads.Effort;
import io.rockpool.benchmarks.SqlitePools.Durability;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That every subject is on equal terms and every figure is told; never how fast. */
class SqliteBenchmarksTest {

    private static final List<String> PRAGMAS = List.of(
            "busy_timeout", "journal_mode", "synchronous", "foreign_keys", "cache_size", "mmap_size", "temp_store");

    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Report report = new Report("sqlite", new PrintStream(printed, true, StandardCharsets.UTF_8));

    private List<String> metrics(String subject) {
        return report.rows().stream()
                .filter(row -> row.subject().equals(subject))
                .map(row -> row.caseName() + " " + row.metric() + " " + row.unit())
                .toList();
    }

    @Test
    void the_names_of_the_cases_are_these() {
        assertThat(new ReadBenchmark().cases())
                .containsExactly("autocommit-t1", "autocommit-t16", "lease-t1", "scoreboard-t1");
        assertThat(new WriteBenchmark().cases()).containsExactly("power-t16", "power-t32", "process-t16", "process-t1");
        assertThat(new MixedBenchmark().cases()).containsExactly("process-paced", "process-unpaced", "power-paced");
    }

    @Test
    void every_subject_has_the_same_pragmas() throws Exception {
        Path file = SqliteFiles.create(folder, 0);
        for (Durability durability : Durability.values()) {
            List<String> expected;
            try (Connection raw = SqlitePools.raw(file, durability)) {
                expected = pragmas(raw);
            }
            assertThat(expected)
                    .containsExactly(
                            "30000", "wal", durability == Durability.POWER ? "2" : "1", "1", "10000", "268435456", "2");
            List<String> subjects = new ArrayList<>(SqliteLoads.SUBJECTS);
            subjects.addAll(List.of(Report.AGROAL, SqlitePools.TRANSACTION));
            for (String subject : subjects) {
                try (SqlitePools pools = SqlitePools.open(subject, file, durability);
                        Connection reader = pools.readers().getConnection()) {
                    assertThat(pragmas(reader)).as(subject).isEqualTo(expected);
                }
                try (SqlitePools pools = SqlitePools.open(subject, file, durability);
                        Connection writer = pools.writers().getConnection()) {
                    assertThat(pragmas(writer)).as(subject).isEqualTo(expected);
                }
            }
        }
    }

    private static List<String> pragmas(Connection connection) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            for (String pragma : PRAGMAS) {
                try (ResultSet row = statement.executeQuery("PRAGMA " + pragma)) {
                    row.next();
                    values.add(row.getString(1));
                }
            }
        }
        return values;
    }

    @Test
    void every_reader_is_measured_in_its_cases() throws Exception {
        List<ReadBenchmark.Case> cases = List.of(ReadBenchmark.Case.values());
        List<String> subjects =
                List.of("rockpool", "rockpool-single-process", "hikaricp-transaction", "raw", "raw-transaction");

        new ReadBenchmark()
                .measure(
                        cases,
                        subjects,
                        new ReadBenchmark.Effort(Duration.ofMillis(5), 1, Duration.ofMillis(5), LIMIT),
                        folder,
                        report);

        assertThat(metrics("rockpool"))
                .containsExactly(
                        "autocommit-t1 us_per_op us",
                        "autocommit-t16 us_per_op us",
                        "lease-t1 us_per_op us",
                        "scoreboard-t1 us_per_op us");
        assertThat(metrics("raw")).hasSize(4);
        assertThat(metrics("hikaricp-transaction")).containsExactly("lease-t1 us_per_op us");
        assertThat(metrics("raw-transaction")).containsExactly("lease-t1 us_per_op us");
        assertThat(report.rows()).allSatisfy(row -> assertThat(row.value()).isPositive());
        if (metrics("rockpool-single-process").isEmpty()) {
            assertThat(printed.toString(StandardCharsets.UTF_8))
                    .contains("rockpool-single-process is left out: ", "single-process is no setting");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void every_writer_is_measured_and_its_syncs_are_counted_where_that_can_be() throws Exception {
        Case c = new Case("power-t16", Durability.POWER, 2, 0, Duration.ZERO);

        WriteBenchmark.measure(
                List.of(c),
                List.of("rockpool", "hikaricp-split"),
                new Effort(1, SHORT, SHORT, SHORT, LIMIT),
                folder,
                report);

        List<String> expected =
                new ArrayList<>(List.of("power-t16 tx_per_s tx/s", "power-t16 p99_ms ms", "power-t16 max_ms ms"));
        if (SyncCounter.works()) {
            expected.add("power-t16 tx_per_sync tx/sync");
        } else {
            assertThat(printed.toString(StandardCharsets.UTF_8)).contains("tx_per_sync is left out");
        }
        expected.add("power-t16 busy_errors errors");
        assertThat(metrics("rockpool")).isEqualTo(expected);
        assertThat(metrics("hikaricp-split")).isEqualTo(expected);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void readers_and_writers_are_measured_together() throws Exception {
        Case c = new Case("process-paced", Durability.PROCESS, 3, 2, Duration.ofMillis(1));

        MixedBenchmark.measure(
                List.of(c), List.of("hikaricp"), new Effort(1, SHORT, SHORT, Duration.ZERO, LIMIT), folder, report);

        assertThat(metrics("hikaricp"))
                .containsExactly(
                        "process-paced writes_per_s writes/s",
                        "process-paced reads_per_s reads/s",
                        "process-paced write_p999_ms ms",
                        "process-paced write_max_ms ms",
                        "process-paced read_p99_ms ms",
                        "process-paced busy_errors errors");
    }

    @Test
    void a_load_survives_the_way_to_another_jvm() {
        for (Case c : MixedBenchmark.CASES) {
            SqliteLoad load = c.load(SHORT, LIMIT);
            assertThat(SqliteLoad.of(load.order())).isEqualTo(load);
        }
    }

    @Test
    void busy_is_told_by_its_primary_code_also_where_it_is_wrapped() {
        SQLException snapshot = new SQLException("a snapshot is old", null, 517);

        assertThat(SqliteLoadProgram.isBusy(snapshot)).isTrue();
        assertThat(SqliteLoadProgram.isBusy(new SQLException("wrapped", snapshot)))
                .isTrue();
        assertThat(SqliteLoadProgram.isBusy(new SQLException("a constraint", null, 19)))
                .isFalse();
    }
}
