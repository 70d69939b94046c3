package io.rockpool.testkit;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The JDBC driver of {@link FaultyServer}: {@code jdbc:faulty:name} is the running server of that name.
 *
 * <p>Threads: any. Errors: SQLState 08001 when no such server runs or it is down; else what its script says. What comes
 * after a {@code ?} or {@code ;} in the URL is not looked at.
 */
public final class FaultyDriver implements Driver {
    static final String URL_PREFIX = "jdbc:faulty:";
    private static final Method CONNECT = connectMethod();

    static {
        try {
            DriverManager.registerDriver(new FaultyDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Override
    public @Nullable Connection connect(String url, @Nullable Properties info) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        String name = url.substring(URL_PREFIX.length()).split("[?;]", 2)[0];
        FaultyServer server = FaultyServer.find(name);
        if (server == null) {
            throw FaultSqlState.exception(FaultSqlState.CONNECT_REFUSED, "no server '" + name + "' is running");
        }
        server.connecting(info == null ? new Properties() : info);
        return new Attempt(server).connect();
    }

    /** One connect; what it opens and does not hand out is closed again, as a driver closes its socket. */
    private static final class Attempt {
        private final FaultyServer server;
        private @Nullable FaultyServerSession session;
        private @Nullable Connection handedOut;

        Attempt(FaultyServer server) {
            this.server = server;
        }

        @Nullable Connection connect() throws SQLException {
            try {
                handedOut = (Connection)
                        server.door().pass(null, new FaultyDriverCall("", CONNECT, List.of(), "", this::open));
                return handedOut;
            } catch (SQLException | RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("a driver can not throw " + e.getClass(), e);
            } finally {
                if (session != null && handedOut == null) {
                    server.door().ledger.end(session, FaultyServerSession.End.CLOSED);
                }
            }
        }

        private Connection open() throws SQLException {
            session = server.open();
            return new FaultyDriverConnection(server, session).connection;
        }
    }

    private static Method connectMethod() {
        try {
            return Driver.class.getMethod("connect", String.class, Properties.class);
        } catch (NoSuchMethodException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(URL_PREFIX);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, @Nullable Properties info) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("the faulty driver does not log");
    }
}
