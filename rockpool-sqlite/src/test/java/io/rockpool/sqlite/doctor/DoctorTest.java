package io.rockpool.sqlite.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.sqlite.Databases;
import io.rockpool.sqlite.Floor;
import io.rockpool.sqlite.Steps;
import io.rockpool.sqlite.doctor.Finding.Severity;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Faults are planted into real files and found, with their fix. */
@Timeout(60)
class DoctorTest {

    private static final String PARENT = "CREATE TABLE parent(id INTEGER PRIMARY KEY, code TEXT UNIQUE)";

    @TempDir
    Path folder;

    private Path database(String... statements) throws SQLException {
        return Databases.wal(folder.resolve("app.db"), statements);
    }

    private static List<Finding> findings(Path file) throws SQLException {
        return Doctor.examine(file.toString()).findings();
    }

    private static void clean(Path file) throws SQLException {
        assertThat(findings(file)).isEmpty();
    }

    private static Finding only(Path file, String code) throws SQLException {
        List<Finding> findings = findings(file);
        assertThat(findings).extracting(Finding::code).containsExactly(code);
        assertThat(findings.get(0).fix()).isNotBlank();
        return findings.get(0);
    }

    @Test
    void what_the_pool_made_is_clean_and_its_facts_are_told() throws SQLException {
        Path file = folder.resolve("app.db");
        try (DatabaseConnectionPool pool = Steps.server("jdbc:sqlite:" + file).build()) {
            Steps.update(pool, PARENT);
            Steps.update(pool, "CREATE TABLE child(parent INTEGER REFERENCES parent)");
            Steps.update(pool, "CREATE INDEX by_parent ON child(parent)");
            Steps.update(pool, "PRAGMA user_version=7");
            Steps.update(pool, "PRAGMA application_id=42");
            Steps.closeQuiescent(pool);
        }
        DoctorReport report = Doctor.examine(file.toString());
        assertThat(report.findings()).isEmpty();
        assertThat(report.clean()).isTrue();
        assertThat(report.file()).isEqualTo(file.toString());
        assertThat(report.storage()).isEqualTo(new DoctorReport.Storage("wal", 4096, 5, 0, "none", "UTF-8", 7, 42));
        assertThat(report.fileBytes()).isEqualTo(5 * 4096);
        assertThat(Floor.isOlder(report.sqliteVersion(), Floor.SQLITE)).isFalse();
        assertThat(Floor.isOlder(report.driverVersion(), Floor.DRIVER)).isFalse();
    }

    @Test
    void a_path_with_blanks_and_signs_of_an_address_is_read() throws SQLException {
        Path file = Databases.wal(folder.resolve("a b%41#ü.db"), PARENT);
        clean(file);
    }

    // ---- versions

    @Test
    void versions_below_the_floor_are_errors() {
        assertThat(VersionExamination.examine("3.51.2", "3.53.1.0"))
                .extracting(Finding::code)
                .containsExactly("sqlite-too-old", "driver-too-old");
        assertThat(VersionExamination.examine(Floor.SQLITE, Floor.DRIVER)).isEmpty();
    }

    // ---- content

