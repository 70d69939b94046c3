package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.ConnectionWrapper;
import io.rockpool.DatabaseConnectionPool;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B8: a connection went on working after it had been returned. */
@Timeout(60)
class Origin_B08 {

    /** What JDBC allows, or demands, on something closed. */
    private static final Set<String> ANSWERS =
            Set.of("close", "isClosed", "isValid", "abort", "isHealthy", "toString", "hashCode", "equals");

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> every_method_of_every_interface_throws_08003_after_the_return() throws Exception {
        Map<Class<?>, Object> stale = new LinkedHashMap<>();
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(1).maxOverflow(0).build()) {
            Connection connection = pool.getConnection();
            PreparedStatement prepared = connection.prepareStatement("SELECT ?");
            prepared.setInt(1, 1);
            ResultSet rows = prepared.executeQuery();
            stale.put(ConnectionWrapper.class, connection);
            stale.put(Statement.class, connection.createStatement());
            stale.put(PreparedStatement.class, prepared);
            stale.put(ResultSet.class, rows);
            stale.put(ResultSetMetaData.class, rows.getMetaData());
            stale.put(ParameterMetaData.class, prepared.getParameterMetaData());
            stale.put(DatabaseMetaData.class, connection.getMetaData());
            connection.close();
            Steps.closeQuiescent(pool);
        }
        return stale.entrySet().stream()
                .flatMap(e -> Stream.of(e.getKey().getMethods())
                        .filter(method -> !Modifier.isStatic(method.getModifiers()))
                        .filter(method -> !ANSWERS.contains(method.getName()))
                        .map(method -> DynamicTest.dynamicTest(
                                e.getKey().getSimpleName() + "." + method.getName() + method.getParameterCount(),
                                () -> assertThat(state(method, e.getValue())).isEqualTo("08003"))));
    }

    private static String state(Method method, Object target) throws Exception {
        try {
            return "returned " + method.invoke(target, arguments(method));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException sql) {
                return sql.getSQLState();
            }
            boolean undeclared = method.getExceptionTypes().length == 0; // then this is all it may throw
            return undeclared && e.getCause() instanceof IllegalStateException ? "08003" : String.valueOf(e.getCause());
        }
    }

    private static Object[] arguments(Method method) {
        return Stream.of(method.getParameterTypes()).map(Origin_B08::argument).toArray();
    }

    private static Object argument(Class<?> type) {
        if (type == boolean.class) {
            return false;
        }
        if (type == int.class) {
            return 1;
        }
        if (type == long.class) {
            return 1L;
        }
        if (type == short.class) {
            return (short) 1;
        }
        if (type == byte.class) {
            return (byte) 1;
        }
        if (type == float.class) {
            return 1f;
        }
        if (type == double.class) {
            return 1d;
        }
        if (type == String.class) {
            return "x";
        }
        if (type == Executor.class) {
            return (Executor) Runnable::run;
        }
        return type == Class.class ? String.class : null;
    }

    @Test
    void a_stale_reference_does_not_reach_the_next_borrowers_work() throws Exception {
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(1).maxOverflow(0).build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            Connection stale = pool.getConnection();
            Statement staleStatement = stale.createStatement();
            stale.close();
            try (Connection owner = pool.getConnection()) {
                owner.setAutoCommit(false);
                Steps.update(owner, "INSERT INTO t VALUES (1)");
                for (Steps.Action action : new Steps.Action[] {
                    stale::commit,
                    stale::rollback,
                    () -> stale.setAutoCommit(true),
                    staleStatement::cancel,
                    () -> staleStatement.execute("ROLLBACK")
                }) {
                    assertThat(org.assertj.core.api.Assertions.catchThrowable(action::run))
                            .isInstanceOf(SQLException.class)
                            .extracting("SQLState")
                            .isEqualTo("08003");
                }
                stale.abort(Runnable::run);
                stale.close();
                staleStatement.close();
                owner.commit();
            }
            assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(1);
            Steps.closeQuiescent(pool);
        }
    }
}
