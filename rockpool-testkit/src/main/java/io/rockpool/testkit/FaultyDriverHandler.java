package io.rockpool.testkit;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind every object of the driver: it sends each call through the server's door.
 *
 * <p>Subclasses answer the methods they know; for the rest, an interface's own default method, or an empty value of the
 * right type. {@code equals}, {@code hashCode} and {@code toString} are no driver calls.
 *
 * <p>Threads: as the door; answers are given under the session's lock.
 */
abstract class FaultyDriverHandler implements InvocationHandler {
    private static final Object[] NO_ARGUMENTS = {};

    final FaultyServer server;
    final FaultyServerSession session;
    private final Class<?> type;

    FaultyDriverHandler(FaultyServer server, FaultyServerSession session, Class<?> type) {
        this.server = server;
        this.session = session;
        this.type = type;
    }

    /** The object of the driver; made once for each handler, which keeps it. */
    final <T> T proxy(Class<T> proxied) {
        ClassLoader loader = FaultyDriverHandler.class.getClassLoader();
        return proxied.cast(Proxy.newProxyInstance(loader, new Class<?>[] {type}, this));
    }

    /** What the call does and answers when no fault prevents it. */
    abstract @Nullable Object answer(Object proxy, Method method, Object[] args) throws Throwable;

    /** The text of a prepared statement that is executed; empty for all other calls. */
    String sqlOf(Method method) {
        return "";
    }

    @Override
    public final @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] args) throws Throwable {
        Object[] given = args == null ? NO_ARGUMENTS : args;
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> isSame(proxy, given[0]);
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "c" + session.id + " " + type.getSimpleName() + " of server '" + server.name() + "'";
            };
        }
        List<@Nullable Object> list = Collections.unmodifiableList(Arrays.asList(given));
        FaultyDriverCall call = new FaultyDriverCall(
                type.getSimpleName(), method, list, sqlOf(method), () -> effect(proxy, method, given));
        return server.door().pass(session, call);
    }

    /** A driver's objects are equal only to themselves. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(Object proxy, @Nullable Object other) {
        return proxy == other;
    }

    private @Nullable Object effect(Object proxy, Method method, Object[] args) throws Throwable {
        return switch (method.getName()) {
            case "isWrapperFor" -> ((Class<?>) args[0]).isInstance(proxy);
            case "unwrap" -> unwrap(proxy, (Class<?>) args[0]);
            default -> answer(proxy, method, args);
        };
    }

    private static Object unwrap(Object proxy, Class<?> wanted) throws SQLException {
        if (!wanted.isInstance(proxy)) {
            throw FaultSqlState.exception(FaultSqlState.BAD_VALUE, "not a wrapper for " + wanted.getName());
        }
        return proxy;
    }

    /** For methods the driver does not simulate. */
    final @Nullable Object unsimulated(Object proxy, Method method, Object[] args) throws Throwable {
        if (method.isDefault()) {
            return InvocationHandler.invokeDefault(proxy, method, args);
        }
        Class<?> returned = method.getReturnType();
        if (returned == String.class) {
            return "";
        } else if (returned.isInterface() && returned.getPackageName().equals("java.sql")) {
            throw new SQLFeatureNotSupportedException("the faulty driver has no " + returned.getSimpleName());
        }
        return FaultyDriverCall.emptyValue(returned);
    }
}
