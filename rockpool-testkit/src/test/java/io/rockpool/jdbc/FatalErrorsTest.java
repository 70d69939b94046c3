package io.rockpool.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rockpool.ConnectionWrapper;
import io.rockpool.testkit.Fault;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an error says of its connection: broken ones are never lent again, and their siblings must prove themselves. */
@Timeout(60)
class FatalErrorsTest {

    @RegisterExtension
    final ServedPool served = new ServedPool(builder -> builder.poolSize(2));

    private void fill() {
        ServedPool.await("a full pool", () -> served.pool.statistics().availableConnections() == 2);
    }

    static Stream<Throwable> fatal() {
        SQLException chained = new SQLException("first", "42000");
        chained.setNextException(new SQLException("second", "08006"));
        return Stream.concat(
                Stream.of(
                                "08000", "08001", "08003", "08004", "08006", "08007", "08P01", "08S01", "57P01",
                                "57P02", "57P03", "57P04", "57P05", "25P03", "25P04", "01002", "JZ0C0", "JZ0C1")
                        .map(state -> new SQLException("fault " + state, state)),
                Stream.of(
                        new SQLRecoverableException("no state"),
                        new SQLNonTransientConnectionException("no state"),
                        new BatchUpdateException("batch", "08006", new int[0]),
                        chained,
                        new NullPointerException("driver bug"),
                        new OutOfMemoryError("in the driver")));
    }

    static Stream<Throwable> harmless() {
        return Stream.concat(
                Stream.of(
                                "00000", "01000", "22012", "23505", "25P02", "40001", "40P01", "42601", "53100",
                                "55P03", "57014", "HY000", "0A000", "28000", "")
                        .map(state -> new SQLException("fault " + state, state)),
                Stream.of(
                        new SQLException("no state"),
                        new SQLTransientException("no state"),
                        new SQLException("no state", new SQLException("its cause", "42000"))));
    }

    @ParameterizedTest
    @MethodSource("fatal")
    void a_fatal_error_ends_the_connection_and_makes_its_siblings_prove_themselves(Throwable failure)
            throws SQLException {
        fill();
        Connection connection = served.borrow();
        ConnectionWrapper wrapper = (ConnectionWrapper) connection;
        served.server.script(Fault.on("Statement.execute*").times(1).throwError(failure));
        assertThat(catchThrowable(() -> ServedPool.query(connection, "SELECT 1")))
                .isSameAs(failure);
        assertThat(wrapper.isHealthy()).isFalse();
        assertThat(wrapper.isClosed()).as("it can still be closed").isFalse();
        long validations = served.server.calls("Connection.isValid");
        assertThat(wrapper.isValid(1)).as("without asking the database").isFalse();
        try (Connection sibling = served.borrow()) {
            assertThat(served.server.calls("Connection.isValid")).isGreaterThan(validations);
            assertThat(ServedPool.query(sibling, "SELECT 1")).isEqualTo(1);
        }
        assertThat(served.closed("broken")).isZero();
        connection.close();
        assertThat(served.closed("broken")).isEqualTo(1);
        assertThat(served.active()).isZero();
    }

    @ParameterizedTest
    @MethodSource("harmless")
    void another_error_leaves_the_connection_in_use(SQLException failure) throws SQLException {
        fill();
        try (ConnectionWrapper connection = served.borrow()) {
            served.server.script(Fault.on("Statement.execute*").times(1).throwError(failure));
            assertThat(catchThrowable(() -> ServedPool.query(connection, "SELECT 1")))
                    .isSameAs(failure);
            assertThat(connection.isHealthy()).isTrue();
            assertThat(ServedPool.query(connection, "SELECT 1")).isEqualTo(1);
            served.borrow().close();
        }
        assertThat(served.server.calls("Connection.isValid")).isZero();
        assertThat(served.server.opened()).isEqualTo(2);
        assertThat(served.pool.statistics().closedByCause()).doesNotContainKey("broken");
    }

    /** Where a connection can fail, by the driver's call. */
    private interface Use {
        void of(Connection connection) throws SQLException;
    }

