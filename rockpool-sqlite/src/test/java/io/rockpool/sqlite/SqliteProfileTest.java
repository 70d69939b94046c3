package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolBuilder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

@Timeout(60)
class SqliteProfileTest {

    private static final Map<String, String> DEFAULTS = Map.of(
            "journal_mode", "wal",
            "synchronous", "1",
            "mmap_size", "268435456",
            "cache_size", "10000",
            "temp_store", "2",
            "foreign_keys", "1",
            "busy_timeout", "30000");

    /** Another value of each, as it is written and as it reads. */
    private static final Map<String, String[]> OTHERS = Map.of(
            "journal_mode", new String[] {"DELETE", "delete"},
            "synchronous", new String[] {"FULL", "2"},
            "mmap_size", new String[] {"0", "0"},
            "cache_size", new String[] {"-4000", "-4000"},
            "temp_store", new String[] {"FILE", "1"},
            "foreign_keys", new String[] {"OFF", "0"},
            "busy_timeout", new String[] {"1234", "1234"});

    /** What SQLite and the driver have when nobody sets anything. */
    private static final Map<String, String> UNTOUCHED = Map.of(
            "journal_mode", "delete",
            "synchronous", "2",
            "mmap_size", "0",
            "cache_size", "-2000",
            "temp_store", "0",
            "foreign_keys", "0",
            "busy_timeout", "3000");

    @TempDir
    Path folder;

    private PoolBuilder one() {
        return Steps.file(folder).poolSize(1).maxOverflow(0);
    }

    private static void reads(PoolBuilder builder, String pragma, String value) throws SQLException {
        try (DatabaseConnectionPool pool = builder.build()) {
            try (Connection connection = pool.getConnection()) {
                assertThat(Steps.text(connection, "PRAGMA " + pragma))
                        .as(pragma)
                        .isEqualTo(value);
            }
            Steps.closeQuiescent(pool);
        }
    }

    private static String key(String pragma) {
        return "sqlite." + pragma.replace('_', '-');
    }

    // ---- pragmas

    @Test
    void a_lent_connection_has_the_default_pragmas() throws Exception {
        for (Map.Entry<String, String> pragma : DEFAULTS.entrySet()) {
            reads(one(), pragma.getKey(), pragma.getValue());
        }
    }

    @Test
    void each_pragma_can_be_set_by_option() throws Exception {
        for (Map.Entry<String, String[]> pragma : OTHERS.entrySet()) {
            reads(one().option(key(pragma.getKey()), pragma.getValue()[0]), pragma.getKey(), pragma.getValue()[1]);
        }
    }

    @Test
    void each_pragma_can_be_set_by_a_parameter_of_the_url_which_goes_before_the_option() throws Exception {
        for (Map.Entry<String, String[]> pragma : OTHERS.entrySet()) {
            String url = Steps.url(folder) + "?" + pragma.getKey() + "=" + pragma.getValue()[0];
            reads(one().url(url).option(key(pragma.getKey()), "default"), pragma.getKey(), pragma.getValue()[1]);
        }
        String both = Steps.url(folder) + "?cache_size=77&busy-timeout=88";
        reads(one().url(both), "cache_size", "77");
        reads(one().url(both), "busy_timeout", "88");
    }

    @Test
    void each_pragma_can_be_left_alone() throws Exception {
        for (Map.Entry<String, String> pragma : UNTOUCHED.entrySet()) {
            Path own = folder.resolve(pragma.getKey() + ".db"); // WAL stays in a file once it was set
            reads(
                    one().url("jdbc:sqlite:" + own).option(key(pragma.getKey()), "default"),
                    pragma.getKey(),
                    pragma.getValue());
        }
    }

    @Test
    void the_journal_mode_is_set_before_all_but_the_waiting_for_locks() {
        assertThat(Pragma.defaults().keySet()).startsWith("busy-timeout", "journal-mode");
        assertThat(Pragma.chosen(Map.of(), fault -> {}))
                .extracting(choice -> choice.pragma().name())
                .startsWith("BUSY_TIMEOUT", "JOURNAL_MODE");
    }

    @Test
    void a_pragma_that_cannot_be_had_fails_the_start_with_its_name() throws Exception {
        try (Connection writer = DriverManager.getConnection(Steps.url(folder))) {
            Steps.update(writer, "CREATE TABLE t (v)");
            assertThat(Steps.text(writer, "PRAGMA journal_mode=WAL")).isEqualTo("wal");
            assertThat(Steps.number(writer, "SELECT count(*) FROM t")).isZero(); // from here on it holds the WAL
            assertThatThrownBy(() -> one().option("sqlite.journal-mode", "DELETE")
                            .option("sqlite.busy-timeout", "0")
                            .build())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("journal_mode")
                    .hasMessageContaining("DELETE");
        }
    }

