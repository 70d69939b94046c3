package io.rockpool.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rockpool.ConnectionWrapper;
import io.rockpool.testkit.FaultyServerState;
import java.lang.reflect.Method;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What a borrower keeps after its lease is of no use. */
@Timeout(60)
class ClosedWrappersTest {

    /** JDBC wants no exception of these; each has a test of its own. */
    private static final Set<String> QUIET = Set.of("close", "abort", "isClosed", "isValid", "isHealthy");

    @SuppressWarnings("unused") // a source of parameters
    private static final List<Class<?>> KINDS = Wrappers.KINDS;

    @RegisterExtension
    final ServedPool served = new ServedPool();

    @ParameterizedTest
    @FieldSource("KINDS")
    void every_method_throws_after_the_lease_and_none_reaches_the_driver(Class<?> kind) throws SQLException {
        ConnectionWrapper connection = served.borrow();
        Object wrapper = Wrappers.all(connection).get(kind);
        connection.close();
        assertEveryMethodThrows(kind, wrapper);
    }

    @ParameterizedTest
    @FieldSource("KINDS")
    void every_method_throws_while_the_next_borrower_works(Class<?> kind) throws SQLException {
        ConnectionWrapper connection = served.borrow();
        Object wrapper = Wrappers.all(connection).get(kind);
        connection.close();
        try (Connection next = served.borrow()) {
            next.setAutoCommit(false);
            ServedPool.execute(next, "INSERT a 1");
            FaultyServerState before = served.state();
            assertEveryMethodThrows(kind, wrapper);
            assertThat(served.state()).isEqualTo(before);
            next.commit();
        }
        assertThat(served.server.value("a")).hasValue(1);
    }

    @ParameterizedTest
    @FieldSource("KINDS")
    void every_method_throws_after_an_abort(Class<?> kind) throws SQLException {
        ConnectionWrapper connection = served.borrow();
        Object wrapper = Wrappers.all(connection).get(kind);
        connection.abort(Runnable::run);
        ServedPool.await("the replacement", () -> served.pool.statistics().availableConnections() == 1);
        assertEveryMethodThrows(kind, wrapper);
    }

    private void assertEveryMethodThrows(Class<?> kind, Object wrapper) {
        long calls = served.server.totalCalls();
        int tried = 0;
        for (Method method : Wrappers.methods(kind)) {
            if (!QUIET.contains(method.getName())) {
                assertThrows(method, wrapper);
                tried++;
            }
        }
        assertThat(tried).isGreaterThan(5);
        assertThat(served.server.totalCalls()).isEqualTo(calls);
    }

    private static void assertThrows(Method method, Object wrapper) {
        Throwable thrown = catchThrowable(() -> Wrappers.call(wrapper, method));
        boolean checked = Arrays.stream(method.getExceptionTypes()).anyMatch(SQLException.class::isAssignableFrom);
        if (!checked) {
            assertThat(thrown).as(method.toString()).isInstanceOf(IllegalStateException.class);
            return;
        }
        assertThat(thrown)
                .as(method.toString())
                .isInstanceOfSatisfying(
                        SQLException.class,
                        e -> assertThat(e.getSQLState()).as(method.toString()).isEqualTo("08003"));
    }

