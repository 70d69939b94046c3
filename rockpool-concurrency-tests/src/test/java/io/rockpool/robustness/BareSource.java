package io.rockpool.robustness;

import java.io.PrintWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * A driver with next to nothing in it, whose books stay right whatever error strikes a call: each count is one atomic step
 * after everything that can fail.
 *
 * <p>{@code FaultyServer} keeps locks and maps, which a stack overflow or a full heap may leave half changed; this one is
 * for the tests that make those. Threads: any. Errors: none of its own.
 */
final class BareSource implements DataSource {

    static { // the JDK's cache of these classes may spin for ever after an overflow while one is made
        for (Class<?> type : List.of(Connection.class, Statement.class, ResultSet.class)) {
            proxy(type, (proxy, method, args) -> null);
        }
    }

    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    int opened() {
        return opened.get();
    }

    int live() {
        return opened.get() - closed.get();
    }

    @Override
    public Connection getConnection() {
        Connection connection = proxy(Connection.class, new Calls(this));
        opened.incrementAndGet();
        return connection;
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(BareSource.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    /** Answers every call on a connection, and on the statements and rows made of it. */
    private static final class Calls implements InvocationHandler {
        private final BareSource source;
        private final AtomicInteger ends = new AtomicInteger();
        private boolean autoCommit = true;

        Calls(BareSource source) {
            this.source = source;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] args) {
            switch (method.getName()) {
                case "close", "abort":
                    if (proxy instanceof Connection && ends.compareAndSet(0, 1)) {
                        source.closed.incrementAndGet();
                    }
                    return null;
                case "createStatement":
                    return proxy(Statement.class, this);
                case "executeQuery":
                    return proxy(ResultSet.class, this);
                case "setAutoCommit":
                    autoCommit = (Boolean) args[0];
                    return null;
                case "getAutoCommit":
                    return autoCommit;
                case "isValid":
                    return true;
                default:
                    return nothing(method.getReturnType());
            }
        }

        private static Object nothing(Class<?> type) {
            if (type == boolean.class) {
                return false;
            } else if (type == int.class) {
                return 0;
            } else if (type == long.class) {
                return 0L;
            }
            return null;
        }
    }

    // ---- what a pool does not ask --------------------------------------------------------------------------------

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return getConnection();
    }

    @Override
    public PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) {}

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("wraps nothing");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
