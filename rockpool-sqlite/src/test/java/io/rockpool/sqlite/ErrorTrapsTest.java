package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** The driver's traps around errors: their states and codes, and what is left after them; docs/sqlite-driver-traps.md. */
@Timeout(60)
class ErrorTrapsTest {

    private static final String INSERT = "INSERT INTO t VALUES (9, 'i')";

    @TempDir
    Path folder;

    private interface Use {
        void of(DatabaseConnectionPool pool) throws Exception;
    }

    /** A pool with a table of one row, and nothing left lent or open at its end. */
    private static void with(PoolBuilder builder, Use use) throws Exception {
        try (DatabaseConnectionPool pool = builder.build()) {
            Steps.update(pool, "CREATE TABLE t (v INTEGER PRIMARY KEY, w)");
            Steps.update(pool, "INSERT INTO t VALUES (1, 'a')");
            use.of(pool);
            Steps.closeQuiescent(pool);
        }
    }

    private PoolBuilder impatient() {
        return Steps.file(folder).poolSize(2).option("sqlite.busy-timeout", "0");
    }

    private static void fails(Steps.Action action, String state, int code) {
        SQLException e = catchThrowableOfType(SQLException.class, action::run);
        assertThat((Throwable) e).isNotNull();
        assertThat(e.getSQLState()).as(e.toString()).isEqualTo(state);
        assertThat(e.getErrorCode()).as(e.toString()).isEqualTo(code);
    }