    @Test
    void a_damaged_page_is_an_error_with_a_bounded_list() throws Exception {
        Path file = database("CREATE TABLE t(x)", Databases.ROWS.formatted(20_000) + "INSERT INTO t SELECT i FROM n");
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            for (int page = 5; page < 40; page++) {
                raw.seek(page * 4096L);
                raw.write(new byte[200]);
            }
        }
        List<Finding> findings = findings(file);
        assertThat(findings.get(0).code()).isEqualTo("integrity");
        assertThat(findings.get(0).severity()).isEqualTo(Severity.ERROR);
        assertThat(findings.get(0).fix()).contains("backup", ".recover");
        assertThat(findings.get(0).examples()).hasSize(Finding.MOST_EXAMPLES);
    }

    @Test
    void rows_without_their_parent_are_counted_and_named_by_rowid_and_not_by_value() throws SQLException {
        Path file = database(
                PARENT,
                "CREATE TABLE child(id INTEGER PRIMARY KEY, parent TEXT REFERENCES parent(code))",
                "CREATE INDEX by_parent ON child(parent)",
                "CREATE TABLE keyed(parent INTEGER REFERENCES parent, n, PRIMARY KEY(parent, n)) WITHOUT ROWID",
                Databases.ROWS.formatted(30) + "INSERT INTO child SELECT i*10, 'secret'||i FROM n",
                "INSERT INTO keyed VALUES (1, 1)");
        Finding found = only(file, "foreign-key-violation");
        assertThat(found.severity()).isEqualTo(Severity.ERROR);
        assertThat(found.message()).contains("31 rows", "2 foreign keys");
        assertThat(found.examples())
                .containsExactly(
                        "child(parent) -> parent: 30 rows, rowid 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, ...",
                        "keyed(parent) -> parent: 1 row");
        assertThat(found.toString()).doesNotContain("secret");
    }

    @Test
    void a_foreign_key_to_columns_that_are_no_key_is_an_error() throws SQLException {
        Path file = database(
                "CREATE TABLE parent(x)",
                "CREATE TABLE child(parent REFERENCES parent(x))",
                "CREATE INDEX by_parent ON child(parent)");
        Finding found = only(file, "foreign-key-mismatch");
        assertThat(found.examples()).containsExactly("child(parent) -> parent");
        assertThat(found.fix()).contains("UNIQUE");
    }

    // ---- schema

    @Test
    void a_foreign_key_without_index_comes_with_the_statement_that_makes_one() throws SQLException {
        Path file = database(PARENT, "CREATE TABLE \"my \"\"child\"(parent INTEGER REFERENCES parent)");
        Finding found = only(file, "foreign-key-index");
        assertThat(found.examples()).hasSize(1);
        String place = found.examples().get(0);
        Databases.made(file, place.substring(place.indexOf("CREATE INDEX")));
        clean(file);
    }

    @Test
    void a_foreign_key_is_served_by_whatever_begins_with_its_columns() throws SQLException {
        clean(database(
                "CREATE TABLE parent(a, b, c, PRIMARY KEY(a, b))",
                PARENT.replace("parent", "single"),
                "CREATE TABLE swapped(a, b, c, FOREIGN KEY(a, b) REFERENCES parent)",
                "CREATE INDEX swapped_b_a_c ON swapped(b, a, c)",
                "CREATE TABLE rowid_alias(id INTEGER PRIMARY KEY REFERENCES single)",
                "CREATE TABLE keyed(id INTEGER REFERENCES single, n, PRIMARY KEY(id, n)) WITHOUT ROWID",
                "CREATE TABLE unique_one(id INTEGER UNIQUE REFERENCES single)",
                "CREATE TABLE partial(id INTEGER REFERENCES single)",
                "CREATE INDEX partial_id ON partial(id) WHERE \"id\" IS NOT NULL"));
    }

    @Test
    void an_index_that_does_not_serve_does_not_count() throws SQLException {
        Finding found = only(
                database(
                        "CREATE TABLE parent(a, b, PRIMARY KEY(a, b))",
                        PARENT.replace("parent", "single"),
                        "CREATE TABLE half(a, b, c, FOREIGN KEY(a, b) REFERENCES parent)",
                        "CREATE INDEX half_a_c_b ON half(a, c, b)",
                        "CREATE TABLE second(n, id INTEGER REFERENCES single, PRIMARY KEY(n, id)) WITHOUT ROWID",
                        "CREATE TABLE partial(id INTEGER REFERENCES single, n)",
                        "CREATE INDEX partial_id ON partial(id) WHERE n IS NOT NULL",
                        "CREATE TABLE computed(id INTEGER REFERENCES single)",
                        "CREATE INDEX computed_id ON computed(abs(id))"),
                "foreign-key-index");
        assertThat(found.message()).startsWith("4 foreign keys");
        assertThat(found.examples())
                .extracting(place -> place.substring(0, place.indexOf('(')))
                .containsExactly("computed", "half", "partial", "second");
    }

    @Test
    void twenty_places_are_listed_and_all_are_counted() throws SQLException {
        Path file = database(PARENT);
        Databases.made(
                file,
                IntStream.rangeClosed(1, 25)
                        .mapToObj(i -> "CREATE TABLE child" + i + "(parent INTEGER REFERENCES parent)")
                        .toArray(String[]::new));
        Finding found = only(file, "foreign-key-index");
        assertThat(found.message()).startsWith("25 foreign keys");
        assertThat(found.examples()).hasSize(20);
    }

    @Test
    void a_big_table_wants_statistics_and_new_ones_when_it_has_grown_tenfold() throws SQLException {
        String rows = Databases.ROWS.formatted(SchemaExamination.BIG) + "INSERT INTO t(x) SELECT i FROM n";
        Path file = database("CREATE TABLE t(x)", "CREATE INDEX t_x ON t(x)", rows);
        Finding never = only(file, "statistics");
        assertThat(never.examples()).containsExactly("t: 10000 rows or more, never counted");
        assertThat(never.fix()).contains("ANALYZE", "PRAGMA optimize");

        Databases.made(file, "ANALYZE");
        clean(file);
        Databases.made(file, "UPDATE sqlite_stat1 SET stat = '1000 1'");
        assertThat(only(file, "statistics").examples())
                .containsExactly("t: 10000 rows or more, 1000 when they were counted");
    }

    @Test
    void a_table_without_index_or_a_virtual_one_needs_no_statistics() throws SQLException {
        clean(database(
                "CREATE TABLE t(x)",
                Databases.ROWS.formatted(SchemaExamination.BIG) + "INSERT INTO t SELECT i FROM n",
                "CREATE VIRTUAL TABLE texts USING fts5(x)",
                "CREATE VIEW v AS SELECT * FROM t"));
    }

    // ---- storage

    @Test
    void a_rollback_journal_is_advised_against() throws SQLException {
        Finding found = only(Databases.made(folder.resolve("app.db"), PARENT), "journal-mode");
        assertThat(found.severity()).isEqualTo(Severity.ADVICE);
        assertThat(found.fix()).contains("PRAGMA journal_mode=WAL");
    }

    @Test
    void small_pages_are_advised_against_and_the_fix_works() throws SQLException {
        Path file =
                Databases.made(folder.resolve("app.db"), "PRAGMA page_size=1024", PARENT, "PRAGMA journal_mode=WAL");
        Finding found = only(file, "page-size");
        String fix = found.fix().substring(found.fix().indexOf("PRAGMA"));
        Databases.made(file, fix.split("; "));
        clean(file);
    }

    @Test
    void many_free_pages_are_told_and_the_fix_works() throws SQLException {
        Path file = database(
                "CREATE TABLE t(x)",
                Databases.ROWS.formatted(100) + "INSERT INTO t SELECT randomblob(3000) FROM n",
                "DELETE FROM t");
        Finding found = only(file, "free-pages");
        assertThat(found.message()).contains("pages are free");
        assertThat(found.fix()).startsWith("VACUUM");
        Databases.made(file, "VACUUM");
        clean(file);
    }

    @Test
    void a_network_file_system_is_a_warning() {
        for (String type : List.of("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "NFS")) {
            assertThat(ExaminedFile.isNetwork(type)).as(type).isTrue();
        }
        for (String type : List.of("ext4", "xfs", "tmpfs", "overlay", "fuseblk", "NTFS", "apfs", "zfs", "")) {
            assertThat(ExaminedFile.isNetwork(type)).as(type).isFalse();
        }
    }

    @Test
    void functions_of_the_application_in_the_schema_are_told_and_not_taken_for_damage() throws SQLException {
        Path file = database("CREATE TABLE t(x CHECK (abs(x) < 9))", "INSERT INTO t VALUES (1)");
        Databases.made(
                file,
                "PRAGMA writable_schema=ON",
                "UPDATE sqlite_schema SET sql = replace(sql, 'abs(', 'ours(')",
                "PRAGMA writable_schema=OFF");
        assertThat(findings(file)).extracting(Finding::code).doesNotContain("integrity");
    }
}
