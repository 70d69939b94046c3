package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolBuilder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.BusyHandler;
import org.sqlite.Collation;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;

/** The driver's traps around transactions and what a session keeps; docs/sqlite-driver-traps.md. */
@Timeout(60)
class TransactionTrapsTest {

    private static final String INSERT = "INSERT INTO t VALUES (1)";

    @TempDir
    Path folder;

    private interface Use {
        void of(DatabaseConnectionPool pool) throws Exception;
    }

    /** A pool with a table, and nothing left lent or open at its end. */
    private static void with(PoolBuilder builder, Use use) throws Exception {
        try (DatabaseConnectionPool pool = builder.build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            use.of(pool);
            Steps.closeQuiescent(pool);
        }
    }

    private PoolBuilder impatient() {
        return Steps.file(folder).poolSize(2).option("sqlite.busy-timeout", "0");
    }

    private PoolBuilder one() {
        return Steps.file(folder).poolSize(1).maxOverflow(0);
    }

    private static long rows(DatabaseConnectionPool pool) throws SQLException {
        return Steps.number(pool, "SELECT count(*) FROM t");
    }

    @Test
    void a_batch_that_begins_a_transaction_ends_with_it() throws Exception {
        with(one(), pool -> {
            try (Connection connection = pool.getConnection();
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
                connection.setAutoCommit(false);
                for (int value = 0; value < 3; value++) {
                    insert.setInt(1, value);
                    insert.addBatch();
                }
                insert.executeBatch();
                connection.rollback();
            }
            assertThat(rows(pool)).isZero();
        });
    }

