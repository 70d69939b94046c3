package io.rockpool.sqlite.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.rockpool.sqlite.Databases;
import io.rockpool.sqlite.doctor.DoctorReport.User;
import io.rockpool.sqlite.doctor.DoctorReport.Wal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The log of real files: open, pinned, left behind; and that looking changes nothing. */
@Timeout(60)
class DoctorWalTest {

    private static final String TABLE = "CREATE TABLE t(x)";
    /** More frames than SQLite leaves without a checkpoint. */
    private static final String MANY = Databases.ROWS.formatted(1500) + "INSERT INTO t SELECT randomblob(4000) FROM n";

    @TempDir
    Path folder;

    private static void assumeLinux() {
        assumeThat(Path.of("/proc/locks")).isReadable();
    }

    private Path database() throws Exception {
        return Databases.wal(folder.resolve("app.db"), TABLE);
    }

    @Test
    void a_closed_database_is_left_without_a_trace() throws Exception {
        Path file = database();
        Map<String, String> before = Databases.state(folder);
        DoctorReport report = Doctor.examine(file.toString());
        assertThat(report.clean()).isTrue();
        assertThat(report.wal()).isEqualTo(new Wal(0, 0L, 0L, List.of()));
        assertThat(Databases.state(folder)).isEqualTo(before).containsOnlyKeys("app.db");
    }

    @Test
    void frames_and_checkpointed_ones_are_told_and_nothing_is_moved() throws Exception {
        Path file = database();
        try (Connection writer = Databases.open(file)) {
            Databases.run(writer, "INSERT INTO t VALUES (1)", "PRAGMA wal_checkpoint(PASSIVE)");
            Databases.run(writer, "INSERT INTO t VALUES (2)", "INSERT INTO t VALUES (3)");
            Map<String, String> before = Databases.state(folder);
            DoctorReport report = Doctor.examine(file.toString());
            assertThat(report.clean()).isTrue();
            assertThat(report.wal().frames()).isEqualTo(2);
            assertThat(report.wal().checkpointed()).isZero();
            assertThat(report.wal().bytes()).isEqualTo(Files.size(folder.resolve("app.db-wal")));
            assertThat(Databases.state(folder)).isEqualTo(before);
        }
    }

    @Test
    void a_reader_of_this_process_that_pins_the_log_is_named() throws Exception {
        assumeLinux();
        Path file = database();
        try (Connection reader = Databases.open(file);
                Connection writer = Databases.open(file)) {
            Databases.run(reader, "BEGIN", "SELECT count(*) FROM t");
            Databases.run(writer, MANY);
            pinnedBy(file, ProcessHandle.current().pid());

            Databases.run(reader, "COMMIT");
            assertThat(Doctor.examine(file.toString()).findings())
                    .extracting(Finding::code)
                    .containsExactly("wal-not-checkpointed");
            Databases.run(writer, "PRAGMA wal_checkpoint(PASSIVE)");
            assertThat(Doctor.examine(file.toString()).clean()).isTrue();
        }
    }

    @Test
    void another_process_that_pins_the_log_is_named() throws Exception {
        assumeLinux();
        Path file = database();
        try (Databases.Other reader = new Databases.Other(file, "BEGIN", "SELECT count(*) FROM t")) {
            Databases.made(file, MANY);
            pinnedBy(file, reader.pid());
        }
    }

    private static void pinnedBy(Path file, long pid) throws Exception {
        DoctorReport report = Doctor.examine(file.toString());
        assertThat(report.openBy()).extracting(User::pid).contains(pid);
        assertThat(report.wal().readers()).extracting(User::pid).containsExactly(pid);
        assertThat(report.findings()).extracting(Finding::code).containsExactly("wal-pinned");
        Finding found = report.findings().get(0);
        assertThat(found.examples()).hasSize(1);
        assertThat(found.examples().get(0)).contains("java").endsWith("(" + pid + ")");
        assertThat(found.fix()).contains("end the long read");
    }

    @Test
    void a_log_that_a_killed_process_left_is_told_and_goes_when_it_is_opened() throws Exception {
        assumeLinux();
        Path file = database();
        new Databases.Other(file, "INSERT INTO t VALUES (1)").close();
        DoctorReport report = Doctor.examine(file.toString());
        assertThat(report.findings()).extracting(Finding::code).containsExactly("wal-left-behind");
        assertThat(report.findings().get(0).fix()).contains("never delete");

        Databases.made(file, "SELECT count(*) FROM t");
        assertThat(Doctor.examine(file.toString()).clean()).isTrue();
    }

    @Test
    void a_hot_journal_is_told_and_nothing_else_is_examined() throws Exception {
        Path file = Databases.made(folder.resolve("app.db"), TABLE, MANY);
        new Databases.Other(file, "PRAGMA cache_size=5", "BEGIN", "UPDATE t SET x = randomblob(4000)").close();
        Map<String, String> before = Databases.state(folder);
        DoctorReport report = Doctor.examine(file.toString());
        assertThat(report.findings()).extracting(Finding::code).containsExactly("hot-journal");
        assertThat(report.findings().get(0).message()).contains(file + "-journal");
        assertThat(report.storage()).isNull();
        assertThat(Databases.state(folder)).isEqualTo(before);

        Databases.wal(file, "SELECT count(*) FROM t");
        assertThat(Doctor.examine(file.toString()).clean()).isTrue();
    }

    @Test
    void where_locks_cannot_be_read_nobody_is_accused() {
        FileUsers unknown = new FileUsers(false, List.of(), List.of());
        assertThat(codes(new Wal(9, 5L, 0L, List.of()), unknown)).isEmpty();
        assertThat(codes(new Wal(9, 5000L, 0L, List.of()), unknown)).containsExactly("wal-not-checkpointed");
        assertThat(codes(new Wal(9, null, null, List.of()), unknown)).isEmpty();
    }

    @Test
    void a_large_log_that_is_done_with_had_better_be_truncated() {
        FileUsers users = new FileUsers(true, List.of(new User(1, "x")), List.of());
        assertThat(codes(new Wal(WalExamination.LARGE, 5000L, 4999L, List.of()), users))
                .isEmpty();
        assertThat(codes(new Wal(WalExamination.LARGE + 1, 5000L, 4999L, List.of()), users))
                .containsExactly("wal-large");
    }

    @Test
    void device_numbers_are_written_as_the_kernel_does() {
        assertThat(FileUsers.device(65024)).isEqualTo("fe:00");
        assertThat(FileUsers.device(0x811)).isEqualTo("08:11");
        assertThat(FileUsers.device(0x10300L | 0x5)).isEqualTo("103:05");
    }

    private static List<String> codes(Wal wal, FileUsers users) {
        List<Finding> findings = new ArrayList<>();
        WalExamination.examine(wal, users, findings);
        return findings.stream().map(Finding::code).toList();
    }
}
