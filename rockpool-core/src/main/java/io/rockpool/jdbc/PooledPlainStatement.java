package io.rockpool.jdbc;

import java.sql.Statement;

/** A statement that is given its SQL at each execution. Threads: as its connection. */
final class PooledPlainStatement extends PooledStatement {

    private final Statement raw;

    PooledPlainStatement(PooledConnection connection, Statement raw) {
        super(connection);
        this.raw = raw;
    }

    @Override
    Statement raw() {
        return raw;
    }
}
