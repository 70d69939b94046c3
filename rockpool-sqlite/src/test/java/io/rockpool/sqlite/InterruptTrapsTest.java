package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The driver's traps around interrupts and timeouts; docs/sqlite-driver-traps.md. */
@Timeout(60)
class InterruptTrapsTest {

    private static final String ENDLESS_WRITE =
            "INSERT INTO t SELECT i FROM (" + Origin_B18.ENDLESS.replace("count(*)", "count(*) AS i") + ")";

    @TempDir
    Path folder;

    private DatabaseConnectionPool pool;

    @BeforeEach
    void open() throws Exception {
        pool = Steps.file(folder).poolSize(2).build();
        Steps.update(pool, "CREATE TABLE t (v)");
        Steps.update(pool, "INSERT INTO t VALUES (1), (2), (3)");
    }

    @AfterEach
    void close() {
        Steps.closeQuiescent(pool);
    }

    @Test
    void a_query_timeout_ends_a_query_that_only_computes_and_changes_no_waiting_time() throws Exception {
        try (Connection connection = pool.getConnection()) {
            try (Statement statement = connection.createStatement()) {
                statement.setQueryTimeout(1);
                assertThatThrownBy(() -> statement.executeQuery(Origin_B18.ENDLESS))
                        .isInstanceOf(SQLTimeoutException.class)
                        .extracting("SQLState")
                        .isEqualTo("57014");
                statement.setQueryTimeout(0);
                assertThat(statement.executeQuery("SELECT 1").next()).isTrue();
            }
            assertThat(Steps.number(connection, "PRAGMA busy_timeout")).isEqualTo(30_000);
        }
    }

    @Test
    void a_cancel_of_nothing_reaches_no_statement() throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.cancel();
            assertThat(statement.executeQuery("SELECT v FROM t").next()).isTrue();
            assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isEqualTo(3);
        }
    }

    @Test
    void a_cancel_while_rows_are_open_ends_with_the_rows() throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            ResultSet rows = statement.executeQuery("SELECT v FROM t");
            rows.next();
            statement.cancel();
            rows.close();
            assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isEqualTo(3);
            assertThat(connection.isValid(1)).isTrue();
        }
        assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(3);
    }

    @Test
    void a_cancel_of_open_rows_does_not_reach_another_statement() throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT v FROM t")) {
            rows.next();
            statement.cancel();
            assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isEqualTo(3);
            Steps.update(connection, "INSERT INTO t VALUES (4)");
        }
    }

    @Test
    void a_cancel_after_an_insert_with_keys_does_not_stick() throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("INSERT INTO t VALUES (4)", Statement.RETURN_GENERATED_KEYS);
            statement.cancel();
            assertThat(statement.getGeneratedKeys().next()).isTrue();
            Steps.update(connection, "INSERT INTO t VALUES (5)");
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    @Test
    void a_cancelled_write_rolls_its_transaction_back_and_says_so() throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            Steps.update(connection, "INSERT INTO t VALUES (4)");
            cancelled(statement, ENDLESS_WRITE);
            assertThatThrownBy(() -> Steps.update(connection, "INSERT INTO t VALUES (5)"))
                    .extracting("SQLState")
                    .isEqualTo("25P02");
            assertThatThrownBy(connection::commit).extracting("SQLState").isEqualTo("40000");
            connection.rollback();
            Steps.update(connection, "INSERT INTO t VALUES (6)");
            connection.commit();
            connection.setAutoCommit(true);
            assertThat(Steps.text(connection, "SELECT group_concat(v) FROM t")).isEqualTo("1,2,3,6");
        }
    }

    @Test
    void a_cancelled_read_leaves_its_transaction_as_it_was() throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            Steps.update(connection, "INSERT INTO t VALUES (4)");
            cancelled(statement, Origin_B18.ENDLESS);
            Steps.update(connection, "INSERT INTO t VALUES (5)");
            connection.commit();
        }
        assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(5);
    }

    @Test
    void a_cancel_ends_the_wait_for_another_process() throws Exception {
        try (Connection foreign = Databases.open(Steps.database(folder));
                Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            Databases.run(foreign, "BEGIN IMMEDIATE");
            cancelled(statement, "INSERT INTO t VALUES (4)");
            Databases.run(foreign, "ROLLBACK");
            assertThat(statement.executeUpdate("INSERT INTO t VALUES (5)")).isEqualTo(1);
        }
    }

    /** Runs the text in another thread and cancels it there until it ends. */
    private static void cancelled(Statement statement, String sql) throws Exception {
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        Thread user = Steps.started("user", thrown, () -> statement.execute(sql));
        Steps.await("cancelled", Duration.ofSeconds(20), () -> {
            try {
                statement.cancel();
            } catch (java.sql.SQLException e) {
                throw new AssertionError(e);
            }
            return !user.isAlive();
        });
        assertThat(thrown).singleElement().extracting("SQLState").isEqualTo("57014");
    }
}