    @Test
    void rows_left_open_over_a_commit_are_closed_and_keep_no_other_writer_waiting() throws Exception {
        with(Steps.file(folder), pool -> {
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                Steps.update(connection, INSERT);
                Steps.update(connection, INSERT);
                ResultSet rows = statement.executeQuery("SELECT v FROM t");
                assertThat(rows.next()).isTrue();
                connection.commit();
                assertThat(rows.isClosed()).isTrue();
                Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
                Steps.join(Steps.started("other", thrown, () -> Steps.update(pool, INSERT)));
                assertThat(thrown).isEmpty();
                assertThat(rows(pool)).isEqualTo(3);
            }
        });
    }

    // ---- when the lock is taken

    @Test
    void neither_leaving_autocommit_nor_a_commit_nor_a_rollback_takes_the_write_lock() throws Exception {
        with(impatient(), pool -> {
            try (Connection foreign = Databases.open(Steps.database(folder));
                    Connection connection = pool.getConnection()) {
                Databases.run(foreign, "PRAGMA busy_timeout=0");
                connection.setAutoCommit(false);
                Databases.run(foreign, INSERT);
                Steps.update(connection, INSERT);
                assertThatThrownBy(() -> Databases.run(foreign, INSERT))
                        .as("now it is taken")
                        .hasMessageContaining("SQLITE_BUSY");
                connection.commit();
                Databases.run(foreign, INSERT);
                Steps.update(connection, INSERT);
                connection.rollback();
                Databases.run(foreign, INSERT);
            }
            assertThat(rows(pool)).isEqualTo(4);
        });
    }

    // ---- the driver's flag

    @Test
    void a_failed_set_auto_commit_true_keeps_the_transaction_which_can_be_rolled_back() throws Exception {
        with(one(), pool -> {
            Origin_B03.createFamily(pool);
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                Steps.update(connection, Origin_B03.ORPHAN);
                assertThatThrownBy(() -> connection.setAutoCommit(true))
                        .extracting("SQLState")
                        .isEqualTo("23503");
                assertThat(connection.getAutoCommit()).isFalse();
                connection.rollback();
                connection.setAutoCommit(true);
                assertThat(connection.getAutoCommit()).isTrue();
                Steps.update(connection, INSERT);
                connection.setAutoCommit(false);
                Steps.update(connection, Origin_B03.ORPHAN);
                assertThatThrownBy(() -> connection.setAutoCommit(true)).isInstanceOf(SQLException.class);
            }
            assertThat(Steps.number(pool, "SELECT count(*) FROM child")).isZero();
            assertThat(rows(pool)).isEqualTo(1);
        });
    }

    @Test
    void a_transaction_begun_by_text_goes_on_when_autocommit_is_left() throws Exception {
        with(one(), pool -> {
            for (String begin : new String[] {"BEGIN", "SAVEPOINT s"}) {
                for (boolean commits : new boolean[] {true, false}) {
                    try (Connection connection = pool.getConnection()) {
                        Steps.update(connection, "DELETE FROM t");
                        Steps.update(connection, begin);
                        Steps.update(connection, INSERT);
                        connection.setAutoCommit(false);
                        if (commits) {
                            connection.commit();
                            connection.rollback();
                        } else {
                            Steps.update(connection, INSERT);
                            connection.rollback();
                            Steps.update(connection, "INSERT INTO t VALUES (2), (3), (4)");
                            connection.commit();
                        }
                    }
                    assertThat(rows(pool)).as(begin).isEqualTo(commits ? 1 : 3);
                }
            }
        });
    }

    @Test
    void the_unwrapped_connection_knows_whether_a_transaction_is_open() throws Exception {
        with(one(), pool -> {
            try (Connection connection = pool.getConnection()) {
                SQLiteConnection driver = connection.unwrap(SQLiteConnection.class);
                assertThat(driver.getAutoCommit()).isTrue();
                driver.setAutoCommit(false);
                Databases.run(driver, INSERT);
                driver.rollback();
                driver.setAutoCommit(true);
            }
            assertThat(rows(pool)).isZero();
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                Steps.update(connection, INSERT);
                assertThat(connection.unwrap(SQLiteConnection.class).getAutoCommit())
                        .isFalse();
                connection.commit();
            }
            assertThat(rows(pool)).isEqualTo(1);
        });
    }

    @Test
    void savepoints_that_are_released_leave_a_transaction_that_can_end() throws Exception {
        with(one(), pool -> {
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                Savepoint first = connection.setSavepoint();
                Steps.update(connection, INSERT);
                connection.releaseSavepoint(first);
                connection.commit();
                connection.rollback(); // nothing is open, and that is no error
                Savepoint second = connection.setSavepoint("s");
                connection.rollback(second);
                connection.setAutoCommit(true);
                assertThat(connection.getAutoCommit()).isTrue();
            }
            assertThat(rows(pool)).isEqualTo(1);
            assertThat(pool.statistics().unfinishedTransactions()).isZero();
        });
    }

    // ---- locks of others

    @Test
    void a_reading_transaction_that_writes_after_anothers_commit_is_not_refused_as_stale() throws Exception {
        with(impatient(), pool -> {
            try (Connection foreign = Databases.open(Steps.database(folder))) {
                Databases.run(foreign, "PRAGMA busy_timeout=0");
                for (String begin : new String[] {"", "BEGIN", "BEGIN DEFERRED"}) {
                    try (Connection connection = pool.getConnection()) {
                        connection.setAutoCommit(!begin.isEmpty());
                        if (!begin.isEmpty()) {
                            Steps.update(connection, begin);
                        }
                        long before = Steps.number(connection, "SELECT count(*) FROM t");
                        assertThatThrownBy(() -> Databases.run(foreign, INSERT))
                                .as("nobody commits between its read and its write")
                                .hasMessageContaining("SQLITE_BUSY");
                        Steps.update(connection, "INSERT INTO t VALUES (?)", before);
                        Steps.update(connection, "COMMIT");
                    }
                }
            }
            assertThat(Steps.number(pool, "SELECT sum(v) FROM t")).isEqualTo(3); // 0, 1, 2
        });
    }

    @Test
    void a_commit_that_a_reader_of_another_process_blocks_stays_open_and_can_be_tried_again() throws Exception {
        with(impatient().option("sqlite.journal-mode", "DELETE"), pool -> {
            Steps.update(pool, INSERT);
            try (Connection foreign = Databases.open(Steps.database(folder));
                    Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                Steps.update(connection, INSERT);
                ResultSet reading = reading(foreign);
                assertThatThrownBy(connection::commit).extracting("SQLState").isEqualTo("55P03");
                assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isEqualTo(2);
                reading.close();
                connection.commit();
            }
            assertThat(rows(pool)).isEqualTo(2);
        });
    }

    @Test
    void a_commit_waits_for_a_reader_of_another_process() throws Exception {
        with(Steps.file(folder).poolSize(2).option("sqlite.journal-mode", "DELETE"), pool -> {
            Steps.update(pool, INSERT);
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            try (Connection foreign = Databases.open(Steps.database(folder))) {
                ResultSet reading = reading(foreign);
                List<Thread> committing = new ArrayList<>();
                committing.add(Steps.started("autocommit", thrown, () -> Steps.update(pool, INSERT)));
                committing.add(Steps.started("transaction", thrown, () -> {
                    try (Connection connection = pool.getConnection()) {
                        connection.setAutoCommit(false);
                        Steps.update(connection, INSERT);
                        connection.commit();
                    }
                }));
                committing.get(0).join(50);
                assertThat(committing).allMatch(Thread::isAlive);
                reading.close();
                for (Thread thread : committing) {
                    Steps.join(thread);
                }
            }
            assertThat(thrown).isEmpty();
            assertThat(rows(pool)).isEqualTo(3);
        });
    }

    /** Rows of which one is read: outside of WAL nobody can commit meanwhile. */
    private static ResultSet reading(Connection foreign) throws SQLException {
        ResultSet rows = foreign.createStatement().executeQuery("SELECT v FROM t UNION ALL SELECT v FROM t");
        assertThat(rows.next()).isTrue();
        return rows;
    }

    // ---- what a session keeps

    @Test
    void isolation_and_type_map_are_a_leases_own_however_leases_overlap() throws Exception {
        with(Steps.file(folder).poolSize(3), pool -> {
            Connection first = pool.getConnection();
            Connection second = pool.getConnection();
            first.setTransactionIsolation(Connection.TRANSACTION_READ_UNCOMMITTED);
            first.setTypeMap(Map.of("X", String.class));
            assertThat(second.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(second.getTypeMap()).isEmpty();
            second.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            first.close();
            second.close();
            try (Connection a = pool.getConnection();
                    Connection b = pool.getConnection();
                    Connection c = pool.getConnection()) {
                for (Connection next : List.of(a, b, c)) {
                    assertThat(next.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
                    assertThat(next.getTypeMap()).isEmpty();
                    assertThat(Steps.number(next, "PRAGMA read_uncommitted")).isZero();
                }
            }
        });
    }

    @Test
    void what_was_set_on_the_drivers_own_connection_ends_with_the_lease() throws Exception {
        with(one(), pool -> {
            List<String> heard = new ArrayList<>();
            try (Connection connection = pool.getConnection()) {
                SQLiteConnection driver = connection.unwrap(SQLiteConnection.class);
                driver.addUpdateListener((type, database, table, row) -> heard.add(table));
                driver.getConnectionConfig().setDateClass(SQLiteConfig.DateClass.TEXT);
                driver.setLimit(SQLiteLimits.SQLITE_LIMIT_ATTACHED, 0);
                driver.setLimit(SQLiteLimits.SQLITE_LIMIT_COLUMN, 1);
                Collation.create(driver, "mine", new Collation() {
                    @Override
                    protected int xCompare(String one, String two) {
                        return 0;
                    }
                });
                driver.setBusyTimeout(1);
                BusyHandler.setHandler(driver, new BusyHandler() {
                    @Override
                    protected int callback(int invoked) {
                        heard.add("busy");
                        return 0;
                    }
                });
                ProgressHandler.setHandler(driver, 1, new ProgressHandler() {
                    @Override
                    protected int progress() {
                        return 1;
                    }
                });
                assertThatThrownBy(() -> Steps.number(connection, "SELECT count(*) FROM t"))
                        .as("its progress handler ends all")
                        .extracting("SQLState")
                        .isEqualTo("57014");
                ProgressHandler.clearHandler(driver);
                assertThatThrownBy(() -> Steps.update(connection, "ATTACH ':memory:' AS z"))
                        .isInstanceOf(SQLException.class);
                Steps.update(connection, INSERT);
                assertThat(heard).containsExactly("t");
            }
            try (Connection next = pool.getConnection();
                    Statement statement = next.createStatement()) {
                Steps.update(next, "INSERT INTO t VALUES (?)", new Timestamp(5));
                assertThat(Steps.text(next, "SELECT group_concat(typeof(v)) FROM t"))
                        .isEqualTo("integer,integer");
                assertThat(heard).as("the listener is gone").hasSize(1);
                assertThatThrownBy(() -> statement.executeQuery("SELECT v FROM t ORDER BY v COLLATE mine"))
                        .hasMessageContaining("no such collation");
                assertThat(Steps.number(next, "SELECT count(*) FROM (SELECT 1, 2)"))
                        .isEqualTo(1);
                Steps.update(next, "ATTACH ':memory:' AS z");
                assertThat(Steps.number(next, "PRAGMA busy_timeout")).isEqualTo(30_000);
            }
            assertThat(pool.statistics().totalCreated()).as("sessions").isEqualTo(1);
        });
    }

    @Test
    void query_only_by_pragma_ends_with_the_lease() throws Exception {
        with(one(), pool -> {
            try (Connection connection = pool.getConnection()) {
                Steps.update(connection, "PRAGMA query_only=ON");
                assertThatThrownBy(() -> Steps.update(connection, INSERT))
                        .extracting("SQLState")
                        .isEqualTo("25006");
            }
            Steps.update(pool, INSERT);
            assertThat(rows(pool)).isEqualTo(1);
        });
    }

    @Test
    void temporary_objects_and_attached_files_made_in_a_transaction_end_with_the_lease() throws Exception {
        with(Steps.file(folder).poolSize(2), pool -> {
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                Steps.update(connection, INSERT);
                Steps.update(connection, "CREATE TEMP TABLE mine (v)");
                connection.commit();
                Steps.update(connection, "INSERT INTO mine VALUES (1)");
                connection.commit();
                connection.setAutoCommit(true);
                Steps.update(connection, "ATTACH ':memory:' AS z");
                assertThat(Steps.number(connection, "SELECT count(*) FROM mine"))
                        .isEqualTo(1);
            }
            for (int i = 0; i < 4; i++) {
                try (Connection next = pool.getConnection()) {
                    next.setAutoCommit(i % 2 == 0); // by turns on a reader and on the writer
                    assertThat(Steps.number(next, "SELECT count(*) FROM temp.sqlite_schema"))
                            .isZero();
                    assertThat(Steps.number(next, "SELECT count(*) FROM pragma_database_list WHERE name = 'z'"))
                            .isZero();
                }
            }
            assertThat(rows(pool)).isEqualTo(1);
        });
    }
}
