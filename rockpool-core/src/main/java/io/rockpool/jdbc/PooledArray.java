package io.rockpool.jdbc;

import java.sql.Array;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** An SQL array, whose result sets lead back to the lease. */
final class PooledArray extends DelegatingArray {

    private final Leased owner;
    private final Array raw;

    PooledArray(Leased owner, Array raw) {
        this.owner = owner;
        this.raw = raw;
    }

    /** The driver's own object where this is a wrapped array: a driver may accept its own alone. */
    static @Nullable Object bare(@Nullable Object value) {
        return value instanceof PooledArray array ? array.raw : value;
    }

    @SuppressWarnings("NullAway")
    static Array bare(@Nullable Array value) {
        return value instanceof PooledArray array ? array.raw : value;
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
    Array delegate() throws SQLException {
        checkOwner();
        return raw;
    }

    @Override
    public String toString() {
        return raw.toString();
    }
}
