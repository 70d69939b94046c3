package io.rockpool.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.ConnectionWrapper;
import java.lang.reflect.Method;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Every way from a lease leads back to the same lease, never to the driver. */
@Timeout(60)
class LeadBackTest {

    /** What ends a wrapper or changes its transaction; none of it returns an object of JDBC. */
    private static final Set<String> NOT_WALKED =
            Set.of("close", "abort", "commit", "rollback", "setAutoCommit", "free", "cancel", "setReadOnly");

    private static final int DEPTH = 3;

    @SuppressWarnings("unused") // a source of parameters
    private static final List<Class<?>> KINDS = Wrappers.KINDS;

    @RegisterExtension
    final ServedPool served = new ServedPool();

    private record Step(Object from, String path, int depth) {}

    @ParameterizedTest
    @FieldSource("KINDS")
    void nothing_reachable_is_an_object_of_the_driver(Class<?> kind) throws SQLException {
        try (ConnectionWrapper connection = served.borrow()) {
            Deque<Step> steps = new ArrayDeque<>();
            steps.add(new Step(Wrappers.all(connection).get(kind), kind.getSimpleName(), 0));
            Map<String, Integer> walked = new HashMap<>();
            while (!steps.isEmpty()) {
                Step step = steps.remove();
                for (Class<?> type : Wrappers.KINDS) {
                    if (type.isInstance(step.from())) {
                        walk(connection, step, type, walked, steps);
                    }
                }
            }
            assertThat(walked).isNotEmpty();
        }
    }

    private static void walk(
            Connection lease, Step step, Class<?> type, Map<String, Integer> walked, Deque<Step> steps) {
        for (Method method : Wrappers.methods(type)) {
            boolean again = walked.merge(type.getName() + method, 1, Integer::sum) > 2;
            if (NOT_WALKED.contains(method.getName()) || again) {
                continue;
            }
            Object found = result(step.from(), method);
            String path = step.path() + "." + method.getName();
            for (Object each : found instanceof Object[] several ? Arrays.asList(several) : Arrays.asList(found)) {
                assertThat(Wrappers.isDrivers(each)).as(path).isFalse();
                if (each instanceof Connection) {
                    assertThat(each).as(path).isSameAs(lease);
                } else if (step.depth() < DEPTH && isWrapper(each)) {
                    steps.add(new Step(each, path, step.depth() + 1));
                }
            }
        }
    }

    private static @Nullable Object result(Object from, Method method) {
        try {
            return Wrappers.call(from, method);
        } catch (Throwable e) {
            return null; // the driver does not have it, or not in this state
        }
    }

    private static boolean isWrapper(@Nullable Object object) {
        return Wrappers.KINDS.stream().anyMatch(kind -> kind.isInstance(object));
    }

    @Test
    void statements_result_sets_and_metadata_know_their_lease() throws SQLException {
        try (ConnectionWrapper connection = served.borrow();
                Statement statement = connection.prepareStatement("SELECT 1");
                ResultSet rows = statement.executeQuery("SELECT 1")) {
            assertThat(statement.getConnection()).isSameAs(connection);
            assertThat(rows.getStatement()).isSameAs(statement);
            assertThat(statement.getResultSet().getStatement()).isSameAs(statement);
            assertThat(statement.getGeneratedKeys().getStatement()).isSameAs(statement);
            assertThat(connection.getMetaData().getConnection()).isSameAs(connection);
            assertThat(connection.unwrap(Connection.class)).isSameAs(connection);
            assertThat(connection.unwrap(ConnectionWrapper.class)).isSameAs(connection);
            assertThat(statement.unwrap(Statement.class)).isSameAs(statement);
            assertThat(rows.unwrap(ResultSet.class)).isSameAs(rows);
        }
        assertThat(served.closed("session_state"))
                .as("nothing of the driver was handed out")
                .isZero();
    }

    @Test
    void result_sets_without_a_statement_have_none_and_end_with_the_lease() throws SQLException {
        ConnectionWrapper connection = served.borrow();
        Array array = connection.createArrayOf("text", new Object[] {"a", "b"});
        List<ResultSet> all = List.of(
                connection.getMetaData().getTables(null, null, null, null),
                connection.getMetaData().getTypeInfo(),
                array.getResultSet(),
                array.getResultSet(1, 1));
        for (ResultSet rows : all) {
            Statement statement = rows.getStatement();
            assertThat(statement == null || statement.getConnection() == connection)
                    .isTrue();
        }
        connection.close();
        assertThat(served.server.calls("ResultSet.close")).isEqualTo(all.size());
        for (ResultSet rows : all) {
            assertThat(rows.isClosed()).isTrue();
        }
    }

    @Test
    void an_array_goes_back_to_the_driver_bare() throws SQLException {
        try (ConnectionWrapper connection = served.borrow();
                var statement = connection.prepareStatement("INSERT a ?")) {
            Array array = connection.createArrayOf("text", new Object[] {"a"});
            served.server.startTrace();
            statement.setArray(1, array);
            statement.setObject(1, array);
            statement.setObject(1, array, java.sql.Types.ARRAY);
            assertThat(served.server.trace()).hasSize(3).allMatch(call -> call.contains("Array of server"));
        }
    }
}
