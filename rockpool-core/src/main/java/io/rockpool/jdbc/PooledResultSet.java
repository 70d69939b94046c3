package io.rockpool.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** A result set of a lease: of a statement's present execution, or of the connection's metadata. */
final class PooledResultSet extends DelegatingResultSet {

    private final PooledConnection connection;
    private final @Nullable PooledStatement statement;
    private final ResultSet raw;
    private final int execution;
    private volatile boolean closed;

    private PooledResultSet(Leased owner, ResultSet raw) {
        this.connection = owner.connection();
        this.statement = owner.statement();
        this.raw = raw;
        this.execution = statement == null ? 0 : statement.executions;
    }

    static ResultSet of(Leased owner, ResultSet raw) throws SQLException {
        PooledResultSet wrapped = new PooledResultSet(owner, raw);
        if (wrapped.statement == null) { // no statement of ours closes it
            wrapped.connection.list(wrapped);
        }
        return wrapped;
    }

    @Override
    PooledConnection connection() {
        return connection;
    }

    @Override
    @Nullable PooledStatement statement() {
        return statement;
    }

    @Override
    ResultSet delegate() throws SQLException {
        checkOwner();
        if (closed || outlived()) {
            throw new SQLNonTransientException(
                    "this result set is closed, or its statement was executed again; execute it anew", "24000");
        }
        return raw;
    }

    private boolean outlived() {
        return statement != null && statement.executions != execution;
    }

    @Override
    public void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        if (!connection.inForce() || outlived() || (statement != null && statement.isClosed())) {
            return; // the driver's object is closed, or serves another execution
        }
        try {
            raw.close();
            connection.unlist(this); // one that fails is tried again at give back
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    void closeDelegate() throws SQLException {
        closed = true;
        raw.close();
    }

    @Override
    public boolean isClosed() throws SQLException {
        return closed
                || !connection.inForce()
                || outlived()
                || (statement != null && statement.isClosed())
                || raw.isClosed();
    }

    /** Null where the result set came from metadata, as JDBC allows. */
    @Override
    @SuppressWarnings("NullAway")
    public Statement getStatement() throws SQLException {
        delegate();
        return statement;
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) throws SQLException {
        delegate();
        return iface.isInstance(this) || iface.isInstance(raw);
    }

    @Override
    public <V> V unwrap(Class<V> iface) throws SQLException {
        delegate();
        return Unwrapping.unwrap(iface, this, raw, connection.physical());
    }
}
