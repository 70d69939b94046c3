package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How writers wait for the one permit of a file, and how the wait ends. */
@Timeout(60)
class WriterWaitTest {

    private static final String INSERT = "INSERT INTO t VALUES (1)";

    @TempDir
    Path folder;

    private DatabaseConnectionPool open(String nesting, Duration timeout) throws SQLException {
        DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(4)
                .poolTimeout(timeout)
                .option("sqlite.writer-nesting", nesting)
                .build();
        Steps.update(pool, "CREATE TABLE IF NOT EXISTS t (v)");
        return pool;
    }

    private DatabaseConnectionPool open() throws SQLException {
        return open("REFUSE", Duration.ofSeconds(20));
    }

    private static long rows(DatabaseConnectionPool pool) throws SQLException {
        return Steps.number(pool, "SELECT count(*) FROM t");
    }

    /** Begins a wait in another thread while this one holds the writer, ends it, and gives what it threw. */
    private Throwable endedWait(DatabaseConnectionPool pool, boolean transaction, int seconds, Ending ending)
            throws Exception {
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        CompletableFuture<Statement> made = new CompletableFuture<>();
        java.util.concurrent.atomic.AtomicBoolean flag = new java.util.concurrent.atomic.AtomicBoolean();
        try (Connection holder = pool.getConnection()) {
            holder.setAutoCommit(false);
            Steps.update(holder, INSERT);
            long begun = System.nanoTime();
            Thread waiter = Steps.started("waiter", thrown, () -> {
                try (Connection connection = pool.getConnection();
                        Statement statement = connection.createStatement()) {
                    connection.setAutoCommit(!transaction);
                    statement.setQueryTimeout(seconds);
                    made.complete(statement);
                    try {
                        statement.executeUpdate(INSERT);
                    } finally {
                        flag.set(Thread.interrupted());
                    }
                }
            });
            Statement statement = made.get();
            Steps.await(
                    "waits",
                    Steps.DEADLINE,
                    () -> waiter.getState() == Thread.State.TIMED_WAITING || !waiter.isAlive());
            ending.end(waiter, statement);
            Steps.join(waiter);
            assertThat(Steps.millisSince(begun)).isLessThan(10_000);
            holder.rollback();
        }
        Steps.update(pool, INSERT);
        assertThat(rows(pool)).isEqualTo(1);
        Steps.closeQuiescent(pool);
        assertThat(thrown).isNotEmpty();
        interrupted = flag.get();
        return thrown.peek();
    }

    private boolean interrupted;

    private interface Ending {
        void end(Thread waiter, Statement statement) throws Exception;
    }

    @Test
    void an_interrupt_ends_the_wait_and_the_flag_stays() throws Exception {
        for (boolean transaction : new boolean[] {false, true}) {
            Files.deleteIfExists(Steps.database(folder));
            assertThat(endedWait(open(), transaction, 0, (t, s) -> t.interrupt()))
                    .extracting("SQLState")
                    .isEqualTo("57014");
            assertThat(interrupted).isTrue();
        }
    }

    @Test
    void a_cancel_ends_the_wait() throws Exception {
        assertThat(endedWait(open(), false, 0, (t, s) -> s.cancel()))
                .extracting("SQLState")
                .isEqualTo("57014");
    }

    @Test
    void a_query_timeout_ends_the_wait() throws Exception {
        assertThat(endedWait(open(), false, 1, (t, s) -> {})).isInstanceOf(SQLTimeoutException.class);
    }

    @Test
    void a_query_timeout_ends_the_wait_of_a_transactions_first_statement() throws Exception {
        assertThat(endedWait(open(), true, 1, (t, s) -> {})).isInstanceOf(SQLTimeoutException.class);
    }

    @Test
    void a_cancel_ends_the_wait_of_a_transactions_first_statement() throws Exception {
        assertThat(endedWait(open(), true, 0, (t, s) -> s.cancel()))
                .extracting("SQLState")
                .isEqualTo("57014");
    }

    @Test
    void an_abort_ends_the_wait() throws Exception {
        assertThat(endedWait(open(), false, 0, (t, s) -> s.getConnection().abort(Runnable::run)))
                .isInstanceOf(SQLException.class);
    }

    /** The pool's workers give it back, after the abort has returned. */
    @Test
    void the_writer_of_an_aborted_lease_is_waited_for_by_the_thread_that_took_it() throws Exception {
        try (DatabaseConnectionPool pool = open()) {
            for (int i = 0; i < 300; i++) {
                try (Connection aborted = pool.getConnection()) {
                    aborted.setAutoCommit(false);
                    Steps.update(aborted, INSERT);
                    aborted.abort(Runnable::run);
                }
                Steps.update(pool, INSERT);
            }
            assertThat(rows(pool)).isEqualTo(300);
        }
    }

    @Test
    void a_timeout_names_the_holder() throws Exception {
        DatabaseConnectionPool pool = open("REFUSE", Duration.ofMillis(300));
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        try (Connection holder = pool.getConnection()) {
            holder.setAutoCommit(false);
            Steps.update(holder, INSERT);
            Steps.join(Steps.started("waiter", thrown, () -> Steps.update(pool, INSERT)));
            assertThat(thrown)
                    .singleElement()
                    .satisfies(e -> assertThat(e)
                            .hasMessageContaining("writer did not come free")
                            .hasMessageContaining("'" + Thread.currentThread().getName() + "'"));
            holder.rollback();
        }
        Steps.closeQuiescent(pool);
    }

