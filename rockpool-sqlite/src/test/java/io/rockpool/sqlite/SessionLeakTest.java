package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.Function;
import org.sqlite.SQLiteConnection;

/** Whatever state a lease ends in, the next borrower finds none of it, and no native connection is left over. */
@Timeout(60)
class SessionLeakTest {

    private static final long SEED = Long.getLong("sqlite.leak.seed", System.nanoTime());
    private static final int READERS = Math.max(4, Runtime.getRuntime().availableProcessors());

    @TempDir
    Path folder;

    private DatabaseConnectionPool pool;
    private Lanes lanes;

    /** What a borrower leaves behind; stores nothing in t. */
    private interface Leaving {
        void leave(Connection connection) throws SQLException;
    }

    @BeforeEach
    void open() throws SQLException {
        pool = Steps.file(folder).poolSize(8).maxOverflow(0).build();
        Steps.update(pool, "CREATE TABLE t (v INTEGER PRIMARY KEY)");
        Steps.update(pool, "INSERT INTO t VALUES (1), (2), (3)");
        try (Connection connection = pool.getConnection()) {
            lanes = connection.unwrap(Session.class).lanes;
        }
    }

    @AfterEach
    void close() throws Exception {
        Steps.closeQuiescent(pool);
        assertThat(lanes.open()).isEmpty();
        assertThat(Steps.openFiles(Steps.database(folder))).isZero();
    }

    private void leavesNothing(Leaving leaving) throws Exception {
        for (int i = 0; i < 20; i++) {
            try (Connection connection = pool.getConnection()) {
                leaving.leave(connection);
            }
            isClean();
        }
        settles();
    }

    /** At most the writer and the readers, once those that are on their way have gone. */
    private void settles() {
        Steps.await(
                "only lanes are open",
                Steps.DEADLINE,
                () -> lanes.open().size() <= 1 + READERS
                        && lanes.open().stream().allMatch(lane -> lane.role != LaneConnection.Role.PRIVATE));
    }

    private void isClean() throws SQLException {
        try (Connection next = pool.getConnection()) {
            assertThat(next.getAutoCommit()).isTrue();
            assertThat(next.isReadOnly()).isFalse();
            assertThat(Steps.text(next, "SELECT group_concat(v) FROM t")).isEqualTo("1,2,3");
            assertThat(Steps.number(
                            next, "SELECT count(*) FROM pragma_database_list WHERE name NOT IN ('main', 'temp')"))
                    .isZero();
            assertThat(Steps.number(next, "SELECT count(*) FROM sqlite_temp_schema"))
                    .isZero();
            assertThat(Steps.number(next, "PRAGMA foreign_keys")).isEqualTo(1);
            assertThat(Steps.number(next, "PRAGMA recursive_triggers")).isZero();
            assertThatThrownBy(() -> Steps.text(next, "SELECT of_a_lease(1)")).hasMessageContaining("no such function");
            Steps.update(next, "INSERT INTO t VALUES (99)"); // the writer is free
            Steps.update(next, "DELETE FROM t WHERE v = 99");
        }
    }

    // ---- ways to leave a connection

    private static void openRows(Connection connection) throws SQLException {
        ResultSet rows = connection.createStatement().executeQuery("SELECT v FROM t");
        assertThat(rows.next()).isTrue();
        ResultSet more = connection.prepareStatement("SELECT v FROM t").executeQuery();
        assertThat(more.next()).isTrue();
    }

    private static void openTransaction(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        Steps.update(connection, "INSERT INTO t VALUES (4)");
        connection.setSavepoint("one");
        Steps.update(connection, "INSERT INTO t VALUES (5)");
        openRows(connection);
    }

    private static void openTransactionByText(Connection connection) throws SQLException {
        Steps.update(connection, "BEGIN");
        Steps.update(connection, "INSERT INTO t VALUES (4)");
        Steps.update(connection, "SAVEPOINT two");
        openRows(connection);
    }

    private static void openSavepoint(Connection connection) throws SQLException {
        Steps.update(connection, "SAVEPOINT outermost");
        Steps.update(connection, "INSERT INTO t VALUES (4)");
    }

    private static void openSnapshot(Connection connection) throws SQLException {
        connection.setReadOnly(true);
        openRows(connection);
    }

    private static void sessionState(Connection connection) throws SQLException {
        Steps.update(connection, "CREATE TEMP TABLE mine (v)");
        Steps.update(connection, "INSERT INTO mine VALUES (1)");
        Steps.update(connection, "ATTACH ':memory:' AS beside");
        Steps.update(connection, "PRAGMA foreign_keys=OFF");
        Steps.update(connection, "PRAGMA recursive_triggers=ON");
        openRows(connection);
    }

