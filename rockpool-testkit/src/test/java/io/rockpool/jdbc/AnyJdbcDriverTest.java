package io.rockpool.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rockpool.ConnectionWrapper;
import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolStatistics;
import io.rockpool.PoolTimeoutException;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.jdbc.JdbcConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pool on a database of which it knows nothing but JDBC: H2 in memory. */
@Timeout(60)
class AnyJdbcDriverTest {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private String url;
    private Connection witness;
    private DatabaseConnectionPool pool;

    @BeforeEach
    void start() throws SQLException {
        url = "jdbc:h2:mem:rockpool" + NUMBER.incrementAndGet();
        witness = DriverManager.getConnection(url, "sa", "");
        ServedPool.execute(witness, "CREATE TABLE t(id INT PRIMARY KEY, name VARCHAR(20))");
        pool = DatabaseConnectionPool.builder()
                .url(url)
                .username("sa")
                .poolSize(2)
                .maxOverflow(1)
                .poolTimeout(Duration.ofSeconds(20))
                .build();
    }

    @AfterEach
    void stop() throws SQLException {
        pool.close();
        PoolStatistics end = pool.statistics();
        assertThat(end.activeConnections()).isZero();
        assertThat(end.totalConnections()).isZero();
        assertThat(end.totalCreated())
                .isEqualTo(end.closedByCause().values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
        assertThat(ServedPool.query(witness, "SELECT COUNT(*) FROM INFORMATION_SCHEMA.SESSIONS"))
                .as("sessions left")
                .isEqualTo(1);
        witness.close();
    }

    private long rows() throws SQLException {
        return ServedPool.query(witness, "SELECT COUNT(*) FROM t");
    }

    @Test
    void it_reads_and_writes() throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO t(id, name) VALUES (?, ?)", Statement.RETURN_GENERATED_KEYS)) {
            for (int i = 0; i < 10; i++) {
                insert.setInt(1, i);
                insert.setString(2, "name " + i);
                insert.addBatch();
            }
            assertThat(insert.executeBatch()).hasSize(10);
            try (ResultSet keys = insert.getGeneratedKeys()) {
                assertThat(keys.getStatement()).isSameAs(insert);
            }
            try (CallableStatement call = connection.prepareCall("SELECT 1");
                    ResultSet rows = call.executeQuery()) {
                assertThat(rows.next()).isTrue();
            }
            try (ResultSet tables = connection.getMetaData().getTables(null, null, "T", null)) {
                assertThat(tables.next()).isTrue();
            }
        }
        assertThat(rows()).isEqualTo(10);
    }

    @Test
    void transactions_commit_roll_back_and_keep_savepoints() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            ServedPool.execute(connection, "INSERT INTO t VALUES (1, 'a')");
            Savepoint savepoint = connection.setSavepoint("here");
            ServedPool.execute(connection, "INSERT INTO t VALUES (2, 'b')");
            connection.rollback(savepoint);
            connection.commit();
            ServedPool.execute(connection, "INSERT INTO t VALUES (3, 'c')");
            connection.rollback();
        }
        DatabaseConnection.run(pool, c -> ServedPool.execute(c, "INSERT INTO t VALUES (4, 'd')"));
        assertThat(catchThrowable(() -> DatabaseConnection.run(pool, c -> {
                    ServedPool.execute(c, "INSERT INTO t VALUES (5, 'e')");
                    ServedPool.execute(c, "INSERT INTO t VALUES (5, 'again')");
                })))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"));
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void unfinished_work_is_rolled_back() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            ServedPool.execute(connection, "INSERT INTO t VALUES (1, 'a')");
        }
        assertThat(rows()).isZero();
        assertThat(pool.statistics().unfinishedTransactions()).isEqualTo(1);
        ServedPool.execute(witness, "INSERT INTO t VALUES (1, 'not locked')");
    }

    @Test
    void settings_are_restored() throws SQLException {
        ServedPool.execute(witness, "CREATE SCHEMA other");
        for (int i = 0; i < 6; i++) {
            try (Connection connection = pool.getConnection()) {
                assertThat(connection.getSchema()).isEqualTo("PUBLIC");
                assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
                assertThat(connection.getAutoCommit()).isTrue();
                connection.setSchema("OTHER");
                connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                connection.setAutoCommit(false);
            }
        }
        assertThat(pool.statistics().closedByCause()).isEmpty();
    }

    @Test
    void state_made_by_sql_does_not_reach_the_next_borrower() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            ServedPool.execute(connection, "SET @secret = 7");
        }
        try (Connection connection = pool.getConnection()) {
            ServedPool.execute(connection, "CREATE LOCAL TEMPORARY TABLE mine(id INT)");
        }
        for (int i = 0; i < 5; i++) {
            try (Connection connection = pool.getConnection()) {
                assertThat(ServedPool.query(connection, "SELECT @secret")).isZero();
                assertThat(catchThrowable(() -> ServedPool.query(connection, "SELECT * FROM mine")))
                        .isInstanceOf(SQLException.class);
            }
        }
        assertThat(pool.statistics().closedByCause()).containsEntry("session_state", 2L);
    }

    @Test
    void the_drivers_connection_is_had_by_unwrap_and_then_closed() throws SQLException {
        JdbcConnection raw;
        try (ConnectionWrapper connection = pool.getConnection()) {
            assertThat(connection.isWrapperFor(JdbcConnection.class)).isTrue();
            raw = connection.unwrap(JdbcConnection.class);
            assertThat(raw.isClosed()).isFalse();
        }
        ServedPool.await("the close", () -> {
            try {
                return raw.isClosed();
            } catch (SQLException e) {
                return false;
            }
        });
        assertThat(pool.statistics().closedByCause()).containsEntry("session_state", 1L);
    }

    @Test
    void arrays_go_through() throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT CAST(? AS INT ARRAY)")) {
            statement.setArray(1, connection.createArrayOf("INTEGER", new Object[] {1, 2, 3}));
            Array array;
            try (ResultSet rows = statement.executeQuery()) {
                assertThat(rows.next()).isTrue();
                array = rows.getArray(1);
                assertThat(rows.getObject(1, Array.class)).isInstanceOf(PooledArray.class);
            }
            assertThat((Object[]) array.getArray()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void a_session_ended_by_the_database_is_replaced() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            long session = ServedPool.query(connection, "SELECT SESSION_ID()");
            ServedPool.query(witness, "SELECT ABORT_SESSION(" + session + ")");
            assertThat(catchThrowable(() -> ServedPool.query(connection, "SELECT 1")))
                    .isInstanceOf(SQLException.class);
        }
        for (int i = 0; i < 5; i++) {
            try (Connection connection = pool.getConnection()) {
                assertThat(ServedPool.query(connection, "SELECT 1")).isEqualTo(1);
            }
        }
    }

    @Test
    void a_wrong_password_stops_the_start_with_one_clear_message() {
        Throwable thrown = catchThrowable(() -> DatabaseConnectionPool.builder()
                .url(url)
                .username("sa")
                .password("s3cr3t")
                .build());
        assertThat(thrown)
                .isInstanceOf(PoolTimeoutException.class)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28000"));
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            assertThat(t.toString()).doesNotContain("s3cr3t");
        }
    }

    @Test
    void many_threads_share_few_connections() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        AtomicInteger id = new AtomicInteger();
        for (int i = 0; i < 400; i++) {
            threads.submit(() -> {
                int mine = id.incrementAndGet();
                DatabaseConnection.run(pool, c -> ServedPool.execute(c, "INSERT INTO t VALUES (" + mine + ", 'x')"));
                return mine;
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(rows()).isEqualTo(400);
        assertThat(pool.statistics().totalConnections()).isLessThanOrEqualTo(3);
    }
}