    // ---- states and codes

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INSERT INTO t VALUES (1, 'again')        | 23505 | 1555",
                "INSERT INTO c (u) VALUES (1), (1)        | 23505 | 2067",
                "INSERT INTO c (a) VALUES (NULL)          | 23502 | 1299",
                "INSERT INTO c (r) VALUES (99)            | 23503 | 787",
                "INSERT INTO c (b) VALUES (0)             | 23514 | 275",
                "INSERT INTO t VALUES ('no number', 1)    | 22000 | 20",
                "SELECT zeroblob(2000000000)              | 54000 | 18",
                "SELEC 1                                  | 42000 | 1",
                "SELECT v FROM missing                    | 42000 | 1",
            })
    void an_error_has_its_state_its_primary_code_and_its_extended_code(String sql, String state, int extended)
            throws Exception {
        with(Steps.file(folder).poolSize(1).maxOverflow(0), pool -> {
            Steps.update(pool, "CREATE TABLE c (a NOT NULL DEFAULT 1, b CHECK (b > 0), r REFERENCES t(v), u UNIQUE)");
            SQLException e = catchThrowableOfType(SQLException.class, () -> Steps.update(pool, sql));
            assertThat((Throwable) e).isInstanceOf(SQLiteException.class);
            assertThat(e.getSQLState()).isEqualTo(state);
            assertThat(e.getErrorCode()).isEqualTo(extended & 0xff);
            assertThat(((SQLiteException) e).getResultCode().code).isEqualTo(extended);
            assertThat(pool.statistics().closedByCause())
                    .as("the session is sound")
                    .isEmpty();
        });
    }

    /** Codes that no test here can make SQLite give. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // BUSY_RECOVERY, BUSY_TIMEOUT, BUSY_SNAPSHOT, LOCKED_SHAREDCACHE, PROTOCOL, SCHEMA
                "261, 55P03, true, false",
                "773, 55P03, true, false",
                "517, 40001, false, false",
                "262, 55P03, false, false",
                "15, -, false, false",
                "17, -, false, false",
                // READONLY_DBMOVED, READONLY_CANTLOCK, INTERNAL, NOMEM, MISUSE
                "1032, 25006, false, true",
                "520, 25006, false, false",
                "2, -, false, true",
                "7, 53200, false, true",
                "21, -, false, true",
                // IOERR_WRITE, IOERR_FSYNC, IOERR_SHMMAP, CORRUPT_SEQUENCE, CANTOPEN_ISDIR, NOTADB
                "778, 58030, false, true",
                "1034, 58030, false, true",
                "5386, 58030, false, true",
                "523, XX001, false, true",
                "526, 58030, false, true",
                "26, XX001, false, true",
            })
    void a_code_says_whether_to_try_again_and_whether_to_close(
            int code, String state, boolean triesAgain, boolean closes) {
        SQLException e = new SQLiteException("made", SQLiteErrorCode.getErrorCode(code));
        assertThat(SqliteErrors.codeOf(e).code).as("the driver knows it").isEqualTo(code);
        assertThat(SqliteErrors.told(e).getSQLState()).isEqualTo(state);
        assertThat(SqliteErrors.isLockedByAnother(e)).isEqualTo(triesAgain);
        assertThat(SqliteErrors.isFatal(e)).isEqualTo(closes);
    }

    @Test
    void after_a_constraint_the_transaction_goes_on() throws Exception {
        with(Steps.file(folder).poolSize(1), pool -> {
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                Steps.update(connection, INSERT);
                fails(() -> Steps.update(connection, INSERT), "23505", 19);
                Steps.update(connection, "INSERT INTO t VALUES (10, 'j')");
                connection.commit();
            }
            assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(3);
        });
    }

    // ---- locks

    @Test
    void a_lock_of_another_process_is_55P03_and_leaves_the_connection_usable() throws Exception {
        with(impatient(), pool -> {
            try (Connection foreign = Databases.open(Steps.database(folder));
                    Connection connection = pool.getConnection()) {
                Databases.run(foreign, "BEGIN IMMEDIATE");
                fails(() -> Steps.update(connection, INSERT), "55P03", 5);
                connection.setAutoCommit(false);
                fails(() -> Steps.update(connection, INSERT), "55P03", 5);
                Databases.run(foreign, "ROLLBACK");
                Steps.update(connection, INSERT);
                connection.commit();
            }
            assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(2);
            assertThat(pool.statistics().closedByCause()).isEmpty();
        });
    }

    @Test
    void a_connection_that_must_be_opened_while_another_process_has_all_locked_waits_or_says_55P03() throws Exception {
        for (boolean waits : new boolean[] {false, true}) {
            Path own = Files.createDirectory(folder.resolve("waits-" + waits));
            PoolBuilder builder = Steps.file(own)
                    .poolSize(2)
                    .option("sqlite.journal-mode", "DELETE")
                    .option("sqlite.busy-timeout", waits ? "20000" : "0");
            with(builder, pool -> {
                try (Connection foreign = Databases.open(Steps.database(own));
                        Connection connection = pool.getConnection()) {
                    Databases.run(foreign, "BEGIN EXCLUSIVE");
                    Steps.Action opens = () -> Steps.update(connection, "CREATE TEMP TABLE mine (v)");
                    if (waits) {
                        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
                        Thread waiter = Steps.started("opens", thrown, opens);
                        waiter.join(50);
                        assertThat(waiter.isAlive()).isTrue();
                        Databases.run(foreign, "ROLLBACK");
                        Steps.join(waiter);
                        assertThat(thrown).isEmpty();
                    } else {
                        fails(opens, "55P03", 5);
                        Databases.run(foreign, "ROLLBACK");
                        opens.run();
                    }
                    assertThat(Steps.number(connection, "SELECT count(*) FROM mine"))
                            .isZero();
                }
            });
        }
    }

    @Test
    void an_own_open_result_set_in_the_way_is_told_at_once_and_closing_it_helps() throws Exception {
        with(
                Steps.file(folder).poolSize(2),
                pool -> { // it would wait 30 s for another's lock
                    Steps.update(pool, INSERT);
                    try (Connection connection = pool.getConnection();
                            Statement statement = connection.createStatement()) {
                        connection.setAutoCommit(false);
                        ResultSet rows = statement.executeQuery("SELECT v FROM t");
                        rows.next();
                        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
                        Thread dropping =
                                Steps.started("drops", thrown, () -> Steps.update(connection, "DROP TABLE t"));
                        dropping.join(20_000);
                        assertThat(dropping.isAlive()).as("it waits").isFalse();
                        fails(() -> throwFirst(thrown), "55P03", 6);
                        rows.close();
                        Steps.update(connection, "DROP TABLE t");
                        connection.commit();
                    }
                    assertThat(Steps.number(pool, "SELECT count(*) FROM sqlite_schema"))
                            .isZero();
                });
    }

    private static void throwFirst(Queue<Throwable> thrown) throws Exception {
        throw (Exception) thrown.remove();
    }

    // ---- space and permissions

    @Test
    void a_full_database_rolls_back_says_so_and_serves_on() throws Exception {
        String big = "INSERT INTO t VALUES (100, zeroblob(400000))";
        with(Steps.file(folder).poolSize(2).driverProperty("max_page_count", "30"), pool -> {
            fails(() -> Steps.update(pool, big), "53100", 13);
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                Steps.update(connection, INSERT);
                fails(() -> Steps.update(connection, big), "53100", 13);
                fails(() -> Steps.update(connection, INSERT), "25P02", 0);
                fails(connection::commit, "40000", 0);
                connection.rollback();
                Steps.update(connection, "INSERT INTO t VALUES (10, 'small')");
                connection.commit();
            }
            try (Connection next = pool.getConnection()) {
                assertThat(Steps.text(next, "SELECT group_concat(v) FROM t")).isEqualTo("1,10");
                assertThat(Steps.text(next, "PRAGMA quick_check")).isEqualTo("ok");
            }
            assertThat(pool.statistics().closedByCause()).isEmpty();
        });
    }

    @Test
    void a_file_opened_for_reading_only_is_read_and_each_write_is_refused() throws Exception {
        Databases.wal(Steps.database(folder), "CREATE TABLE t (v INTEGER PRIMARY KEY, w)", INSERT);
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(2).driverProperty("open_mode", "1").build()) {
            assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(1);
            fails(() -> Steps.update(pool, "DELETE FROM t"), "25006", 8);
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false); // BEGIN IMMEDIATE is no error there
                assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isEqualTo(1);
                fails(() -> Steps.update(connection, "DELETE FROM t"), "25006", 8);
                connection.rollback();
            }
            assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(1);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_file_that_cannot_be_opened_ends_the_session_and_not_the_pool() throws Exception {
        with(Steps.file(folder).poolSize(1).maxOverflow(0), pool -> {
            String attach = "ATTACH '" + folder.resolve("missing").resolve("x.db") + "' AS x";
            fails(() -> Steps.update(pool, attach), "58030", 14);
            assertThat(pool.statistics().closedByCause()).containsEntry("broken", 1L);
            assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(1);
        });
    }

    // ---- a file that goes away

    @Test
    void a_deleted_file_is_not_made_anew_though_all_sessions_were_closed() throws Exception {
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(1).maxOverflow(0).build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            for (String end : new String[] {"", "-wal", "-shm"}) {
                Files.deleteIfExists(Path.of(Steps.database(folder) + end));
            }
            fails(() -> Steps.update(pool, "INSERT INTO t VALUES (1)"), "08006", 0);
            for (int i = 0; i < 3; i++) { // its only session was broken: a new one opens the file
                assertThatThrownBy(() -> Steps.update(pool, "CREATE TABLE IF NOT EXISTS t (v)"))
                        .isInstanceOf(SQLException.class);
            }
            assertThat(Steps.database(folder)).doesNotExist();
            Databases.wal(Steps.database(folder), "CREATE TABLE t (v)");
            Steps.await("serves again", Steps.DEADLINE, () -> {
                try {
                    return Steps.update(pool, "INSERT INTO t VALUES (1)") == 1;
                } catch (SQLException e) {
                    return false; // the housekeeper tries again, by and by
                }
            });
        }
    }

    @Test
    void a_file_deleted_outside_of_wal_refuses_the_next_write() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(2)
                .option("sqlite.journal-mode", "DELETE")
                .build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            Files.delete(Steps.database(folder));
            fails(() -> Steps.update(pool, "INSERT INTO t VALUES (1)"), "08006", 0);
            assertThat(Steps.database(folder)).doesNotExist();
        }
    }
}
