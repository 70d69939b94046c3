package io.rockpool.jdbc;

import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A result set's metadata; some drivers answer with the result set itself, so it is wrapped too. */
final class PooledResultSetMetaData extends DelegatingResultSetMetaData {

    private final Leased owner;
    private final ResultSetMetaData raw;

    PooledResultSetMetaData(Leased owner, ResultSetMetaData raw) {
        this.owner = owner;
        this.raw = raw;
    }

    @Override
    PooledConnection connection() {
        return owner.connection();
    }

    @Override
    @Nullable PooledStatement statement() {
        return owner.statement();
    }

    @Override
    ResultSetMetaData delegate() throws SQLException {
        checkOwner();
        return raw;
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) throws SQLException {
        ResultSetMetaData d = delegate();
        return iface.isInstance(this) || iface.isInstance(d);
    }

    @Override
    public <V> V unwrap(Class<V> iface) throws SQLException {
        return Unwrapping.unwrap(iface, this, delegate(), connection().physical());
    }
}
