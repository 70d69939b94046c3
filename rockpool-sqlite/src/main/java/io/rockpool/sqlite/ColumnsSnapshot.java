package io.rockpool.sqlite;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Columns as a statement described them once, all answers taken beforehand: its lane serves others by now.
 *
 * <p>Threads: any. Cost: two dozen questions a column, so not for every execution.
 */
final class ColumnsSnapshot {

    private ColumnsSnapshot() {}

    /** An answer, or the error that stood for it. */
    private record Answer(@Nullable Object value, @Nullable SQLException error) {}

    static ResultSetMetaData of(ResultSetMetaData live, int columns) {
        Map<String, Answer> answers = new HashMap<>();
        for (Method question : ResultSetMetaData.class.getMethods()) {
            Class<?>[] parameters = question.getParameterTypes();
            if (parameters.length == 1 && parameters[0] == int.class) {
                for (int column = 1; column <= columns; column++) {
                    answers.put(question.getName() + column, ask(live, question, column));
                }
            }
        }
        return (ResultSetMetaData) Proxy.newProxyInstance(
                ColumnsSnapshot.class.getClassLoader(),
                new Class<?>[] {ResultSetMetaData.class},
                (proxy, question, arguments) -> answer(proxy, question, arguments, answers, columns));
    }

    private static Answer ask(ResultSetMetaData live, Method question, int column) {
        try {
            return new Answer(question.invoke(live, column), null);
        } catch (InvocationTargetException e) {
            return e.getCause() instanceof SQLException sql
                    ? new Answer(null, sql)
                    : new Answer(null, new SQLException(String.valueOf(e.getCause()), e.getCause()));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable Object answer(
            Object proxy, Method question, Object @Nullable [] arguments, Map<String, Answer> answers, int columns)
            throws SQLException {
        Object first = arguments == null ? null : arguments[0];
        return switch (question.getName()) {
            case "getColumnCount" -> columns;
            case "toString" -> columns + " columns";
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> isSame(proxy, first);
            case "isWrapperFor" -> first instanceof Class<?> type && type.isInstance(proxy);
            case "unwrap" -> unwrapped(proxy, first);
            default -> taken(answers.get(question.getName() + first), first, columns);
        };
    }

    @SuppressWarnings("ReferenceEquality") // a snapshot is equal to itself
    private static boolean isSame(Object proxy, @Nullable Object other) {
        return proxy == other;
    }

    private static Object unwrapped(Object proxy, @Nullable Object type) throws SQLException {
        if (type instanceof Class<?> wanted && wanted.isInstance(proxy)) {
            return proxy;
        }
        throw new SQLException("these columns are no " + type, "0A000");
    }

    private static @Nullable Object taken(@Nullable Answer answer, @Nullable Object column, int columns)
            throws SQLException {
        if (answer == null) {
            throw new SQLException("column " + column + " does not exist; there are " + columns, "07009");
        }
        if (answer.error() != null) {
            throw answer.error();
        }
        return answer.value();
    }
}
