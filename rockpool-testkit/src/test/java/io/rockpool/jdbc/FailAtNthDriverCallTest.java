package io.rockpool.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rockpool.ConnectionWrapper;
import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.testkit.Fault;
import io.rockpool.testkit.FaultyServer;
import io.rockpool.testkit.FaultyServerState;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/**
 * Whichever driver call fails, and with whatever: the pool serves on, and nothing is lost.
 *
 * <p>As SQLite's own tests do: the first call fails, then the second, and so on, until a run meets no fault.
 */
@Timeout(300)
class FailAtNthDriverCallTest {

    private static final int POOL_SIZE = 2;

    private interface Scenario {
        void run(DatabaseConnectionPool pool) throws Exception;
    }

    private static final Map<String, Supplier<Throwable>> FAILURES = Map.of(
            "SQLException", () -> new SQLException("fault", "HY000"),
            "fatal SQLException", () -> new SQLException("fault", "08006"),
            "RuntimeException", () -> new IllegalStateException("fault"),
            "OutOfMemoryError", () -> new OutOfMemoryError("fault"));

    private static Map<String, Scenario> scenarios() {
        Map<String, Scenario> all = new LinkedHashMap<>();
        all.put("query", pool -> {
            try (Connection connection = pool.getConnection()) {
                ServedPool.query(connection, "SELECT 1");
            }
        });
        all.put("scope with commit", pool -> DatabaseConnection.run(pool, c -> ServedPool.execute(c, "UPDATE a 1")));
        all.put("scope with rollback", pool -> {
            try (DatabaseConnection scope = DatabaseConnection.open(pool)) {
                ServedPool.execute(scope.connection(), "UPDATE a 1");
                scope.rollback();
            }
        });
        all.put(
                "scope that throws",
                pool -> catchThrowable(() -> DatabaseConnection.run(pool, c -> {
                    ServedPool.execute(c, "UPDATE a 1");
                    throw new IllegalArgumentException("the work's own");
                })));
        all.put("read-only scope", pool -> DatabaseConnection.read(pool, c -> ServedPool.query(c, "SELECT 1")));
        all.put("unfinished work", pool -> {
            try (Connection connection = pool.getConnection()) {
                connection.setAutoCommit(false);
                ServedPool.execute(connection, "UPDATE a 1");
            }
        });
        all.put("setters", FailAtNthDriverCallTest::setters);
        all.put("metadata and arrays", FailAtNthDriverCallTest::metadata);
        all.put("batch", FailAtNthDriverCallTest::batch);
        all.put("callable", pool -> {
            try (Connection connection = pool.getConnection();
                    CallableStatement call = connection.prepareCall("SELECT 1")) {
                call.execute();
                call.getResultSet().next();
            }
        });
        all.put("savepoint", FailAtNthDriverCallTest::savepoint);
        all.put("statements left open", pool -> {
            try (Connection connection = pool.getConnection()) {
                connection.createStatement().executeQuery("SELECT 1").next();
                connection.prepareStatement("SELECT 1").executeQuery();
                connection.getMetaData().getTables(null, null, null, null);
            }
        });
        all.put("session state by SQL", pool -> {
            try (Connection connection = pool.getConnection()) {
                ServedPool.execute(connection, "SET role admin");
            }
        });
        all.put("transaction by text", pool -> {
            try (Connection connection = pool.getConnection()) {
                ServedPool.execute(connection, "BEGIN");
                ServedPool.execute(connection, "UPDATE a 1");
            }
        });
        all.put("abort", pool -> {
            Connection connection = pool.getConnection();
            connection.abort(Runnable::run);
        });
        all.put("isValid", pool -> {
            try (ConnectionWrapper connection = pool.getConnection()) {
                connection.isValid(1);
                connection.isClosed();
            }
        });
        all.put("evict and reopen", pool -> {
            pool.evict();
            try (Connection connection = pool.getConnection()) {
                ServedPool.query(connection, "SELECT 1");
            }
        });
        return all;
    }

    private static void setters(DatabaseConnectionPool pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setReadOnly(true);
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            connection.setCatalog("other");
            connection.setSchema("other");
            connection.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
            connection.setNetworkTimeout(Runnable::run, 100);
            connection.setTypeMap(Map.of("t", String.class));
            connection.setClientInfo("ApplicationName", "orders");
            connection.setAutoCommit(false);
            ServedPool.query(connection, "SELECT 1");
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    private static void metadata(DatabaseConnectionPool pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.getMetaData().getURL();
            try (ResultSet tables = connection.getMetaData().getTables(null, null, null, null)) {
                tables.next();
            }
            Array array = connection.createArrayOf("text", new Object[] {"a"});
            try (ResultSet elements = array.getResultSet()) {
                elements.next();
            }
            array.free();
            try (PreparedStatement statement = connection.prepareStatement("SELECT ?")) {
                statement.getParameterMetaData().getParameterCount();
                statement.getMetaData().getColumnCount();
            }
        }
    }

