package io.rockpool.testkit;

import java.lang.reflect.Method;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One call on the driver, before it is made: its name, what it would return and what it would do.
 *
 * <p>Threads: used by the calling thread alone.
 *
 * @param kind the JDBC interface's name, or empty for {@code connect}
 * @param sql the text of the prepared statement that is executed without a text of its own; otherwise empty
 */
record FaultyDriverCall(String kind, Method method, List<@Nullable Object> args, String sql, Effect effect) {

    /** What the call does when no fault prevents it. */
    @FunctionalInterface
    interface Effect {
        @Nullable Object run() throws Throwable;
    }

    /** Legal, and harmless, while another thread is inside a call on the same connection. */
    private static final Set<String> FROM_ANY_THREAD = Set.of("cancel", "abort", "close", "isClosed");

    /** Legal on a closed connection. */
    private static final Set<String> AFTER_CLOSE = Set.of("close", "abort", "isClosed", "isValid");

    String name() {
        return kind.isEmpty() ? method.getName() : kind + "." + method.getName();
    }

    boolean isFromAnyThread() {
        return FROM_ANY_THREAD.contains(method.getName());
    }

    boolean isLegalAfterClose() {
        return AFTER_CLOSE.contains(method.getName());
    }

    boolean isConnectionClose() {
        return kind.equals("Connection") && method.getName().equals("close");
    }

    boolean isConnectionAbort() {
        return kind.equals("Connection") && method.getName().equals("abort");
    }

    boolean isCancel() {
        return method.getName().equals("cancel");
    }

    boolean isExecution() {
        return kind.endsWith("Statement") && method.getName().startsWith("execute");
    }

    /** A value of the method's type that says nothing: null, false or 0. */
    @Nullable Object emptyAnswer() {
        return emptyValue(method.getReturnType());
    }

    static @Nullable Object emptyValue(Class<?> type) {
        if (type == boolean.class) {
            return false;
        } else if (type == int.class) {
            return 0;
        } else if (type == long.class) {
            return 0L;
        } else if (type == double.class) {
            return 0.0;
        } else if (type == float.class) {
            return 0.0f;
        } else if (type == short.class) {
            return (short) 0;
        } else if (type == byte.class) {
            return (byte) 0;
        }
        return null;
    }

    /** Whether the method may return the value; a void or primitive method may not return null. */
    boolean mayReturn(@Nullable Object value) {
        Class<?> type = method.getReturnType();
        if (value == null) {
            return !type.isPrimitive();
        }
        Object empty = emptyValue(type);
        return empty == null ? type.isInstance(value) : empty.getClass() == value.getClass();
    }

    /** The exception as the method may throw it: {@code setClientInfo} has a type of its own. */
    SQLException declared(SQLException e) {
        boolean clientInfoOnly = Arrays.asList(method.getExceptionTypes()).contains(SQLClientInfoException.class);
        if (clientInfoOnly && !(e instanceof SQLClientInfoException)) {
            return new SQLClientInfoException(e.getMessage(), e.getSQLState(), e.getErrorCode(), Map.of(), e);
        }
        return e;
    }

    @Nullable Object lastArgument() {
        return args.isEmpty() ? null : args.get(args.size() - 1);
    }

    @Override
    public String toString() {
        String detail = args.stream().map(String::valueOf).collect(Collectors.joining(" "));
        return (name() + " " + (detail.isEmpty() ? sql : detail)).strip();
    }
}