    @TestFactory
    Stream<DynamicTest> text_and_equality_work_and_reach_no_driver() throws SQLException {
        ConnectionWrapper connection = served.borrow();
        Map<Class<?>, Object> wrappers = Wrappers.all(connection);
        connection.close();
        return wrappers.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey().getSimpleName(), () -> {
                    long calls = served.server.totalCalls();
                    Object wrapper = entry.getValue();
                    assertThat(wrapper.toString()).isNotEmpty();
                    assertThat(wrapper.hashCode()).isEqualTo(wrapper.hashCode());
                    assertThat(wrapper).isEqualTo(wrapper).isNotEqualTo(new Object());
                    assertThat(served.server.totalCalls()).isEqualTo(calls);
                }));
    }

    @Test
    void questions_about_being_open_are_answered_after_the_lease() throws SQLException {
        ConnectionWrapper connection = served.borrow();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT 1");
        assertThat(connection.isClosed()).isFalse();
        assertThat(connection.isValid(1)).isTrue();
        assertThat(connection.isHealthy()).isTrue();
        assertThat(statement.isClosed()).isFalse();
        assertThat(rows.isClosed()).isFalse();
        connection.close();
        long calls = served.server.totalCalls();
        assertThat(connection.isClosed()).isTrue();
        assertThat(connection.isValid(1)).isFalse();
        assertThat(connection.isHealthy()).isFalse();
        assertThat(statement.isClosed()).isTrue();
        assertThat(rows.isClosed()).isTrue();
        assertThat(served.server.totalCalls()).isEqualTo(calls);
    }

    @Test
    void a_second_close_or_a_late_abort_leaves_the_next_borrower_alone() throws SQLException {
        ConnectionWrapper connection = served.borrow();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT 1");
        connection.close();
        try (ConnectionWrapper next = served.borrow();
                Statement nextStatement = next.createStatement();
                ResultSet nextRows = nextStatement.executeQuery("SELECT 2")) {
            long calls = served.server.totalCalls();
            rows.close();
            statement.close();
            connection.close();
            connection.abort(Runnable::run);
            assertThat(served.server.totalCalls()).isEqualTo(calls);
            assertThat(next.isHealthy()).isTrue();
            assertThat(nextRows.next()).isTrue();
            assertThat(served.active()).isEqualTo(1);
        }
        assertThat(served.server.opened()).isEqualTo(1);
    }

    @Test
    void a_closed_statement_and_its_result_set_throw_within_the_lease() throws SQLException {
        try (Connection connection = served.borrow()) {
            PreparedStatement statement = connection.prepareStatement("SELECT ?");
            statement.setInt(1, 1);
            ResultSet rows = statement.executeQuery();
            statement.close();
            long calls = served.server.totalCalls();
            assertThat(catchThrowable(statement::executeQuery)).isInstanceOf(SQLException.class);
            assertThat(catchThrowable(() -> statement.setInt(1, 2))).isInstanceOf(SQLException.class);
            assertThat(catchThrowable(rows::next)).isInstanceOf(SQLException.class);
            assertThat(served.server.totalCalls()).isEqualTo(calls);
        }
    }

    @Test
    void a_result_set_of_an_earlier_execution_throws() throws SQLException {
        try (Connection connection = served.borrow();
                Statement statement = connection.createStatement()) {
            ResultSet first = statement.executeQuery("SELECT 1");
            ResultSet second = statement.executeQuery("SELECT 2");
            assertThat(catchThrowable(first::next)).isInstanceOf(SQLException.class);
            first.close();
            assertThat(second.next()).isTrue();
        }
    }

    /** {@link ResultSet#close}: metadata remains accessible; an array lives as long as its transaction. */
    @Test
    void metadata_and_arrays_outlive_their_statement_but_not_the_lease() throws SQLException {
        ConnectionWrapper connection = served.borrow();
        ResultSetMetaData columns;
        ParameterMetaData parameters;
        Array array;
        try (PreparedStatement statement = connection.prepareStatement("SELECT ?")) {
            statement.setInt(1, 1);
            parameters = statement.getParameterMetaData();
            try (ResultSet rows = statement.executeQuery()) {
                assertThat(rows.next()).isTrue();
                columns = rows.getMetaData();
                array = rows.getArray(1);
            }
        }
        assertThat(columns.getColumnCount()).isEqualTo(1);
        assertThat(parameters.getParameterCount()).isEqualTo(1);
        assertThat((Object[]) array.getArray()).containsExactly(1L);
        try (ResultSet elements = array.getResultSet()) {
            assertThat(elements.next()).isTrue();
        }
        connection.close();
        assertThat(catchThrowable(columns::getColumnCount)).isInstanceOf(SQLException.class);
        assertThat(catchThrowable(parameters::getParameterCount)).isInstanceOf(SQLException.class);
        assertThat(catchThrowable(array::getArray)).isInstanceOf(SQLException.class);
    }
}