    private static void sessionStateInTransaction(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        Steps.update(connection, "INSERT INTO t VALUES (4)");
        Steps.update(connection, "CREATE TEMP TABLE mine (v)");
        Steps.update(connection, "INSERT INTO mine VALUES (1)");
    }

    private static void aborted(Connection connection) throws SQLException {
        openTransaction(connection);
        connection.abort(Runnable::run);
    }

    private static void abortedWithAStateOfItsOwn(Connection connection) throws SQLException {
        sessionState(connection);
        connection.abort(Runnable::run);
    }

    private static void amidABatch(Connection connection) throws SQLException {
        PreparedStatement batch = connection.prepareStatement("INSERT INTO t VALUES (?)");
        batch.setInt(1, 4);
        batch.addBatch();
        Statement texts = connection.createStatement();
        texts.addBatch("INSERT INTO t VALUES (5)");
        connection.setAutoCommit(false);
        Statement failing = connection.createStatement();
        failing.addBatch("INSERT INTO t VALUES (6)");
        failing.addBatch("INSERT INTO t VALUES (1)");
        assertThatThrownBy(failing::executeBatch).isInstanceOf(BatchUpdateException.class);
    }

    private static void failedFunction(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        Steps.update(connection, "INSERT INTO t VALUES (4)");
        Function.create(connection.unwrap(SQLiteConnection.class), "of_a_lease", new Function() {
            @Override
            protected void xFunc() throws SQLException {
                throw new SQLException("of the function");
            }
        });
        assertThatThrownBy(() -> Steps.update(connection, "INSERT INTO t SELECT of_a_lease(v) FROM t"))
                .isInstanceOf(SQLException.class);
    }

    private static void rolledBackByTheEngine(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        Steps.update(connection, "INSERT INTO t VALUES (4)");
        assertThatThrownBy(() -> Steps.update(connection, "INSERT OR ROLLBACK INTO t VALUES (1)"))
                .isInstanceOf(SQLException.class);
    }

    // ---- each of them

    @Test
    void open_rows_and_statements_are_gone() throws Exception {
        leavesNothing(SessionLeakTest::openRows);
        leavesNothing(SessionLeakTest::openSnapshot);
    }

    @Test
    void open_transactions_and_savepoints_are_gone() throws Exception {
        leavesNothing(SessionLeakTest::openTransaction);
        leavesNothing(SessionLeakTest::openTransactionByText);
        leavesNothing(SessionLeakTest::openSavepoint);
        leavesNothing(SessionLeakTest::rolledBackByTheEngine);
    }

    @Test
    void temporary_tables_attached_files_and_settings_are_gone() throws Exception {
        leavesNothing(SessionLeakTest::sessionState);
        leavesNothing(SessionLeakTest::sessionStateInTransaction);
    }

    @Test
    void what_an_aborted_lease_held_is_gone() throws Exception {
        leavesNothing(SessionLeakTest::aborted);
        leavesNothing(SessionLeakTest::abortedWithAStateOfItsOwn);
    }

    @Test
    void an_unfinished_batch_is_gone() throws Exception {
        leavesNothing(SessionLeakTest::amidABatch);
    }

    @Test
    void a_function_that_failed_is_gone_with_its_transaction() throws Exception {
        leavesNothing(SessionLeakTest::failedFunction);
    }

    @Test
    void all_of_them_at_once_leave_only_the_lanes() throws Exception {
        List<Leaving> ways = List.of(
                SessionLeakTest::openRows,
                SessionLeakTest::openSnapshot,
                SessionLeakTest::openTransaction,
                SessionLeakTest::openTransactionByText,
                SessionLeakTest::openSavepoint,
                SessionLeakTest::sessionState,
                SessionLeakTest::sessionStateInTransaction,
                SessionLeakTest::aborted,
                SessionLeakTest::abortedWithAStateOfItsOwn,
                SessionLeakTest::amidABatch,
                SessionLeakTest::failedFunction,
                SessionLeakTest::rolledBackByTheEngine);
        System.out.println("sqlite.leak.seed=" + SEED);
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Random random = new Random(SEED + i);
            threads.add(Steps.started("borrower-" + i, thrown, () -> {
                for (int round = 0; round < 150; round++) {
                    try (Connection connection = pool.getConnection()) {
                        ways.get(random.nextInt(ways.size())).leave(connection);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            Steps.join(thread);
        }
        assertThat(thrown).as("sqlite.leak.seed=%d", SEED).isEmpty();
        isClean();
        settles();
    }
}
