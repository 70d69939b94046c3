package io.rockpool.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rockpool.ConnectionWrapper;
import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolBuilder;
import io.rockpool.PoolListener;
import io.rockpool.PoolStatistics;
import io.rockpool.PoolTimeoutException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/** The pool on a real PostgreSQL. */
@Timeout(120)
class PostgresTest {

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static EmbeddedPostgres postgres;

    private final List<String> told = new CopyOnWriteArrayList<>();
    private final String application = "pool-" + NUMBER.incrementAndGet();
    private Connection admin;
    private DatabaseConnectionPool pool;

    @BeforeAll
    static void startServer() throws IOException {
        postgres = EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
    }

    @AfterAll
    static void stopServer() throws IOException {
        postgres.close();
    }

    @BeforeEach
    void start() throws SQLException {
        admin = DriverManager.getConnection(url(postgres.getPort()), "postgres", "");
        run(admin, "DROP TABLE IF EXISTS t");
        run(admin, "CREATE TABLE t(id INT PRIMARY KEY, name TEXT)");
        pool = builder(postgres.getPort()).build();
    }

    @AfterEach
    void stop() throws SQLException {
        pool.close();
        assertQuiescent(pool);
        ServedPool.await("the end of every backend of the pool", () -> backends() == 0);
        admin.close();
    }

    private static void assertQuiescent(DatabaseConnectionPool closed) {
        PoolStatistics end = closed.statistics();
        assertThat(end.activeConnections()).isZero();
        assertThat(end.totalConnections()).isZero();
        assertThat(end.totalCreated())
                .isEqualTo(end.closedByCause().values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
    }

    private static String url(int port) {
        return "jdbc:postgresql://localhost:" + port + "/postgres";
    }

    private PoolBuilder builder(int port) {
        return DatabaseConnectionPool.builder()
                .url(url(port))
                .username("postgres")
                .driverProperty("ApplicationName", application)
                .poolSize(3)
                .maxOverflow(0)
                .poolTimeout(Duration.ofSeconds(20))
                .listener(new PoolListener() {
                    @Override
                    public void databaseDown(String name, Throwable failure) {
                        told.add("down");
                    }

                    @Override
                    public void databaseUp(String name) {
                        told.add("up");
                    }
                });
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "";
        }
    }

    private long rows() throws SQLException {
        return ServedPool.query(admin, "SELECT COUNT(*) FROM t");
    }

    private long backends() {
        try {
            return ServedPool.query(
                    admin, "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = '" + application + "'");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static long pid(Connection connection) throws SQLException {
        return ServedPool.query(connection, "SELECT pg_backend_pid()");
    }

    private void terminate(long pid) throws SQLException {
        ServedPool.query(admin, "SELECT CASE WHEN pg_terminate_backend(" + pid + ", 20000) THEN 1 END");
    }

    private void fill() {
        ServedPool.await("a full pool", () -> pool.statistics().availableConnections() == 3);
    }

    // ---- Work

    @Test
    void it_reads_writes_and_keeps_transactions() throws SQLException {
        DatabaseConnection.run(pool, connection -> {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
                for (int i = 0; i < 10; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, "n" + i);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        });
        assertThat(rows()).isEqualTo(10);
        assertThat(catchThrowable(() -> DatabaseConnection.run(pool, connection -> {
                    run(connection, "DELETE FROM t");
                    run(connection, "INSERT INTO nowhere VALUES (1)");
                })))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42P01"));
        assertThat(rows()).isEqualTo(10);
        long counted = DatabaseConnection.read(pool, c -> ServedPool.query(c, "SELECT COUNT(*) FROM t"));
        assertThat(counted).isEqualTo(10);
        assertThat(pool.statistics().closedByCause()).isEmpty();
    }

    @Test
    void unfinished_and_aborted_transactions_are_rolled_back() throws SQLException {
        for (int i = 0; i < 3; i++) {
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                run(connection, "INSERT INTO t VALUES (1, 'open')");
            }
            try (Connection connection = pool.getConnection()) {
                run(connection, "BEGIN");
                run(connection, "INSERT INTO t VALUES (1, 'by text')");
            }
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                assertThat(catchThrowable(() -> run(connection, "SELECT 1/0"))).isInstanceOf(SQLException.class);
            }
        }
        assertThat(rows()).isZero();
        assertThat(pool.statistics().unfinishedTransactions()).isEqualTo(9);
        run(admin, "INSERT INTO t VALUES (1, 'not locked')");
        for (int i = 0; i < 6; i++) {
            try (Connection connection = pool.getConnection()) {
                assertThat(ServedPool.query(connection, "SELECT COUNT(*) FROM t"))
                        .isEqualTo(1);
            }
        }
        assertThat(pool.statistics().closedByCause()).isEmpty();
    }

