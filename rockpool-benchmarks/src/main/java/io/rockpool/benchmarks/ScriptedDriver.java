package io.rockpool.benchmarks;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A driver for databases that a benchmark scripts in this JVM: each has a URL of its own, so that no pool meets another's.
 *
 * <p>Threads: any.
 */
final class ScriptedDriver implements Driver {

    /** What answers at one URL. Threads: any; it may block as long as the script says. */
    @FunctionalInterface
    interface Database {
        Connection connect() throws SQLException;
    }

    private static final String PREFIX = "jdbc:scripted:";

    private static final ScriptedDriver INSTANCE = new ScriptedDriver();
    private static final Map<String, Database> DATABASES = new ConcurrentHashMap<>();
    private static final AtomicLong NUMBER = new AtomicLong();

    private ScriptedDriver() {}

    /** Makes a database reachable, until {@link #forget}; its URL. The driver itself has no service entry, as the stub. */
    static String serve(Database database) throws SQLException {
        DriverManager.registerDriver(INSTANCE); // more than once is as once
        String url = PREFIX + NUMBER.incrementAndGet();
        DATABASES.put(url, database);
        return url;
    }

    static void forget(String url) {
        DATABASES.remove(url);
    }

    @Override
    public @Nullable Connection connect(String url, Properties info) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        Database database = DATABASES.get(url);
        if (database == null) {
            throw new SQLException("no script is served at " + url, "08001");
        }
        return database.connect();
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
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("the scripted driver does not log", "0A000");
    }
}
