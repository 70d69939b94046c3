package io.rockpool.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;

/** A prepared statement of a lease. Threads: as its connection. */
class PooledPreparedStatement extends DelegatingPreparedStatement {

    private final PreparedStatement raw;
    private final PhysicalConnection.Classified sql;

    PooledPreparedStatement(PooledConnection connection, PreparedStatement raw, String sql) throws SQLException {
        super(connection);
        this.raw = raw;
        this.sql = connection.physical().classified(sql);
    }

    @Override
    final PreparedStatement raw() {
        return raw;
    }

    @Override
    final PreparedStatement prepared() throws SQLException {
        open();
        return raw;
    }

    @Override
    final PreparedStatement executing() throws SQLException {
        PhysicalConnection p = open();
        executions++;
        p.executing(sql.text(), sql.effect(), connection.lease());
        return raw;
    }

    @Override
    final String batchSql() {
        return sql.text();
    }
}