    @Test
    void a_timeout_names_the_sql_of_a_holding_transaction() throws Exception {
        DatabaseConnectionPool pool = open("REFUSE", Duration.ofMillis(300));
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        try (Connection holder = pool.getConnection()) {
            holder.setAutoCommit(false);
            Steps.update(holder, INSERT);
            Steps.join(Steps.started("waiter", thrown, () -> Steps.update(pool, INSERT)));
            assertThat(thrown).singleElement().satisfies(e -> assertThat(e).hasMessageContaining("INSERT INTO t"));
            holder.rollback();
        }
        pool.close();
    }

    @Test
    void a_second_write_of_the_holding_thread_is_refused_at_once_with_the_first_stack() throws Exception {
        DatabaseConnectionPool pool = open();
        try (Connection holder = pool.getConnection();
                Connection second = pool.getConnection()) {
            holder.setAutoCommit(false);
            Steps.update(holder, INSERT);
            long begun = System.nanoTime();
            assertThatThrownBy(() -> Steps.update(second, INSERT)).satisfies(e -> {
                assertThat(((SQLException) e).getSQLState()).isEqualTo("40P01");
                assertThat(e.getSuppressed()).isNotEmpty();
            });
            assertThat(Steps.millisSince(begun)).isLessThan(10_000);
            holder.commit();
            Steps.update(second, INSERT);
        }
        assertThat(rows(pool)).isEqualTo(2);
        Steps.closeQuiescent(pool);
    }

    @Test
    void a_nested_transaction_is_a_savepoint_of_the_outer() throws Exception {
        DatabaseConnectionPool pool = open("SAVEPOINT", Duration.ofSeconds(20));
        for (boolean inner : new boolean[] {true, false}) {
            for (boolean outer : new boolean[] {true, false}) {
                Steps.update(pool, "DELETE FROM t");
                try (Connection first = pool.getConnection()) {
                    first.setAutoCommit(false);
                    Steps.update(first, INSERT);
                    try (Connection second = pool.getConnection()) {
                        second.setAutoCommit(false);
                        Steps.update(second, INSERT);
                        end(second, inner);
                    }
                    end(first, outer);
                }
                assertThat(rows(pool)).isEqualTo(!outer ? 0 : inner ? 2 : 1);
            }
        }
        Steps.closeQuiescent(pool);
    }

    private static void end(Connection connection, boolean commit) throws SQLException {
        if (commit) {
            connection.commit();
        } else {
            connection.rollback();
        }
    }

    @Test
    void an_inner_transaction_stores_nothing_by_itself_after_the_outer_ended() throws Exception {
        DatabaseConnectionPool pool = open("SAVEPOINT", Duration.ofSeconds(20));
        try (Connection first = pool.getConnection();
                Connection second = pool.getConnection()) {
            first.setAutoCommit(false);
            Steps.update(first, INSERT);
            second.setAutoCommit(false);
            Steps.update(second, INSERT);
            first.rollback();
            try {
                Steps.update(second, INSERT);
            } catch (SQLException refused) {
                assertThat(refused.getSQLState()).isNotNull();
            }
            second.rollback();
        }
        assertThat(rows(pool)).isZero();
        pool.close();
    }

    @Test
    void pools_on_one_file_by_two_paths_share_the_gate_and_meet_no_busy() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
        try (DatabaseConnectionPool one = open();
                DatabaseConnectionPool two = DatabaseConnectionPool.builder()
                        .url("jdbc:sqlite:" + link.resolve("origin.db") + "?busy-timeout=0")
                        .poolSize(8)
                        .build()) {
            Steps.allSucceed(16, thread -> {
                DatabaseConnectionPool mine = thread < 8 ? one : two;
                for (int i = 0; i < 50; i++) {
                    Steps.update(mine, INSERT);
                }
            });
            assertThat(rows(one)).isEqualTo(800);
        }
    }

    @Test
    void the_gate_works_on_when_the_pool_that_made_it_is_closed() throws Exception {
        DatabaseConnectionPool first = open();
        try (DatabaseConnectionPool second = open("REFUSE", Duration.ofMillis(300))) {
            first.close();
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            try (Connection holder = second.getConnection()) {
                holder.setAutoCommit(false);
                Steps.update(holder, INSERT);
                Steps.join(Steps.started("waiter", thrown, () -> Steps.update(second, INSERT)));
                assertThat(thrown).singleElement().extracting("SQLState").isEqualTo("55P03");
                holder.commit();
            }
            Steps.allSucceed(4, i -> Steps.update(second, INSERT));
        }
    }

    @Test
    void no_writer_starves() throws Exception {
        try (DatabaseConnectionPool pool = open()) {
            int[] done = new int[4];
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
            Steps.allSucceed(4, thread -> {
                while (System.nanoTime() < until) {
                    DatabaseConnection.run(pool, c -> Steps.update(c, INSERT));
                    done[thread]++;
                }
            });
            int least = Arrays.stream(done).min().orElseThrow();
            assertThat(least * 10)
                    .as(Arrays.toString(done))
                    .isGreaterThan(Arrays.stream(done).max().orElseThrow());
        }
    }
}
