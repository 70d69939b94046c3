package io.rockpool.jdbc;

import java.sql.CallableStatement;
import java.sql.SQLException;

/** A callable statement of a lease. Threads: as its connection. */
final class PooledCallableStatement extends DelegatingCallableStatement {

    private final CallableStatement raw;

    PooledCallableStatement(PooledConnection connection, CallableStatement raw, String sql) throws SQLException {
        super(connection, raw, sql);
        this.raw = raw;
    }

    @Override
    CallableStatement callable() throws SQLException {
        open();
        return raw;
    }
}
