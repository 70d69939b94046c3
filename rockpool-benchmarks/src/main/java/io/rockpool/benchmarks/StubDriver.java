package io.rockpool.benchmarks;

import io.rockpool.benchmarks.stub.StubConnection;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A driver whose connections do nothing, so that what is left to measure is the pool. */
final class StubDriver implements Driver {

    static final String URL = "jdbc:stub:";

    private static final StubDriver INSTANCE = new StubDriver();

    private StubDriver() {}

    /**
     * Not by a service entry: no program that carries the benchmarks wants this driver at all times. More than once is
     * as once.
     */
    static void register() throws SQLException {
        DriverManager.registerDriver(INSTANCE);
    }

    /** For a class loader that goes before the JVM does. */
    static void deregister() throws SQLException {
        DriverManager.deregisterDriver(INSTANCE);
    }

    @Override
    public @Nullable Connection connect(String url, Properties info) {
        return acceptsURL(url) ? new StubConnection() : null;
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(URL);
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
        throw new SQLFeatureNotSupportedException("the stub driver does not log", "0A000");
    }
}
