package io.rockpool;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Logger;

/**
 * A driver without a database, for {@code jdbc:teststub:NAME}: its connections do nothing, and it notes what it was asked.
 *
 * <p>Each test has a name of its own, so that tests may run beside each other. Threads: any.
 */
public final class StubDriver implements Driver {

    static final String PREFIX = "jdbc:teststub:";

    /** What happens instead of opening. */
    interface Opening {
        Connection open(String url, Properties properties) throws SQLException;
    }

    private static final Map<String, Opening> OPENINGS = new ConcurrentHashMap<>();
    private static final Map<String, List<Properties>> SEEN = new ConcurrentHashMap<>();

    static {
        try {
            DriverManager.registerDriver(new StubDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Called by {@code driver-class-name}. */
    public StubDriver() {}

    /** The URL of a stub that opens. */
    static String url(String name) {
        return PREFIX + name;
    }

    /** The URL of a stub that does this. */
    static String url(String name, Opening opening) {
        OPENINGS.put(name, opening);
        return PREFIX + name;
    }

    /** The properties of every opening, in their order. */
    static List<Properties> seen(String url) {
        return SEEN.computeIfAbsent(name(url), n -> new CopyOnWriteArrayList<>());
    }

    private static String name(String url) {
        return url.substring(PREFIX.length()).split("[?;]", 2)[0];
    }

    @Override
    public Connection connect(String url, Properties properties) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        Properties copy = new Properties();
        copy.putAll(properties);
        seen(url).add(copy);
        Opening opening = OPENINGS.get(name(url));
        return opening == null ? connection() : opening.open(url, properties);
    }

    /** A connection that is open, in autocommit and valid. */
    static Connection connection() {
        return connection((proxy, method, arguments) -> standard(method.getReturnType()));
    }

    static Connection connection(InvocationHandler handler) {
        return (Connection)
                Proxy.newProxyInstance(StubDriver.class.getClassLoader(), new Class<?>[] {Connection.class}, handler);
    }

    static Object standard(Class<?> type) {
        if (type == boolean.class) {
            return true;
        }
        return type == int.class ? 0 : null;
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(PREFIX);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
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
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }
}
