package io.rockpool.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;

/** A prepared statement of a lease. Threads: as its connection. */
class PooledPreparedStatement extends DelegatingPreparedStatement {

    private final PreparedStatement raw;
    private final String sql;
    private final Database.Effect effect;

    PooledPreparedStatement(PooledConnection connection, PreparedStatement raw, String sql) throws SQLException {
        super(connection, raw);
        this.raw = raw;
        this.sql = sql;
        this.effect = connection.physical().effect(sql);
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
        p.executing(sql, effect, connection.lease());
        return raw;
    }

    @Override
    final String batchSql() {
        return sql;
    }
}
