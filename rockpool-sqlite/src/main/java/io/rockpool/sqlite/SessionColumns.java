package io.rockpool.sqlite;

import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a result: as its rows tell while they are open, as its text is compiled afterwards.
 *
 * <p>The driver's result set is its own metadata, and leads to the lane's connection: it stays behind this. Threads: the
 * session's.
 */
final class SessionColumns extends ForwardingColumns {

    private final SessionResultSet rows;
    private @Nullable ResultSetMetaData described;

    SessionColumns(SessionResultSet rows) {
        this.rows = rows;
    }

    @Override
    ResultSetMetaData columns() throws SQLException {
        ResultSetMetaData known = described;
        if (known != null) {
            return known;
        }
        if (!rows.isClosed()) {
            return rows.named().getMetaData();
        }
        known = rows.describe();
        described = known;
        return known;
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) {
        return iface.isInstance(this);
    }

    @Override
    public <V> V unwrap(Class<V> iface) throws SQLException {
        if (iface.isInstance(this)) {
            return iface.cast(this);
        }
        throw new SQLException(
                "the driver's metadata is not handed out; unwrap the connection instead, for " + iface.getName(),
                "0A000");
    }
}
