package io.rockpool;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A pool's connections, read-only from the start. Threads: any. */
final class ReadOnlyDataSource implements DataSource {

    private final DatabaseConnectionPool pool;

    ReadOnlyDataSource(DatabaseConnectionPool pool) {
        this.pool = pool;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return readOnly(pool.getConnection());
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return readOnly(pool.getConnection(username, password));
    }

    private static Connection readOnly(Connection connection) throws SQLException {
        try {
            connection.setReadOnly(true);
            return connection;
        } catch (Throwable t) {
            try {
                connection.close();
            } catch (SQLException e) {
                t.addSuppressed(e);
            }
            throw t;
        }
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return pool.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        pool.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) {
        pool.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() {
        return pool.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws java.sql.SQLFeatureNotSupportedException {
        return pool.getParentLogger();
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) {
        return iface.isInstance(this) || pool.isWrapperFor(iface);
    }

    @Override
    public <V> V unwrap(Class<V> iface) throws SQLException {
        return iface.isInstance(this) ? iface.cast(this) : pool.unwrap(iface);
    }

    @Override
    public String toString() {
        return "read-only " + pool;
    }
}
