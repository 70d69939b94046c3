package io.rockpool;

import io.rockpool.engine.Slot;
import io.rockpool.jdbc.PhysicalConnection;
import io.rockpool.jdbc.PooledConnection;
import java.sql.SQLException;

/** What {@code getConnection()} returns. Threads: as {@link ConnectionWrapper}. */
final class LeasedConnection extends PooledConnection implements ConnectionWrapper {

    LeasedConnection(Slot<PhysicalConnection> slot) {
        super(slot);
    }

    @Override
    public Lane lane() throws SQLException {
        return Lane.valueOf(role().name());
    }

    void begin(boolean readOnly) throws SQLException {
        beginScope(readOnly);
    }

    void end(boolean commit) throws SQLException {
        endScope(commit);
    }

    void leave() throws SQLException {
        closeScope();
    }
}
