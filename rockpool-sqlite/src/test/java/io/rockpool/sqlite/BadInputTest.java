package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.InvalidPoolConfigException;
import io.rockpool.PoolBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot work fails the start with one clear message, and leaves no thread and no open file. */
@Timeout(60)
class BadInputTest {

    @TempDir
    Path folder;

    @AfterEach
    void nothing_is_left() throws IOException {
        Steps.await(
                "the housekeeper ends",
                Duration.ofSeconds(5),
                () -> !Steps.poolThreads().contains("rockpool-housekeeper"));
        if (Files.isDirectory(Path.of("/proc/self/fd"))) {
            assertThat(Steps.openFiles(folder)).as("open files in %s", folder).isZero();
        }
    }

    private static PoolBuilder at(Object path) {
        return DatabaseConnectionPool.builder().url("jdbc:sqlite:" + path).poolName("bad");
    }

    /** One fault, which names what is wrong and what to do. */
    private static void refused(PoolBuilder builder, String... told) {
        Throwable thrown = catchThrowable(builder::build);
        assertThat(thrown).isInstanceOf(InvalidPoolConfigException.class).hasMessageStartingWith("pool 'bad': ");
        assertThat(((InvalidPoolConfigException) thrown).faults()).hasSize(1);
        assertThat(thrown).hasMessageContainingAll(told);
    }

    /** Found only by opening. */
    private static void fails(PoolBuilder builder, String... told) {
        Throwable thrown = catchThrowable(builder::build);
        assertThat(thrown).isInstanceOf(SQLException.class).hasMessageStartingWith("pool 'bad': ");
        assertThat(thrown).hasMessageContainingAll(told);
        assertThat(((SQLException) thrown).getSQLState()).isEqualTo("08001");
    }

    // ---- paths

    @Test
    void a_folder_that_is_not_there() {
        Path file = folder.resolve("missing").resolve("app.db");
        refused(at(file), file.toString(), "does not exist", "create " + folder.resolve("missing"));
    }

    @Test
    void a_directory_in_place_of_the_file() {
        refused(at(folder), folder.toString(), "is a directory", "name a file in it");
    }

    @Test
    void a_path_below_a_regular_file() throws Exception {
        Path file = Files.createFile(folder.resolve("plain"));
        refused(at(file.resolve("app.db")), file.resolve("app.db").toString(), "folder that does not exist");
    }

    @Test
    void a_device_in_place_of_the_file() {
        assumeThat(Path.of("/dev/null")).as("a system with devices").exists();
        refused(at("/dev/null"), "/dev/null", "no regular file", "name one");
    }

    /** Permissions do not bind root; that /proc makes no files does. */
    @Test
    void a_folder_in_which_nothing_can_be_made() {
        assumeThat(Path.of("/proc/self")).as("a system with /proc").isDirectory();
        Throwable thrown = catchThrowable(() -> at("/proc/self/rockpool.db").build());
        assertThat(thrown).hasMessageContaining("/proc/").hasMessageContaining("permissions");
    }

    @Test
    void a_file_or_a_folder_that_may_only_be_read() throws Exception {
        Path file = Files.createFile(folder.resolve("readonly.db"));
        assertThat(file.toFile().setReadOnly()).isTrue();
        assumeThat(Files.isWritable(file))
                .as("root may write what is read-only, so there is nothing to test")
                .isFalse();
        refused(at(file), file.toString(), "cannot be read and written", "permissions");
        assertThat(folder.toFile().setReadOnly()).isTrue();
        refused(at(folder.resolve("new.db")), folder.toString(), "cannot be read and written", "permissions");
        assertThat(folder.toFile().setWritable(true)).isTrue();
    }

    @Test
    void a_file_of_random_bytes() throws Exception {
        long seed = System.nanoTime();
        byte[] junk = new byte[10_000];
        new Random(seed).nextBytes(junk);
        Path file = Files.write(folder.resolve("junk.db"), junk);
        fails(at(file), file.toString(), "is no SQLite database", "name another file");
        assertThat(Files.readAllBytes(file)).as("left as it was, seed %s", seed).isEqualTo(junk);
    }

