package io.rockpool.jdbc;

import java.sql.ParameterMetaData;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A prepared statement's parameters; some drivers answer with the statement itself, so it is wrapped too. */
final class PooledParameterMetaData extends DelegatingParameterMetaData {

    private final Leased owner;
    private final ParameterMetaData raw;

    PooledParameterMetaData(Leased owner, ParameterMetaData raw) {
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
    ParameterMetaData delegate() throws SQLException {
        checkOwner();
        return raw;
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) throws SQLException {
        ParameterMetaData d = delegate();
        return iface.isInstance(this) || iface.isInstance(d);
    }

    @Override
    public <V> V unwrap(Class<V> iface) throws SQLException {
        return Unwrapping.unwrap(iface, this, delegate(), connection().physical());
    }
}