    private static final Map<String, Use> PLACES = Map.ofEntries(
            Map.entry("Connection.createStatement", Connection::createStatement),
            Map.entry("Connection.prepareStatement", c -> c.prepareStatement("SELECT 1")),
            Map.entry("Connection.prepareCall", c -> c.prepareCall("SELECT 1")),
            Map.entry("Connection.setAutoCommit", c -> c.setAutoCommit(false)),
            Map.entry("Connection.commit", c -> {
                c.setAutoCommit(false);
                c.commit();
            }),
            Map.entry("Connection.rollback", c -> {
                c.setAutoCommit(false);
                c.rollback();
            }),
            Map.entry("Connection.setSavepoint", c -> {
                c.setAutoCommit(false);
                c.setSavepoint();
            }),
            Map.entry("Connection.releaseSavepoint", c -> {
                c.setAutoCommit(false);
                c.releaseSavepoint(c.setSavepoint());
            }),
            Map.entry("Connection.isReadOnly", Connection::isReadOnly),
            Map.entry("Connection.setReadOnly", c -> c.setReadOnly(true)),
            Map.entry("Connection.getTransactionIsolation", Connection::getTransactionIsolation),
            Map.entry(
                    "Connection.setTransactionIsolation",
                    c -> c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE)),
            Map.entry("Connection.getSchema", Connection::getSchema),
            Map.entry("Connection.setSchema", c -> c.setSchema("x")),
            Map.entry("Connection.setNetworkTimeout", c -> c.setNetworkTimeout(Runnable::run, 1)),
            Map.entry("Connection.setClientInfo", c -> c.setClientInfo("a", "b")),
            Map.entry("Connection.getMetaData", Connection::getMetaData),
            Map.entry("Connection.createArrayOf", c -> c.createArrayOf("text", new Object[0])),
            Map.entry("Connection.isValid", c -> {
                if (!c.isValid(1)) {
                    throw new SQLException("not valid");
                }
            }),
            Map.entry("DatabaseMetaData.getTables", c -> c.getMetaData().getTables(null, null, null, null)),
            Map.entry("Statement.execute*", c -> c.createStatement().execute("SELECT 1")),
            Map.entry("Statement.setQueryTimeout", c -> c.createStatement().setQueryTimeout(1)),
            Map.entry("Statement.addBatch", c -> c.createStatement().addBatch("SELECT 1")),
            Map.entry("Statement.close", c -> c.createStatement().close()),
            Map.entry(
                    "ResultSet.next",
                    c -> c.createStatement().executeQuery("SELECT 1").next()),
            Map.entry(
                    "ResultSet.close",
                    c -> c.createStatement().executeQuery("SELECT 1").close()),
            Map.entry(
                    "ResultSetMetaData.getColumnCount",
                    c -> c.createStatement()
                            .executeQuery("SELECT 1")
                            .getMetaData()
                            .getColumnCount()));

    @SuppressWarnings("unused") // a source of parameters
    private static final java.util.List<String> PLACE_NAMES =
            PLACES.keySet().stream().sorted().toList();

    @ParameterizedTest
    @FieldSource("PLACE_NAMES")
    void a_fatal_sqlstate_is_seen_wherever_it_comes_from(String place) throws SQLException {
        assertBroken(place, Fault.on(place).times(1).throwSql("08006", "gone"));
    }

    @ParameterizedTest
    @FieldSource("PLACE_NAMES")
    void what_jdbc_does_not_foresee_is_seen_wherever_it_comes_from(String place) throws SQLException {
        assertBroken(place, Fault.on(place).times(1).throwError(() -> new IllegalStateException("driver bug")));
    }

    private void assertBroken(String place, Fault fault) throws SQLException {
        fill();
        ConnectionWrapper connection = served.borrow();
        served.server.script(fault);
        assertThat(catchThrowable(() -> PLACES.get(place).of(connection))).isNotNull();
        assertThat(served.server.faultsFired()).isEqualTo(1);
        assertThat(connection.isHealthy()).isFalse();
        connection.close();
        assertThat(served.closed("broken")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void after_a_restart_of_the_server_every_borrow_gets_a_live_connection(boolean inUse) throws SQLException {
        fill();
        Connection connection = served.borrow();
        served.server.restart();
        assertThat(catchThrowable(() -> ServedPool.query(connection, "SELECT 1")))
                .isInstanceOf(SQLException.class);
        if (!inUse) {
            connection.close();
        }
        for (int i = 0; i < 5; i++) {
            try (Connection next = served.borrow()) {
                assertThat(ServedPool.query(next, "SELECT 1")).isEqualTo(1);
            }
        }
        connection.close();
        assertThat(served.closed("broken")).isEqualTo(1);
    }

    @Test
    void a_transient_connection_error_with_a_fatal_state_is_fatal_and_one_without_is_not() throws SQLException {
        try (ConnectionWrapper connection = served.borrow();
                Statement statement = connection.createStatement()) {
            served.server.script(Fault.on("Statement.execute*")
                    .times(1)
                    .throwError(new SQLTransientConnectionException("no state")));
            assertThat(catchThrowable(() -> statement.execute("SELECT 1"))).isNotNull();
            assertThat(connection.isHealthy()).isTrue();
            served.server.clearFaults();
            served.server.script(Fault.on("Statement.execute*")
                    .times(1)
                    .throwError(new SQLTransientConnectionException("state", "08001")));
            assertThat(catchThrowable(() -> statement.execute("SELECT 1"))).isNotNull();
            assertThat(connection.isHealthy()).isFalse();
        }
    }
}
