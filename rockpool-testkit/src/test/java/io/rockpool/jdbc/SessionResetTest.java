package io.rockpool.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rockpool.ConnectionWrapper;
import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.testkit.Fault;
import io.rockpool.testkit.FaultyServerState;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A borrower finds the connection as it was opened. */
@Timeout(60)
class SessionResetTest {

    private interface Use {
        void of(Connection connection) throws SQLException;
    }

    private static final Properties CLIENT = new Properties();

    static {
        CLIENT.setProperty("ApplicationName", "orders");
    }

    private static final Map<String, Use> SETTERS = Map.ofEntries(
            Map.entry("autoCommit", c -> c.setAutoCommit(false)),
            Map.entry("readOnly", c -> c.setReadOnly(true)),
            Map.entry("isolation", c -> c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE)),
            Map.entry("catalog", c -> c.setCatalog("other")),
            Map.entry("schema", c -> c.setSchema("other")),
            Map.entry("holdability", c -> c.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT)),
            Map.entry("networkTimeout", c -> c.setNetworkTimeout(Runnable::run, 1234)),
            Map.entry("typeMap", c -> c.setTypeMap(Map.of("t", String.class))),
            Map.entry("clientInfo", c -> c.setClientInfo("ApplicationName", "orders")),
            Map.entry("clientInfos", c -> c.setClientInfo(CLIENT)));

    @SuppressWarnings("unused") // a source of parameters
    private static final List<String> SETTER_NAMES =
            SETTERS.keySet().stream().sorted().toList();

    @RegisterExtension
    final ServedPool served = new ServedPool();

    @ParameterizedTest
    @FieldSource("SETTER_NAMES")
    void a_setting_is_as_before_for_the_next_borrower(String name) throws SQLException {
        FaultyServerState fresh = served.state();
        try (Connection connection = served.borrow()) {
            SETTERS.get(name).of(connection);
            assertThat(served.state()).isNotEqualTo(fresh);
        }
        assertThat(served.state()).isEqualTo(fresh);
        try (Connection next = served.borrow()) {
            assertThat(next.getAutoCommit()).isTrue();
            assertThat(next.isReadOnly()).isFalse();
            assertThat(next.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
        }
        assertThat(served.server.opened()).as("the same connection").isEqualTo(1);
    }

    @Test
    void all_settings_at_once_changed_twice_are_as_before() throws SQLException {
        FaultyServerState fresh = served.state();
        for (int round = 0; round < 3; round++) {
            try (Connection connection = served.borrow()) {
                connection.setReadOnly(true);
                connection.setReadOnly(false);
                connection.setReadOnly(true);
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                connection.setSchema("first");
                connection.setCatalog("first");
                for (String name : SETTER_NAMES) {
                    SETTERS.get(name).of(connection);
                }
                ServedPool.query(connection, "SELECT 1");
                connection.commit();
            }
            assertThat(served.state()).isEqualTo(fresh);
        }
        assertThat(served.server.opened()).isEqualTo(1);
    }

    @ParameterizedTest
    @FieldSource("SETTER_NAMES")
    void a_setter_that_fails_after_its_effect_leaves_nothing_behind(String name) throws SQLException {
        FaultyServerState fresh = served.state();
        served.server.script(
                Fault.on("Connection.set*").times(1).throwSql("HY000", "late").afterEffect());
        try (Connection connection = served.borrow()) {
            assertThat(catchThrowable(() -> SETTERS.get(name).of(connection))).isInstanceOf(SQLException.class);
            assertThat(served.state()).as("the setter had its effect").isNotEqualTo(fresh);
        }
        try (Connection next = served.borrow()) {
            assertThat(served.state().isDefault()).as(served.state().toString()).isTrue();
            assertThat(ServedPool.execute(next, "INSERT a 1")).isEqualTo(1);
        }
        assertThat(served.server.value("a"))
                .as("the next borrower works in autocommit")
                .hasValue(1);
    }

    @ParameterizedTest
    @FieldSource("SETTER_NAMES")
    void a_connection_that_cannot_be_restored_is_never_lent_again(String name) throws SQLException {
        Connection connection = served.borrow();
        SETTERS.get(name).of(connection);
        served.server.script(Fault.on("Connection.set*").throwSql("HY000", "no"));
        connection.close();
        served.server.clearFaults();
        assertThat(served.closed("reset_failed")).isEqualTo(1);
        assertThat(served.pool.statistics().failuresByCause()).containsEntry("reset", 1L);
        try (Connection next = served.borrow()) {
            assertThat(served.state().connectionId()).isEqualTo(2);
            assertThat(served.state().isDefault()).isTrue();
            assertThat(next.isClosed()).isFalse();
        }
    }

    @ParameterizedTest
    @FieldSource("SETTER_NAMES")
    void a_driver_that_throws_what_jdbc_does_not_foresee_while_restoring_is_replaced(String name) throws SQLException {
        Connection connection = served.borrow();
        SETTERS.get(name).of(connection);
        served.server.script(Fault.on("Connection.set*").throwError(() -> new IllegalStateException("driver bug")));
        connection.close();
        served.server.clearFaults();
        assertThat(served.closed("reset_failed")).isEqualTo(1);
        try (Connection next = served.borrow()) {
            assertThat(served.state().isDefault()).isTrue();
            assertThat(next.isClosed()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Connection.rollback", "Connection.clearWarnings", "Statement.close"})
    void a_failing_clean_up_is_never_lent_again(String call) throws SQLException {
        Connection connection = served.borrow();
        connection.setAutoCommit(false);
        Statement open = connection.createStatement();
        open.executeUpdate("INSERT a 1");
        served.server.script(Fault.on(call).throwSql("HY000", "no"));
        connection.close();
        served.server.clearFaults();
        assertThat(served.closed("reset_failed")).isEqualTo(1);
        try (Connection next = served.borrow()) {
            assertThat(served.state().connectionId()).isEqualTo(2);
            assertThat(ServedPool.query(next, "COUNT")).isZero();
        }
    }

    /** Some drivers, such as MySQL's, set the timeout on the executor they are given. */
    @Test
    void the_network_timeout_is_restored_without_the_borrowers_executor() throws SQLException {
        DataSource source = proxy(
                DataSource.class,
                (proxy, method, args) -> method.getName().equals("getConnection")
                        ? settingTimeoutsByExecutor(DriverManager.getConnection(served.server.url()))
                        : null);
        try (DatabaseConnectionPool pool = DatabaseConnectionPool.builder()
                .dataSource(source)
                .poolSize(1)
                .maxOverflow(0)
                .build()) {
            AtomicBoolean shutDown = new AtomicBoolean();
            try (Connection connection = pool.getConnection()) {
                Executor borrowers = task -> {
                    if (shutDown.get()) {
                        throw new RejectedExecutionException("shut down");
                    }
                    task.run();
                };
                connection.setNetworkTimeout(borrowers, 1234);
                assertThat(connection.getNetworkTimeout()).isEqualTo(1234);
                shutDown.set(true);
            }
            try (Connection next = pool.getConnection()) {
                assertThat(next.getNetworkTimeout()).isZero();
            }
            assertThat(pool.statistics().closedByCause()).isEmpty();
        }
    }

    private static Connection settingTimeoutsByExecutor(Connection raw) {
        return proxy(Connection.class, (proxy, method, args) -> {
            if (!method.getName().equals("setNetworkTimeout")) {
                return method.invoke(raw, args);
            }
            ((Executor) args[0]).execute(() -> {
                try {
                    raw.setNetworkTimeout(Runnable::run, (int) args[1]);
                } catch (SQLException e) {
                    throw new AssertionError(e);
                }
            });
            return null;
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(SessionResetTest.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Test
    void what_nobody_touched_costs_no_driver_call() throws SQLException {
        served.server.startTrace();
        try (Connection connection = served.borrow();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("INSERT a 1");
        }
        assertThat(served.server.trace())
                .containsExactly(
                        "c1 Connection.createStatement", "c1 Statement.executeUpdate INSERT a 1", "c1 Statement.close");
    }

    @Test
    void warnings_are_cleared_before_the_next_borrower_could_mix_them_with_its_own() throws SQLException {
        runOneStatement();
        served.server.startTrace();
        runOneStatement();
        try (Connection connection = served.borrow()) {
            connection.getWarnings();
            connection.getWarnings();
        }
        assertThat(served.server.trace())
                .containsExactly(
                        "c1 Connection.createStatement",
                        "c1 Connection.clearWarnings",
                        "c1 Statement.execute COUNT",
                        "c1 Statement.close",
                        "c1 Connection.clearWarnings",
                        "c1 Connection.getWarnings",
                        "c1 Connection.getWarnings");
    }

    @Test
    void warnings_that_cannot_be_cleared_cost_the_connection_and_not_the_borrower() throws SQLException {
        runOneStatement();
        served.server.script(Fault.on("Connection.clearWarnings").throwSql("HY000", "no"));
        runOneStatement();
        served.server.clearFaults();
        assertThat(served.closed("broken")).isEqualTo(1);
    }

    private void runOneStatement() throws SQLException {
        try (Connection connection = served.borrow();
                Statement statement = connection.createStatement()) {
            statement.execute("COUNT");
        }
    }

    @Test
    void a_lease_that_did_nothing_costs_no_driver_call() throws SQLException {
        long calls = served.server.totalCalls();
        for (int i = 0; i < 100; i++) {
            try (ConnectionWrapper connection = served.borrow()) {
                assertThat(connection.getAutoCommit()).isTrue();
                connection.setAutoCommit(true);
                assertThat(connection.isHealthy()).isTrue();
                connection.useCount();
                connection.lane();
            }
        }
        assertThat(served.server.totalCalls()).isEqualTo(calls);
    }

    @Test
    void a_setter_that_sets_what_is_set_asks_at_most() throws SQLException {
        try (Connection connection = served.borrow()) {
            connection.setReadOnly(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        }
        assertThat(served.server.calls("Connection.set*")).isZero();
    }

    static Stream<String> sessionStatements() {
        return Stream.of(
                "SET role admin",
                "set search_path x",
                "  /* x */ -- y\n SET role admin",
                "SELECT 1; SET role admin",
                "ALTER SESSION SET x",
                "CREATE TEMP TABLE t(i int)",
                "CREATE TEMPORARY TABLE t(i int)",
                "CREATE LOCAL TEMPORARY TABLE t(i int)",
                "CREATE OR REPLACE TEMP VIEW v AS SELECT 1",
                "USE other",
                "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
                "LISTEN jobs",
                "PREPARE p AS SELECT 1",
                "PRAGMA foreign_keys=0",
                "ATTACH 'x' AS y",
                "RESET ALL");
    }

    @ParameterizedTest
    @MethodSource("sessionStatements")
    void a_session_changed_by_sql_is_not_lent_again(String sql) throws SQLException {
        assertReplaced(connection -> ServedPool.execute(connection, sql));
    }

    @ParameterizedTest
    @MethodSource("sessionStatements")
    void a_session_changed_by_a_prepared_statement_is_not_lent_again(String sql) throws SQLException {
        assertReplaced(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.execute();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("sessionStatements")
    void a_session_changed_by_a_batch_is_not_lent_again(String sql) throws SQLException {
        assertReplaced(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.addBatch("SELECT 1");
                statement.addBatch(sql);
                statement.executeBatch();
            }
        });
    }

    static Stream<Arguments> unwraps() {
        return Stream.of(
                Arguments.of("connection", (Use) c -> c.unwrap(DriverView.class)),
                Arguments.of("statement", (Use) c -> c.createStatement().unwrap(DriverView.class)),
                Arguments.of("result set", (Use)
                        c -> c.createStatement().executeQuery("SELECT 1").unwrap(DriverView.class)),
                Arguments.of("metadata", (Use) c -> c.getMetaData().unwrap(DriverView.class)));
    }

    /** What only the driver's objects are. */
    private static final class DriverView {
        private DriverView() {}
    }

    @ParameterizedTest
    @MethodSource("unwraps")
    void an_unwrap_that_fails_taints_nothing(String what, Use unwrap) throws SQLException {
        try (Connection connection = served.borrow()) {
            assertThat(catchThrowable(() -> unwrap.of(connection))).as(what).isInstanceOf(SQLException.class);
        }
        assertThat(served.closed("session_state")).isZero();
        assertThat(served.server.opened()).isEqualTo(1);
    }

    @Test
    void an_unwrapped_connection_is_not_lent_again() throws SQLException {
        assertReplaced(connection -> {
            Class<?> drivers = driversType(connection);
            Object raw = connection.unwrap(drivers);
            assertThat(Wrappers.isDrivers(raw)).isTrue();
        });
    }

    /** The class of the driver's own object, as a caller would name {@code PGConnection}. */
    private static Class<?> driversType(Connection connection) {
        return Proxy.newProxyInstance(
                        io.rockpool.testkit.FaultyServer.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (proxy, method, args) -> null)
                .getClass();
    }

    private void assertReplaced(Use use) throws SQLException {
        try (Connection connection = served.borrow()) {
            use.of(connection);
        }
        assertThat(served.closed("session_state")).isEqualTo(1);
        try (Connection next = served.borrow()) {
            assertThat(served.state().connectionId()).isEqualTo(2);
            assertThat(served.state().isDefault()).isTrue();
            assertThat(next.isClosed()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET LOCAL x",
                "SET TRANSACTION READ",
                "SELECT 1",
                "INSERT a 1",
                "CREATE TABLE t(i int)",
                "UPDATE t SET x = ';'"
            })
    void ordinary_statements_keep_the_connection(String sql) throws SQLException {
        try (Connection connection = served.borrow()) {
            ServedPool.execute(connection, sql);
        }
        assertThat(served.closed("session_state")).isZero();
        assertThat(served.server.opened()).isEqualTo(1);
    }

    @Test
    void a_read_only_scope_cannot_be_made_writable_and_leaves_nothing_behind() throws SQLException {
        try (DatabaseConnection scope = DatabaseConnection.openReadOnly(served.pool)) {
            assertThat(scope.connection().isReadOnly()).isTrue();
            ServedPool.query(scope.connection(), "SELECT 1");
            scope.commit();
            assertThat(catchThrowable(() -> scope.connection().setReadOnly(false)))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25001"));
            scope.connection().setReadOnly(true);
        }
        assertThat(served.state().isDefault()).isTrue();
        try (Connection next = served.borrow()) {
            assertThat(ServedPool.execute(next, "INSERT a 1")).isEqualTo(1);
        }
    }

    @Test
    void a_savepoint_refused_in_autocommit_leaves_the_lease_as_it_was() throws SQLException {
        try (Connection connection = served.borrow()) {
            assertThat(catchThrowable(connection::setSavepoint)).isInstanceOf(SQLException.class);
            connection.setReadOnly(true);
        }
        assertThat(served.state().isDefault()).isTrue();
        assertThat(served.unfinished).isEmpty();
    }

    @Test
    void a_failed_return_to_autocommit_does_not_reach_the_next_borrower() throws SQLException {
        try (Connection connection = served.borrow()) {
            connection.setAutoCommit(false);
            ServedPool.execute(connection, "INSERT a 1");
            served.server.script(Fault.on("Connection.setAutoCommit").times(1).throwSql("HY000", "no"));
            assertThat(catchThrowable(() -> connection.setAutoCommit(true))).isInstanceOf(SQLException.class);
        }
        assertThat(served.state().isDefault()).isTrue();
        try (Connection next = served.borrow()) {
            ServedPool.execute(next, "INSERT b 1");
        }
        assertThat(served.server.value("b")).hasValue(1);
    }
}