    // ---- transactions

    @Test
    void a_second_writer_waits_and_then_sees_what_the_first_wrote() throws Exception {
        // first                     second
        // insert
        //                           read, insert (waits)
        // commit
        //                           goes on, reads the first's row
        try (DatabaseConnectionPool pool = Steps.file(folder).poolSize(2).build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            CountDownLatch trying = new CountDownLatch(1);
            try (Connection first = pool.getConnection()) {
                first.setAutoCommit(false);
                Steps.update(first, "INSERT INTO t VALUES (1)");
                Thread second = Steps.started("second", thrown, () -> {
                    try (Connection connection = pool.getConnection()) {
                        connection.setAutoCommit(false);
                        trying.countDown();
                        assertThat(Steps.number(connection, "SELECT count(*) FROM t"))
                                .isEqualTo(1);
                        Steps.update(connection, "INSERT INTO t VALUES (2)");
                        connection.commit();
                    }
                });
                trying.await();
                second.join(100);
                assertThat(second.isAlive()).as("the second writer waits").isTrue();
                first.commit();
                Steps.join(second);
            }
            assertThat(thrown).isEmpty();
            assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(2);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_read_only_scope_refuses_writes_and_the_next_lease_may_write() throws Exception {
        try (DatabaseConnectionPool pool = one().build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            assertThatThrownBy(() -> DatabaseConnection.read(pool, c -> Steps.update(c, "INSERT INTO t VALUES (1)")))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("readonly");
            assertThat((long) DatabaseConnection.read(pool, c -> Steps.number(c, "SELECT count(*) FROM t")))
                    .isZero();
            Steps.update(pool, "INSERT INTO t VALUES (2)");
            DatabaseConnection.run(pool, c -> Steps.update(c, "INSERT INTO t VALUES (3)"));
            assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(2);
            assertThat(pool.statistics().totalCreated()).isEqualTo(1);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_read_only_scope_reads_one_snapshot_and_takes_no_write_lock() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(2)
                .option("sqlite.busy-timeout", "0")
                .build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            try (DatabaseConnection reader = DatabaseConnection.openReadOnly(pool)) {
                assertThat(Steps.number(reader.connection(), "SELECT count(*) FROM t"))
                        .isZero();
                Steps.update(pool, "INSERT INTO t VALUES (1)");
                assertThat(Steps.number(reader.connection(), "SELECT count(*) FROM t"))
                        .isZero();
            }
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void set_read_only_refuses_writes_until_it_is_undone_or_the_lease_ends() throws Exception {
        try (DatabaseConnectionPool pool = one().build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            try (Connection connection = pool.getConnection()) {
                connection.setReadOnly(true);
                assertThat(connection.isReadOnly()).isTrue();
                refusesWrites(connection);
                connection.setReadOnly(false);
                Steps.update(connection, "INSERT INTO t VALUES (1)");
                connection.setReadOnly(true);
            }
            try (Connection next = pool.getConnection()) {
                assertThat(next.isReadOnly()).isFalse();
                Steps.update(next, "INSERT INTO t VALUES (2)");
            }
            assertThat(pool.statistics().totalCreated()).isEqualTo(1);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_transaction_of_a_read_only_lease_takes_no_write_lock_and_the_lease_stays_read_only() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(2)
                .option("sqlite.busy-timeout", "0")
                .build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            try (Connection reader = pool.getConnection()) {
                reader.setReadOnly(true);
                reader.setAutoCommit(false);
                assertThat(Steps.number(reader, "SELECT count(*) FROM t")).isZero();
                Steps.update(pool, "INSERT INTO t VALUES (1)");
                assertThat(Steps.number(reader, "SELECT count(*) FROM t"))
                        .as("its snapshot")
                        .isZero();
                reader.commit();
                refusesWrites(reader);
                reader.rollback();
                reader.setAutoCommit(true);
                refusesWrites(reader);
            }
            DatabaseConnection.run(pool, c -> Steps.update(c, "INSERT INTO t VALUES (2)"));
            Steps.closeQuiescent(pool);
        }
    }

    private static void refusesWrites(Connection connection) {
        assertThatThrownBy(() -> Steps.update(connection, "INSERT INTO t VALUES (0)"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("readonly");
    }

    @Test
    void a_rollback_by_the_engine_poisons_the_transaction_until_rollback() throws Exception {
        try (DatabaseConnectionPool pool = one().build()) {
            Steps.update(pool, "CREATE TABLE t (v UNIQUE)");
            Steps.update(pool, "CREATE TABLE log (v)");
            Steps.update(
                    pool,
                    "CREATE TRIGGER no_thirteen BEFORE INSERT ON t WHEN NEW.v = 13"
                            + " BEGIN SELECT RAISE(ROLLBACK, 'not thirteen'); END");
            Steps.update(pool, "INSERT INTO t VALUES (1)");
            long created = pool.statistics().totalCreated();
            for (String fatal : new String[] {"INSERT OR ROLLBACK INTO t VALUES (1)", "INSERT INTO t VALUES (13)"}) {
                try (Connection connection = pool.getConnection()) {
                    connection.setAutoCommit(false);
                    Steps.update(connection, "INSERT INTO log VALUES ('before')");
                    assertThatThrownBy(() -> Steps.update(connection, fatal)).isInstanceOf(SQLException.class);
                    assertThatThrownBy(() -> Steps.update(connection, "INSERT INTO log VALUES ('after')"))
                            .extracting("SQLState")
                            .isEqualTo("25P02");
                    assertThatThrownBy(connection::commit)
                            .extracting("SQLState")
                            .isEqualTo("40000");
                    connection.rollback();
                    assertThat(Steps.number(connection, "SELECT count(*) FROM log"))
                            .isZero();
                    Steps.update(connection, "INSERT INTO log VALUES ('again')");
                    connection.commit();
                    Steps.update(connection, "DELETE FROM log");
                    connection.commit();
                }
                assertThatThrownBy(() -> DatabaseConnection.run(pool, c -> {
                            Steps.update(c, "INSERT INTO log VALUES ('before')");
                            try {
                                Steps.update(c, fatal);
                            } catch (SQLException swallowed) {
                                assertThat(swallowed.getMessage()).isNotEmpty();
                            }
                        }))
                        .as("a scope whose work swallowed it does not commit")
                        .extracting("SQLState")
                        .isEqualTo("40000");
                assertThat(Steps.number(pool, "SELECT count(*) FROM log")).isZero();
            }
            assertThat(pool.statistics().totalCreated()).isEqualTo(created);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void savepoints_nest_and_may_share_a_name() throws Exception {
        try (DatabaseConnectionPool pool = one().build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            try (Connection connection = pool.getConnection()) {
                assertThatThrownBy(connection::setSavepoint)
                        .extracting("SQLState")
                        .isEqualTo("25000");
                connection.setAutoCommit(false);
                Steps.update(connection, "INSERT INTO t VALUES (1)");
                Savepoint outer = connection.setSavepoint("it's \"one\"");
                Steps.update(connection, "INSERT INTO t VALUES (2)");
                Savepoint inner = connection.setSavepoint("it's \"one\"");
                assertThat(inner.getSavepointName()).isEqualTo(outer.getSavepointName());
                Steps.update(connection, "INSERT INTO t VALUES (3)");
                connection.rollback(inner);
                Steps.update(connection, "INSERT INTO t VALUES (4)");
                Savepoint unnamed = connection.setSavepoint();
                assertThat(unnamed.getSavepointId()).isPositive();
                connection.releaseSavepoint(unnamed);
                assertThat(Steps.text(connection, "SELECT group_concat(v) FROM t"))
                        .isEqualTo("1,2,4");
                connection.rollback(outer);
                connection.commit();
            }
            DatabaseConnection.run(pool, c -> {
                Savepoint first = c.setSavepoint(); // before any statement: the transaction begins with it
                Steps.update(c, "INSERT INTO t VALUES (5)");
                c.rollback(first);
                Steps.update(c, "INSERT INTO t VALUES (6)");
            });
            try (Connection connection = pool.getConnection()) {
                assertThat(Steps.text(connection, "SELECT group_concat(v) FROM t"))
                        .isEqualTo("1,6");
            }
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_transaction_begun_by_text_and_left_open_is_rolled_back() throws Exception {
        try (DatabaseConnectionPool pool = one().build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            for (String begin :
                    new String[] {"BEGIN", " begin immediate", "/* hidden */ BEGIN EXCLUSIVE", "SAVEPOINT s"}) {
                try (Connection connection = pool.getConnection()) {
                    Steps.update(connection, begin);
                    Steps.update(connection, "INSERT INTO t VALUES (1)");
                }
                assertThat(Steps.number(pool, "SELECT count(*) FROM t"))
                        .as(begin)
                        .isZero();
            }
            assertThat(pool.statistics().unfinishedTransactions()).isEqualTo(4);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_commit_that_fails_leaves_the_transaction_to_its_caller() throws Exception {
        try (DatabaseConnectionPool pool = one().build()) {
            Origin_B03.createFamily(pool);
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                Steps.update(connection, Origin_B03.ORPHAN);
                assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
                Steps.update(connection, "INSERT INTO parent VALUES (999)"); // repaired
                connection.commit();
            }
            assertThat(Steps.number(pool, "SELECT count(*) FROM child")).isEqualTo(1);
            Steps.closeQuiescent(pool);
        }
    }

    // ---- sessions and errors

    @Test
    void a_function_of_one_lease_is_not_there_in_the_next() throws Exception {
        try (DatabaseConnectionPool pool = one().build()) {
            try (Connection connection = pool.getConnection()) {
                Function.create(connection.unwrap(SQLiteConnection.class), "mine", new Function() {
                    @Override
                    protected void xFunc() throws SQLException {
                        result(42);
                    }
                });
                assertThat(Steps.number(connection, "SELECT mine()")).isEqualTo(42);
            }
            assertThatThrownBy(() -> Steps.number(pool, "SELECT mine()")).hasMessageContaining("no such function");
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void errors_of_a_statement_keep_the_connection() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(2)
                .option("sqlite.busy-timeout", "0")
                .build()) {
            Steps.update(pool, "CREATE TABLE t (v UNIQUE)");
            Steps.update(pool, "INSERT INTO t VALUES (1)");
            Steps.await("full", Steps.DEADLINE, () -> pool.statistics().availableConnections() == 2);
            assertThatThrownBy(() -> Steps.update(pool, "INSERT INTO t VALUES (1)"))
                    .hasMessageContaining("CONSTRAINT");
            assertThatThrownBy(() -> Steps.update(pool, "INSERT INTO missing VALUES (1)"))
                    .hasMessageContaining("missing");
            try (Connection writer = pool.getConnection()) {
                writer.setAutoCommit(false);
                Steps.update(writer, "INSERT INTO t VALUES (2)");
                assertThatThrownBy(() -> Steps.update(pool, "INSERT INTO t VALUES (3)"))
                        .hasMessageContaining("holds itself");
                writer.rollback();
            }
            assertThat(pool.statistics().totalCreated()).isEqualTo(2);
            assertThat(pool.statistics().closedByCause()).isEmpty();
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_damaged_page_is_an_error_and_its_connection_is_replaced() throws Exception {
        try (DatabaseConnectionPool pool = one().build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            Steps.update(
                    pool,
                    "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
                            + " SELECT i + 1 FROM n WHERE i < 200) SELECT randomblob(3000) FROM n");
            Steps.update(pool, "PRAGMA wal_checkpoint(TRUNCATE)");
            Steps.closeQuiescent(pool);
        }
        // No connection is open now, so that opening the file from Java drops no lock.
        try (FileChannel file = FileChannel.open(Steps.database(folder), StandardOpenOption.WRITE)) {
            for (long at = 4096L; at < file.size(); at += 4096) {
                file.write(ByteBuffer.wrap(new byte[64]).putLong(0, -1), at);
            }
        }
        try (DatabaseConnectionPool pool = one().build()) {
            assertThatThrownBy(() -> Steps.number(pool, "SELECT sum(length(v)) FROM t"))
                    .hasMessageContaining("CORRUPT");
            assertThat(pool.statistics().closedByCause()).containsEntry("broken", 1L);
            assertThat(Steps.number(pool, "SELECT 1")).isEqualTo(1);
            assertThat(pool.statistics().totalCreated()).isEqualTo(2);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void an_aborted_connection_ends_its_statement_soon() throws Exception {
        try (DatabaseConnectionPool pool = one().build()) {
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            Connection connection = pool.getConnection();
            Thread user = Steps.started("user", thrown, () -> Steps.number(connection, Origin_B18.ENDLESS));
            Steps.await(
                    "counting",
                    Steps.DEADLINE,
                    () -> pool.leases().stream()
                            .anyMatch(
                                    lease -> lease.sql() != null && lease.sql().startsWith("WITH")));
            Steps.hold(java.time.Duration.ofMillis(50)); // from the wrapper into the engine
            connection.abort(Runnable::run);
            Steps.join(user);
            assertThat(thrown).singleElement().isInstanceOf(SQLException.class);
            assertThat(Steps.number(pool, "SELECT 1")).isEqualTo(1);
            assertThat(pool.statistics().closedByCause()).containsEntry("aborted", 1L);
            Steps.closeQuiescent(pool);
        }
    }
}
