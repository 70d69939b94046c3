package io.rockpool.jdbc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A statement of a lease, of any kind; the kinds hold the driver's object. Threads: as its connection. */
abstract class PooledStatement extends DelegatingStatement {

    final PooledConnection connection;
    private boolean closed; // through CLOSED: seen by other threads soon, without the fence of a volatile write

    /** Counts executions: a result set of an earlier one is closed, also where the driver reuses the object. */
    int executions;

    PooledStatement(PooledConnection connection) {
        this.connection = connection;
    }

    /** The driver's object, whatever the lease says. */
    abstract Statement raw();

    @Override
    final PooledConnection connection() {
        return connection;
    }

    @Override
    final PooledStatement statement() {
        return this;
    }

    @Override
    final Statement delegate() throws SQLException {
        open();
        return raw();
    }

    final PhysicalConnection open() throws SQLException {
        PhysicalConnection p = connection.physical();
        if (isMarkedClosed()) {
            throw new SQLNonTransientException("this statement is closed; prepare a new one", "HY010");
        }
        return p;
    }

    @Override
    final Statement executing(String sql) throws SQLException {
        PhysicalConnection p = open();
        executions++;
        p.executing(sql, p.classified(sql).effect(), connection.lease());
        return raw();
    }

    @Override
    final Statement executingBatch() throws SQLException {
        PhysicalConnection p = open();
        executions++;
        p.executing(batchSql(), Database.Effect.NONE, connection.lease());
        return raw();
    }

    String batchSql() {
        return "(batch)";
    }

    @Override
    public final Connection getConnection() throws SQLException {
        open();
        return connection;
    }

    @Override
    public final void close() throws SQLException {
        if (isMarkedClosed()) {
            return;
        }
        CLOSED.setOpaque(this, true);
        if (connection.inForce()) {
            try {
                raw().close();
                connection.unlist(this); // one that fails is tried again at give back
            } catch (SQLException e) {
                throw failed(e);
            } catch (RuntimeException | Error e) {
                crashed(e);
                throw e;
            }
        }
    }

    @Override
    final void closeDelegate() throws SQLException {
        CLOSED.setOpaque(this, true);
        raw().close();
    }

    @Override
    public final boolean isClosed() throws SQLException {
        return isMarkedClosed() || !connection.inForce() || raw().isClosed();
    }

    @Override
    public final boolean isWrapperFor(Class<?> iface) throws SQLException {
        open();
        return iface.isInstance(this) || iface.isInstance(raw());
    }

    @Override
    public final <V> V unwrap(Class<V> iface) throws SQLException {
        PhysicalConnection p = open();
        return Unwrapping.unwrap(iface, this, raw(), p);
    }

    @Override
    public final @Nullable String toString() {
        return raw().toString();
    }

    private boolean isMarkedClosed() {
        return (boolean) CLOSED.getOpaque(this);
    }

    private static final VarHandle CLOSED;

    static {
        try {
            CLOSED = MethodHandles.lookup().findVarHandle(PooledStatement.class, "closed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