    @Test
    void a_database_cut_short() throws Exception {
        Path file = folder.resolve("short.db");
        try (DatabaseConnectionPool pool = at(file).build()) {
            for (int i = 0; i < 50; i++) {
                Steps.update(pool, "CREATE TABLE t" + i + " (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r)");
            }
        }
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(whole, 4096 + 100));
        fails(at(file), file.toString(), "damaged", "restore it");
    }

    // ---- URLs

    @Test
    void no_database() {
        refused(at(""), "names no database", "name a file");
    }

    @Test
    void a_resource() {
        refused(at(":resource:http://example.org/x.db"), ":resource:", "fetch", "name a file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:app.db", "file:/tmp/app.db", "FILE:app.db"})
    void a_file_address(String name) {
        refused(at(name), "file: address", "by its path");
    }

    @Test
    void a_name_that_begins_with_a_colon() {
        refused(at(":odd"), ":odd", "name a file");
    }

    @Test
    void an_unknown_parameter_of_the_url() throws Exception {
        refused(at(folder.resolve("a.db") + "?foo=bar"), "'foo'", "unknown", "busy-timeout", "remove it");
        refused(at(folder.resolve("a.db") + "?cache_size"), "'cache_size'", "remove it");
        try (java.util.stream.Stream<Path> files = Files.list(folder)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void a_driver_of_another_url() {
        refused(
                at(folder.resolve("a.db")).driverClassName("io.rockpool.testkit.FaultyDriver"),
                "FaultyDriver",
                "does not accept the url",
                "leave driver-class-name out");
        refused(at(folder.resolve("a.db")).driverClassName("no.such.Driver"), "no.such.Driver", "add its dependency");
        refused(
                DatabaseConnectionPool.builder().poolName("bad").url("jdbc:nobody:a"),
                "jdbc:nobody:a",
                "no driver",
                "add the driver's dependency");
    }

    // ---- values

    @ParameterizedTest
    @CsvSource({
        "sqlite.journal-mode, MEMORY",
        "sqlite.journal-mode, WAL; DROP TABLE t",
        "sqlite.synchronous, 7",
        "sqlite.foreign-keys, yes",
        "sqlite.cache-size, big",
        "sqlite.mmap-size, -1",
        "sqlite.temp-store, DISK",
        "sqlite.busy-timeout, -1",
        "sqlite.busy-timeout, 9999999999"
    })
    void a_pragma_value_that_sqlite_would_ignore(String key, String value) {
        refused(at(folder.resolve("a.db")).option(key, value), key, "it must be", "default");
    }

    @Test
    void a_pragma_nobody_knows() {
        refused(at(folder.resolve("a.db")).option("sqlite.jurnal-mode", "WAL"), "jurnal-mode", "journal-mode");
    }

    @ParameterizedTest
    @CsvSource({
        "pool-size, 0",
        "pool-size, -1",
        "pool-size, 10001",
        "pool-size, 99999999999999999999",
        "pool-size, ten",
        "pool-size, 1.5",
        "max-overflow, -1",
        "max-overflow, 10001",
        "max-retries, 0",
        "max-waiters, 0",
        "pool-timeout, -1s",
        "pool-timeout, 2h",
        "pool-timeout, soon",
        "pool-timeout, 999999999999d",
        "open-timeout, 0s",
        "validation-timeout, 0s",
        "leak-threshold, 1ms",
        "recycle-time, 1ms",
        "health-check-interval, 1ms",
        "fail-on-deadlock, perhaps",
        "preset, fast"
    })
    void a_size_or_a_time_out_of_its_range(String key, String value) {
        refused(at(folder.resolve("a.db")).option(key, value), key, value, "must be", "builder");
    }

    @Test
    void all_faults_are_told_at_once() {
        Throwable thrown = catchThrowable(() -> at(folder.resolve("missing").resolve("a.db") + "?foo=1")
                .poolSize(0)
                .poolTimeout(Duration.ofDays(1))
                .option("sqlite.synchronous", "MAYBE")
                .build());
        assertThat(thrown).isInstanceOf(InvalidPoolConfigException.class);
        assertThat(((InvalidPoolConfigException) thrown).faults()).hasSize(5);
    }

    @Test
    void a_bean_whose_start_failed_can_be_corrected_and_started() throws Exception {
        try (DatabaseConnectionPool bean = new DatabaseConnectionPool()) {
            bean.setUrl("jdbc:sqlite:" + folder.resolve("missing").resolve("a.db"));
            assertThat(catchThrowable(bean::getConnection)).isInstanceOf(InvalidPoolConfigException.class);
            assertThat(bean.statistics().totalCreated()).isZero();
            bean.setUrl(Steps.url(folder));
            assertThat(Steps.number(bean, "SELECT 1")).isEqualTo(1);
        }
    }
}
