package io.rockpool.sqlite;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** A fault that is put between the pool and the mix's threads; the verdict must name it. Threads: any. */
enum MixFault {
    COMMIT_DROPPED("is not stored"),
    ROLLBACK_KEPT("is stored"),
    STALE_READ("stale read|its thread was past that"),
    WRITE_REPEATED("the model says|more than once"),
    READ_ONLY_LEASE_OF_TWO_SNAPSHOTS("not one snapshot"),
    SESSION_LEAKED("began unclean"),
    AUTOCOMMIT_LEAKED("began unclean"),
    LOCK_SHOWN("was shown a lock"),
    CANCEL_STRAYED("met another's cancel"),
    ROW_HIDDEN("the model says"),
    LEASE_KEPT("lent out at the end");

    private static final Pattern SESSION = Pattern.compile("TEMP|ATTACH|PRAGMA \\w+=");

    /** What the verdict says, as a regular expression. */
    final String verdict;

    MixFault(String verdict) {
        this.verdict = verdict;
    }

    MixPromises promises() {
        MixPromises kept = MixPromises.KEPT;
        return new MixPromises(
                this == READ_ONLY_LEASE_OF_TWO_SNAPSHOTS || kept.snapshots(),
                kept.openResults(),
                kept.textBegins(),
                kept.queryTimeouts());
    }

    /** @param old a connection whose snapshot is that of the empty database */
    DataSource in(DataSource pool, Connection old) {
        Planted planted = new Planted(this, pool, old);
        return proxy(DataSource.class, pool, planted::onSource);
    }

    /** What is called instead of the object's own method. */
    private interface Instead {
        Object call(Method method, Object[] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, T inner, Instead instead) {
        InvocationHandler handler = (proxy, method, arguments) -> instead.call(method, arguments);
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Object pass(Object inner, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(inner, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** One fault in one pool. */
    private static final class Planted {
        private final MixFault fault;
        private final DataSource pool;
        private final Connection old;
        private final AtomicInteger chances = new AtomicInteger();
        private final Queue<Connection> kept = new ConcurrentLinkedQueue<>();

        Planted(MixFault fault, DataSource pool, Connection old) {
            this.fault = fault;
            this.pool = pool;
            this.old = old;
        }

        /** Every so many times, beginning late. */
        private boolean strikes(MixFault which, int every) {
            return fault == which && chances.incrementAndGet() % every == 0;
        }

        Object onSource(Method method, Object[] arguments) throws Throwable {
            if (!method.getName().equals("getConnection")) {
                return pass(pool, method, arguments);
            }
            Connection unclean = kept.poll();
            Connection inner = unclean != null ? unclean : pool.getConnection();
            Lease lease = new Lease(inner);
            return proxy(Connection.class, inner, lease::call);
        }

        private final class Lease {
            private final Connection inner;
            private boolean session;
            private boolean readOnly;

            Lease(Connection inner) {
                this.inner = inner;
            }

            Object call(Method method, Object[] arguments) throws Throwable {
                switch (method.getName()) {
                    case "commit" -> {
                        if (strikes(COMMIT_DROPPED, 20)) {
                            inner.rollback();
                            return null;
                        }
                    }
                    case "rollback" -> {
                        if (arguments == null && strikes(ROLLBACK_KEPT, 5)) {
                            inner.commit();
                            return null;
                        }
                    }
                    case "setReadOnly" -> readOnly = (Boolean) arguments[0];
                    case "prepareStatement" -> {
                        return prepared((String) arguments[0], pass(inner, method, arguments));
                    }
                    case "createStatement" -> {
                        return plain((Statement) pass(inner, method, arguments));
                    }
                    case "close" -> {
                        if (keeps()) {
                            return null;
                        }
                    }
                    default -> {}
                }
                return pass(inner, method, arguments);
            }

            private boolean keeps() throws SQLException {
                if (fault == SESSION_LEAKED && session && kept.isEmpty() && !inner.isClosed()) {
                    if (!inner.getAutoCommit()) {
                        inner.rollback();
                        inner.setAutoCommit(true);
                    }
                    kept.add(inner);
                    session = false;
                    return true;
                }
                if (fault == AUTOCOMMIT_LEAKED && kept.isEmpty() && !inner.isClosed() && !inner.getAutoCommit()) {
                    inner.rollback();
                    kept.add(inner);
                    return true;
                }
                return strikes(LEASE_KEPT, 400);
            }

            private Object plain(Statement real) {
                return proxy(Statement.class, real, (method, arguments) -> {
                    session |= arguments != null
                            && arguments[0] instanceof String sql
                            && SESSION.matcher(sql).find();
                    return pass(real, method, arguments);
                });
            }

            private Object prepared(String sql, Object statement) throws SQLException {
                boolean tells = sql.startsWith("SELECT") && sql.contains("FROM log");
                if (tells && inner.getAutoCommit() && !readOnly && strikes(STALE_READ, 50)) {
                    return old.prepareStatement(sql);
                }
                if (fault == READ_ONLY_LEASE_OF_TWO_SNAPSHOTS && readOnly && inner.getAutoCommit()) {
                    inner.setReadOnly(false);
                    inner.setReadOnly(true);
                }
                PreparedStatement real = (PreparedStatement) statement;
                return proxy(PreparedStatement.class, real, (method, arguments) -> {
                    if (method.getName().equals("execute")) {
                        if (strikes(LOCK_SHOWN, 100)) {
                            throw new SQLException("the database is locked", null, 5);
                        }
                        if (strikes(CANCEL_STRAYED, 100)) {
                            throw new SQLException("interrupted", "57014", 9);
                        }
                        if (sql.startsWith("UPDATE parent") && strikes(WRITE_REPEATED, 20)) {
                            real.execute();
                        }
                    }
                    if (method.getName().equals("getResultSet") && tells && strikes(ROW_HIDDEN, 50)) {
                        ResultSet rows = real.getResultSet();
                        rows.next();
                        return rows;
                    }
                    return pass(real, method, arguments);
                });
            }
        }
    }
}
