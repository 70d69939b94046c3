package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The driver's traps around its monitor, one a connection, and interrupts at its end; docs/sqlite-driver-traps.md. */
@Timeout(60)
class ThreadTrapsTest {

    @TempDir
    Path folder;

    private DatabaseConnectionPool pool;

    @BeforeEach
    void open() throws SQLException {
        pool = Steps.file(folder).poolSize(3).build();
        Steps.update(pool, "CREATE TABLE t (v)");
        Steps.update(pool, "INSERT INTO t VALUES (1)");
    }

    @AfterEach
    void close() {
        Steps.closeQuiescent(pool);
    }

    private void awaitComputing() {
        Steps.await(
                "it computes",
                Steps.DEADLINE,
                () -> pool.leases().stream()
                        .anyMatch(lease -> lease.sql() != null && lease.sql().startsWith("WITH")));
    }

    /** On one native connection each of these would wait for the query to end, which it never does. */
    @Test
    void a_lease_whose_statement_computes_keeps_no_other_lease_from_its_work() throws Exception {
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        try (Connection computing = pool.getConnection();
                Statement statement = computing.createStatement()) {
            Thread user = Steps.started("computes", thrown, () -> statement.executeQuery(Origin_B18.ENDLESS));
            awaitComputing();
            try (Connection other = pool.getConnection()) {
                assertThat(other.isValid(1)).isTrue();
                assertThat(Steps.number(other, "SELECT count(*) FROM t")).isEqualTo(1);
                Steps.update(other, "INSERT INTO t VALUES (2)");
                assertThat(other.getMetaData().getDatabaseProductName()).isEqualTo("SQLite");
            }
            assertThat(computing.isClosed()).isFalse();
            assertThat(computing.getAutoCommit()).isTrue();
            assertThat(user.isAlive()).isTrue();
            Steps.await("cancelled", Steps.DEADLINE, () -> {
                try {
                    statement.cancel();
                } catch (SQLException e) {
                    throw new AssertionError(e);
                }
                return !user.isAlive();
            });
        }
        assertThat(thrown).singleElement().extracting("SQLState").isEqualTo("57014");
    }

    /** The driver frees a connection's memory before it forgets it, and interrupts without a lock. */
    @Test
    void cancels_that_race_the_end_of_a_connection_crash_nothing_and_reach_no_later_lease() throws Exception {
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        AtomicReference<Statement> target = new AtomicReference<>();
        Thread cancelling = Steps.started("cancels", thrown, () -> {
            while (!Thread.interrupted()) {
                Statement statement = target.get();
                if (statement != null) {
                    cancel(statement);
                }
            }
        });
        for (int i = 0; i < 300; i++) {
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TEMP TABLE mine (v)"); // a connection of its own, closed with the lease
                target.set(statement);
                try {
                    statement.executeQuery("SELECT count(*) FROM t").next();
                } catch (SQLException cancelled) {
                    assertThat(cancelled.getSQLState()).isEqualTo("57014");
                }
            }
            try (Connection next = pool.getConnection()) { // the stale one is being cancelled still
                assertThat(Steps.number(next, "SELECT count(*) FROM t")).isEqualTo(1);
            }
        }
        cancelling.interrupt();
        Steps.join(cancelling);
        assertThat(thrown).isEmpty();
        assertThat(pool.statistics().closedByCause()).isEmpty();
    }

    /** Refused once it is closed, or its lease is over. */
    private static void cancel(Statement statement) {
        try {
            statement.cancel();
        } catch (SQLException e) {
            assertThat(e.getSQLState()).isIn("08003", "HY010");
        }
    }

    @Test
    void an_abort_ends_what_its_lease_runs_and_the_lease_cannot_go_on() throws Exception {
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        Connection connection = pool.getConnection();
        Thread user = Steps.started("computes", thrown, () -> Steps.number(connection, Origin_B18.ENDLESS));
        awaitComputing();
        connection.abort(Runnable::run);
        Steps.join(user);
        assertThat(thrown).singleElement().extracting("SQLState").isEqualTo("08003");
        assertThatThrownBy(() -> Steps.number(connection, "SELECT 1"))
                .extracting("SQLState")
                .isEqualTo("08003");
        assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(1);
    }
}