    @Test
    void a_failed_commit_reaches_the_caller_and_the_next_borrower_is_clean() throws SQLException {
        run(admin, "CREATE TEMP TABLE ignored(id INT)");
        run(admin, "ALTER TABLE t ADD COLUMN parent INT REFERENCES t DEFERRABLE INITIALLY DEFERRED");
        for (int i = 0; i < 10; i++) {
            assertThat(catchThrowable(
                            () -> DatabaseConnection.run(pool, c -> run(c, "INSERT INTO t VALUES (1, 'orphan', 77)"))))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23503"));
        }
        DatabaseConnection.run(pool, c -> run(c, "INSERT INTO t VALUES (1, 'ok', NULL)"));
        assertThat(rows()).isEqualTo(1);
        assertThat(pool.statistics().closedByCause()).isEmpty();
    }

    // ---- Session state

    @Test
    void settings_made_through_jdbc_are_restored() throws SQLException {
        run(admin, "CREATE SCHEMA IF NOT EXISTS other");
        for (int i = 0; i < 6; i++) {
            try (Connection connection = pool.getConnection()) {
                assertThat(connection.getSchema()).isEqualTo("public");
                assertThat(text(connection, "SHOW transaction_isolation")).isEqualTo("read committed");
                assertThat(text(connection, "SHOW application_name")).isEqualTo(application);
                assertThat(connection.getNetworkTimeout()).isZero();
                connection.setSchema("other");
                connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                connection.setClientInfo("ApplicationName", "mine");
                connection.setNetworkTimeout(Runnable::run, 5000);
                connection.setReadOnly(true);
                connection.setAutoCommit(false);
                assertThat(text(connection, "SHOW transaction_isolation")).isEqualTo("serializable");
                assertThat(catchThrowable(() -> run(connection, "INSERT INTO public.t VALUES (1, 'x')")))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("25006"));
                connection.rollback();
            }
        }
        DatabaseConnection.run(pool, c -> run(c, "INSERT INTO t VALUES (1, 'writable')"));
        assertThat(pool.statistics().closedByCause()).isEmpty();
    }

    @Test
    void a_read_only_scope_refuses_writes() {
        assertThat(catchThrowable(() -> DatabaseConnection.read(pool, c -> {
                    run(c, "INSERT INTO t VALUES (1, 'x')");
                    return 1;
                })))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
    }

    @Test
    void state_made_by_sql_does_not_reach_the_next_borrower() throws SQLException {
        List<String> statements = List.of(
                "SET search_path TO pg_catalog",
                "SELECT 1; SET search_path TO pg_catalog",
                "CREATE TEMP TABLE mine(id INT)",
                "LISTEN jobs",
                "PREPARE p AS SELECT 1",
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
        for (String sql : statements) {
            try (Connection connection = pool.getConnection()) {
                run(connection, sql);
            }
        }
        for (int i = 0; i < 6; i++) {
            try (Connection connection = pool.getConnection()) {
                assertThat(text(connection, "SHOW search_path")).contains("public");
                assertThat(text(connection, "SHOW default_transaction_read_only"))
                        .isEqualTo("off");
                assertThat(text(connection, "SELECT to_regclass('mine')")).isNull();
                assertThat(ServedPool.query(connection, "SELECT COUNT(*) FROM pg_listening_channels()"))
                        .isZero();
                assertThat(ServedPool.query(connection, "SELECT COUNT(*) FROM pg_prepared_statements WHERE name = 'p'"))
                        .isZero();
            }
        }
        assertThat(pool.statistics().closedByCause()).containsOnlyKeys("session_state");
        assertThat(pool.statistics().closedByCause()).containsEntry("session_state", (long) statements.size());
    }

    @Test
    void the_drivers_connection_is_had_by_unwrap_and_then_closed() throws SQLException {
        long pid;
        try (ConnectionWrapper connection = pool.getConnection()) {
            assertThat(connection.isWrapperFor(PGConnection.class)).isTrue();
            pid = connection.unwrap(PGConnection.class).getBackendPID();
            assertThat(pid).isEqualTo(pid(connection));
        }
        assertThat(pool.statistics().closedByCause()).containsEntry("session_state", 1L);
        try (Connection connection = pool.getConnection()) {
            assertThat(pid(connection)).isNotEqualTo(pid);
        }
    }

    @Test
    void arrays_go_through_the_wrappers() throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT ?::int[]")) {
            Array given = connection.createArrayOf("int4", new Object[] {1, 2, 3});
            statement.setArray(1, given);
            Array got;
            try (ResultSet rows = statement.executeQuery()) {
                assertThat(rows.next()).isTrue();
                got = rows.getArray(1);
                assertThat((Object[]) ((Array) rows.getObject(1)).getArray()).containsExactly(1, 2, 3);
            }
            assertThat((Object[]) got.getArray()).containsExactly(1, 2, 3);
            try (ResultSet elements = got.getResultSet()) {
                assertThat(elements.next()).isTrue();
                assertThat(elements.getInt(2)).isEqualTo(1);
                Statement of = elements.getStatement();
                assertThat(of == null || of.getConnection() == connection).isTrue();
            }
            statement.setObject(1, got);
            try (ResultSet rows = statement.executeQuery()) {
                assertThat(rows.next()).isTrue();
            }
        }
        assertThat(pool.statistics().closedByCause()).isEmpty();
    }

    // ---- Death

    @Test
    void backends_that_died_while_idle_are_not_lent() throws SQLException {
        fill();
        List<Connection> all = new ArrayList<>();
        List<Long> pids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            all.add(pool.getConnection());
            pids.add(pid(all.get(i)));
        }
        for (Connection each : all) {
            each.close();
        }
        long idleSince = System.nanoTime();
        for (long pid : pids) {
            terminate(pid);
        }
        ServedPool.await(
                "the validation window",
                () -> System.nanoTime() - idleSince > Duration.ofMillis(700).toNanos());
        for (int i = 0; i < 6; i++) {
            try (Connection connection = pool.getConnection()) {
                assertThat(pids).doesNotContain(pid(connection));
            }
        }
        fill();
        assertThat(pool.statistics().closedByCause()).containsEntry("invalid", 3L);
    }

    @Test
    void a_backend_that_died_in_a_lease_makes_its_siblings_prove_themselves() throws SQLException {
        fill();
        Connection connection = pool.getConnection();
        List<Long> pids = new ArrayList<>();
        pids.add(pid(connection));
        try (Connection second = pool.getConnection();
                Connection third = pool.getConnection()) {
            pids.add(pid(second));
            pids.add(pid(third));
        }
        for (long pid : pids) {
            terminate(pid);
        }
        assertThat(catchThrowable(() -> ServedPool.query(connection, "SELECT 1")))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isIn("57P01", "08006", "08003"));
        assertThat(((ConnectionWrapper) connection).isHealthy()).isFalse();
        connection.close();
        for (int i = 0; i < 6; i++) {
            try (Connection next = pool.getConnection()) {
                assertThat(pids).doesNotContain(pid(next));
            }
        }
        assertThat(pool.statistics().closedByCause()).containsEntry("broken", 1L);
    }

    @Test
    void a_scope_whose_backend_dies_fails_and_the_pool_serves_on() throws SQLException {
        assertThat(catchThrowable(() -> DatabaseConnection.run(pool, connection -> {
                    run(connection, "INSERT INTO t VALUES (1, 'x')");
                    terminate(pid(connection));
                })))
                .isInstanceOf(SQLException.class);
        assertThat(pool.statistics().activeConnections()).isZero();
        assertThat(rows()).isZero();
        DatabaseConnection.run(pool, c -> run(c, "INSERT INTO t VALUES (1, 'x')"));
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void a_wrong_password_stops_the_start_with_one_clear_message() throws Exception {
        Path hba = Path.of(text(admin, "SHOW hba_file"));
        String trust = Files.readString(hba);
        run(admin, "DROP ROLE IF EXISTS limited");
        run(admin, "CREATE ROLE limited LOGIN PASSWORD 'r1ght'");
        try {
            Files.writeString(hba, "host all limited all scram-sha-256\n" + trust);
            ServedPool.query(admin, "SELECT CASE WHEN pg_reload_conf() THEN 1 END");
            ServedPool.await(
                    "the new rules",
                    () -> catchThrowable(() -> DriverManager.getConnection(url(postgres.getPort()), "limited", "no")
                                    .close())
                            != null);
            Throwable thrown = catchThrowable(() -> builder(postgres.getPort())
                    .username("limited")
                    .password("wr0ng-s3cr3t")
                    .build());
            assertThat(thrown)
                    .isInstanceOf(PoolTimeoutException.class)
                    .hasMessageContaining("password authentication failed")
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"))
                    .isInstanceOfSatisfying(
                            PoolTimeoutException.class,
                            e -> assertThat(e.reason()).isEqualTo(PoolTimeoutException.Reason.OPEN_FAILING));
            for (Throwable t = thrown; t != null; t = t.getCause()) {
                assertThat(t.toString()).doesNotContain("s3cr3t");
            }
            try (DatabaseConnectionPool right = builder(postgres.getPort())
                            .username("limited")
                            .password("r1ght")
                            .build();
                    Connection connection = right.getConnection()) {
                assertThat(text(connection, "SELECT current_user")).isEqualTo("limited");
            }
        } finally {
            Files.writeString(hba, trust);
            ServedPool.query(admin, "SELECT CASE WHEN pg_reload_conf() THEN 1 END");
        }
    }

    @Test
    void a_server_that_stops_and_comes_back_is_told_and_served_again(@TempDir Path folder) throws Exception {
        EmbeddedPostgres first = server(folder.resolve("data")).start();
        int port = first.getPort();
        DatabaseConnectionPool other = builder(port).maxRetries(2).build();
        try {
            Connection held = other.getConnection();
            first.close();
            assertThat(catchThrowable(() -> ServedPool.query(held, "SELECT 1"))).isInstanceOf(SQLException.class);
            held.close();
            ServedPool.await("the circuit", () -> {
                Throwable thrown = catchThrowable(() -> other.getConnection().close());
                return thrown instanceof PoolTimeoutException e
                        && e.reason() == PoolTimeoutException.Reason.OPEN_FAILING
                        && told.contains("down");
            });
            assertThat(told).containsExactly("down");
            try (EmbeddedPostgres again =
                    server(folder.resolve("data")).setPort(port).start()) {
                ServedPool.await("the recovery", () -> told.contains("up"));
                for (int i = 0; i < 5; i++) {
                    try (Connection connection = other.getConnection()) {
                        assertThat(ServedPool.query(connection, "SELECT 1")).isEqualTo(1);
                    }
                }
                assertThat(told).containsExactly("down", "up");
                other.close();
                assertThat(again.getPort()).isEqualTo(port);
            }
        } finally {
            other.close();
            assertQuiescent(other);
        }
    }

    private static EmbeddedPostgres.Builder server(Path data) {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setServerConfig("fsync", "off");
    }
}