    private static void batch(DatabaseConnectionPool pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement("UPDATE a ?")) {
                for (int i = 0; i < 3; i++) {
                    statement.setInt(1, i);
                    statement.addBatch();
                }
                statement.executeBatch();
            }
            connection.commit();
        }
    }

    private static void savepoint(DatabaseConnectionPool pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            ServedPool.execute(connection, "UPDATE a 1");
            Savepoint first = connection.setSavepoint();
            Savepoint second = connection.setSavepoint("second");
            ServedPool.execute(connection, "UPDATE a 1");
            connection.rollback(second);
            connection.releaseSavepoint(first);
            connection.rollback();
        }
    }

    @TestFactory
    Stream<DynamicTest> the_pool_serves_on_whichever_call_fails() {
        return scenarios().entrySet().stream()
                .flatMap(scenario -> FAILURES.entrySet().stream()
                        .flatMap(failure -> Stream.of(false, true)
                                .map(late -> DynamicTest.dynamicTest(
                                        scenario.getKey() + ": " + failure.getKey() + (late ? " after the effect" : ""),
                                        () -> failEachCall(scenario.getValue(), failure.getValue(), late)))));
    }

    private static void failEachCall(Scenario scenario, Supplier<Throwable> failure, boolean late) throws Exception {
        int n = 1;
        while (failNthCall(scenario, failure, late, n)) {
            n++;
            assertThat(n).as("driver calls in one scenario").isLessThan(200);
        }
    }

    /** One run on a server and pool of its own; whether the fault was met. */
    private static boolean failNthCall(Scenario scenario, Supplier<Throwable> failure, boolean late, int n)
            throws Exception {
        try (FaultyServer server = FaultyServer.start("fail-at-nth")) {
            DatabaseConnectionPool pool = pool(server);
            try {
                Fault fault = Fault.onAnyCall().nth(n).throwError(failure);
                server.script(late ? fault.afterEffect() : fault);
                Throwable thrown = catchThrowable(() -> scenario.run(pool));
                settle(pool);
                boolean met = server.faultsFired() > 0;
                assertThat(thrown == null || met)
                        .as("run %d failed without a fault: %s", n, thrown)
                        .isTrue();
                server.clearFaults();
                assertServes(pool, server, met && late && opensStatement(server.lastFaultedCall()) ? 1 : 0);
                return met;
            } finally {
                pool.close();
                assertNothingLeft(pool, server);
            }
        }
    }

    private static DatabaseConnectionPool pool(FaultyServer server) throws SQLException {
        DatabaseConnectionPool pool = DatabaseConnectionPool.builder()
                .url(server.url())
                .poolSize(POOL_SIZE)
                .maxOverflow(0)
                .poolTimeout(Duration.ofSeconds(20))
                .validationWindow(Duration.ofHours(1))
                .build();
        settle(pool);
        return pool;
    }

    /** Until what the pool does by itself is done: both slots filled again. */
    private static void settle(DatabaseConnectionPool pool) {
        ServedPool.await("a full pool", () -> pool.statistics().availableConnections() == POOL_SIZE);
    }

    /** A statement that the driver made and did not hand out is nobody's to close. */
    private static boolean opensStatement(String call) {
        return call.startsWith("Connection.create") || call.startsWith("Connection.prepare");
    }

    private static void assertServes(DatabaseConnectionPool pool, FaultyServer server, int lostStatements)
            throws SQLException {
        assertThat(pool.statistics().activeConnections()).isZero();
        try (ConnectionWrapper first = pool.getConnection();
                ConnectionWrapper second = pool.getConnection()) {
            assertThat(pool.statistics().activeConnections()).isEqualTo(2);
            List<FaultyServerState> states =
                    server.states().stream().filter(FaultyServerState::alive).toList();
            assertThat(states).hasSizeBetween(2, 3); // the third: its own close has failed
            if (states.size() == 2 && server.openStatements() > 0) {
                assertThat(server.openStatements()).isLessThanOrEqualTo(lostStatements);
            } else if (states.size() == 2) {
                assertThat(states).allMatch(FaultyServerState::isDefault);
            }
            first.setAutoCommit(false);
            ServedPool.execute(first, "INSERT mine 1");
            assertThat(ServedPool.query(second, "SELECT mine")).as("two owners").isZero();
            first.rollback();
        }
        assertThat(pool.statistics().activeConnections()).isZero();
    }

    /** A connection whose close fails before its effect is beyond help; no other may be left. */
    private static void assertNothingLeft(DatabaseConnectionPool pool, FaultyServer server) {
        assertThat(server.live()).isEqualTo(server.closing()).isLessThanOrEqualTo(1);
        assertThat(pool.statistics().totalConnections()).isZero();
        assertThat(server.violations()).isEmpty();
        server.assertSound();
    }
}
