package io.rockpool.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A connection's metadata: its result sets end with the lease, and its connection is the lease. */
final class PooledDatabaseMetaData extends DelegatingDatabaseMetaData {

    private final PooledConnection connection;
    private final DatabaseMetaData raw;

    PooledDatabaseMetaData(PooledConnection connection, DatabaseMetaData raw) {
        this.connection = connection;
        this.raw = raw;
    }

    @Override
    PooledConnection connection() {
        return connection;
    }

    @Override
    @Nullable PooledStatement statement() {
        return null;
    }

    @Override
    DatabaseMetaData delegate() throws SQLException {
        connection.physical();
        return raw;
    }

    @Override
    public Connection getConnection() throws SQLException {
        connection.physical();
        return connection;
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) throws SQLException {
        DatabaseMetaData d = delegate();
        return iface.isInstance(this) || iface.isInstance(d);
    }

    @Override
    public <V> V unwrap(Class<V> iface) throws SQLException {
        return Unwrapping.unwrap(iface, this, delegate(), connection.physical());
    }
}
