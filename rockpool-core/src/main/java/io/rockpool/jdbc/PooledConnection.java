package io.rockpool.jdbc;

import io.rockpool.engine.Slot;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A lease of a connection, as its borrower sees it: a slot and the ticket of the lease, 24 bytes.
 *
 * <p>Every call compares the ticket with the slot's word: after give back it differs for ever, so a stale reference cannot
 * reach the next borrower's work. Threads: one at a time, as JDBC's; abort from any.
 */
public abstract class PooledConnection extends DelegatingConnection {

    private final Slot<PhysicalConnection> slot;
    private final long ticket;

    /** A lease that the calling thread has just borrowed. */
    protected PooledConnection(Slot<PhysicalConnection> slot) {
        this.slot = slot;
        this.ticket = slot.ticket();
    }

    // ---- the lease ---------------------------------------------------------------------------------------------

    /** The physical connection, while the lease is in force. Reads it before the word: what was read is this lease's. */
    final PhysicalConnection physical() throws SQLException {
        PhysicalConnection p = slot.resource();
        if (slot.word() != ticket) {
            throw new SQLNonTransientConnectionException(
                    "this connection was given back (or aborted); borrow a new one and use it before closing it",
                    "08003");
        }
        return p;
    }

    final boolean inForce() {
        return slot.word() == ticket;
    }

    @Override
    final Connection delegate() throws SQLException {
        return physical().raw;
    }

    @Override
    final SQLException failed(SQLException e) {
        PhysicalConnection p = slot.resource();
        if (inForce()) {
            p.failed(e);
        }
        return e;
    }

    /** A driver that throws what JDBC does not foresee is in no known state. */
    @Override
    final void crashed(Throwable t) {
        PhysicalConnection p = slot.resource();
        if (inForce()) {
            p.breakDown();
        }
    }

    @Override
    final Connection preparing(String sql) throws SQLException {
        PhysicalConnection p = physical();
        p.preparing(sql);
        return p.raw;
    }

    @Override
    public final void close() throws SQLException {
        PhysicalConnection p = slot.resource();
        if (inForce()) {
            if (p.has(PhysicalConnection.SCOPED)) {
                throw inScope(p, "close");
            }
            p.pool.giveBack(slot, ticket, p);
        }
    }

    @Override
    public final boolean isClosed() throws SQLException {
        PhysicalConnection p = slot.resource();
        return !inForce() || p.raw.isClosed();
    }

    @Override
    public final void abort(Executor executor) throws SQLException {
        if (executor == null) {
            throw new SQLException("abort needs an executor, not null", "22023");
        }
        PhysicalConnection p = slot.resource();
        if (inForce()) {
            p.pool.abort(slot, ticket);
        }
    }

    @Override
    public final boolean isValid(int timeout) throws SQLException {
        if (timeout < 0) {
            throw new SQLException("isValid's timeout is " + timeout + " s; it must be 0 (none) or more", "22023");
        }
        PhysicalConnection p = slot.resource();
        if (!inForce() || p.broken) {
            return false;
        }
        try {
            return p.database.validate(p.raw, timeout);
        } catch (SQLException e) {
            failed(e);
            return false; // JDBC wants an answer, not the reason
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    // ---- what the pool knows -----------------------------------------------------------------------------------

    public final Duration age() throws SQLException {
        long now = physical().pool.now();
        return Duration.ofNanos(Math.max(0, now - slot.openedAt()));
    }

    public final Duration idleFor() throws SQLException {
        physical();
        return Duration.ofNanos(Math.max(0, slot.leasedAt() - slot.idleSince()));
    }

    public final long useCount() throws SQLException {
        physical();
        return slot.uses();
    }

    public final boolean isHealthy() {
        PhysicalConnection p = slot.resource();
        return inForce() && !p.broken;
    }

    // ---- transactions ------------------------------------------------------------------------------------------

    /** Makes this lease one scoped transaction: commit, rollback and close are refused until {@link #endScope}. */
    protected final void beginScope(boolean readOnly) throws SQLException {
        PhysicalConnection p = physical();
        Transaction.begin(p, readOnly);
        p.set(PhysicalConnection.SCOPED);
    }

    /** Ends the scope's transaction; the lease goes on in autocommit. A commit that fails leaves the scope as it is. */
    protected final void endScope(boolean commit) throws SQLException {
        PhysicalConnection p = physical();
        try {
            if (commit) {
                Transaction.commit(p);
            } else {
                Transaction.rollback(p);
            }
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    /** Gives a scope's connection back; what is still open is rolled back. */
    protected final void closeScope() throws SQLException {
        PhysicalConnection p = slot.resource();
        if (inForce()) {
            p.clear(PhysicalConnection.SCOPED);
            close();
        }
    }

    @Override
    public final void setAutoCommit(boolean on) throws SQLException {
        PhysicalConnection p = outOfScope("setAutoCommit");
        if (on == !p.has(PhysicalConnection.AUTOCOMMIT_OFF)) {
            return;
        }
        try {
            if (on) {
                Transaction.commit(p); // as JDBC says
                Transaction.end(p);
            } else if (p.database.ownTransactions()) {
                Transaction.begin(p, false);
            } else {
                p.set(PhysicalConnection.IN_DOUBT);
                p.raw.setAutoCommit(false);
                p.clear(PhysicalConnection.IN_DOUBT);
                p.set(PhysicalConnection.AUTOCOMMIT_OFF);
            }
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    public final boolean getAutoCommit() throws SQLException {
        return !physical().has(PhysicalConnection.AUTOCOMMIT_OFF);
    }

    @Override
    public final void commit() throws SQLException {
        PhysicalConnection p = inTransaction("commit");
        try {
            Transaction.commit(p);
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    public final void rollback() throws SQLException {
        PhysicalConnection p = inTransaction("rollback");
        try {
            Transaction.rollback(p);
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    private PhysicalConnection inTransaction(String call) throws SQLException {
        PhysicalConnection p = outOfScope(call);
        if (!p.has(PhysicalConnection.AUTOCOMMIT_OFF)) {
            throw new SQLException(
                    p.pool.message(call + "() needs a transaction; call setAutoCommit(false) first"), "25000");
        }
        return p;
    }

    private PhysicalConnection outOfScope(String call) throws SQLException {
        PhysicalConnection p = physical();
        if (p.has(PhysicalConnection.SCOPED)) {
            throw inScope(p, call);
        }
        return p;
    }

    private static SQLException inScope(PhysicalConnection p, String call) {
        return new SQLException(
                p.pool.message(call + "() is refused inside a DatabaseConnection: it commits when the work returns and"
                        + " rolls back when it throws; end the transaction there"),
                "2D000");
    }

    @Override
    public final Savepoint setSavepoint() throws SQLException {
        return savepoint(null);
    }

    @Override
    public final Savepoint setSavepoint(String name) throws SQLException {
        return savepoint(name);
    }

    private Savepoint savepoint(@Nullable String name) throws SQLException {
        PhysicalConnection p = physical();
        try {
            if (!p.has(PhysicalConnection.AUTOCOMMIT_OFF)) {
                throw new SQLException(
                        p.pool.message("a savepoint needs a transaction; call setAutoCommit(false) first"), "25000");
            }
            Transaction.beforeStatement(p);
            if (!p.database.ownTransactions()) {
                return name == null ? p.raw.setSavepoint() : p.raw.setSavepoint(name);
            }
            return TextSavepoint.set(p.raw, name);
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    public final void rollback(Savepoint savepoint) throws SQLException {
        PhysicalConnection p = physical();
        try {
            if (savepoint instanceof TextSavepoint text) {
                text.rollback(p.raw);
            } else {
                p.raw.rollback(savepoint);
            }
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    public final void releaseSavepoint(Savepoint savepoint) throws SQLException {
        PhysicalConnection p = physical();
        try {
            if (savepoint instanceof TextSavepoint text) {
                text.release(p.raw);
            } else {
                p.raw.releaseSavepoint(savepoint);
            }
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    // ---- settings that are restored ----------------------------------------------------------------------------

    /** Reads the present value before the first change, makes the change, and notes the way back. */
    private void change(String setting, Change change) throws SQLException {
        PhysicalConnection p = physical();
        try {
            if (!p.state.has(setting)) {
                p.state.changing(setting, change.restoreTo(p));
                p.set(PhysicalConnection.SETTERS);
            }
            change.apply(p);
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    private interface Change {
        SessionState.Restore restoreTo(PhysicalConnection p) throws SQLException;

        void apply(PhysicalConnection p) throws SQLException;
    }

    /** A change made of JDBC's own getter and setter. */
    private record Plain<V>(Getter<V> getter, Setter<V> setter, V value) implements Change {
        @Override
        public SessionState.Restore restoreTo(PhysicalConnection p) throws SQLException {
            V before = getter.get(p.raw);
            return connection -> setter.set(connection, before);
        }

        @Override
        public void apply(PhysicalConnection p) throws SQLException {
            setter.set(p.raw, value);
        }
    }

    /** Restored by the thread that gives back: the borrower's executor may be slow, or shut down. */
    private record NetworkTimeout(Executor executor, int milliseconds) implements Change {
        @Override
        public SessionState.Restore restoreTo(PhysicalConnection p) throws SQLException {
            int before = p.raw.getNetworkTimeout();
            return connection -> connection.setNetworkTimeout(Runnable::run, before);
        }

        @Override
        public void apply(PhysicalConnection p) throws SQLException {
            p.raw.setNetworkTimeout(executor, milliseconds);
        }
    }

    private interface Getter<V> {
        V get(Connection connection) throws SQLException;
    }

    private interface Setter<V> {
        void set(Connection connection, V value) throws SQLException;
    }

    @Override
    public final void setReadOnly(boolean readOnly) throws SQLException {
        PhysicalConnection p = physical();
        boolean readsOnly = p.has(PhysicalConnection.READS_ONLY); // the scope restores what it changed
        if (p.has(PhysicalConnection.WORK) || (readsOnly && !readOnly)) {
            throw new SQLException(
                    p.pool.message("setReadOnly(" + readOnly + ") comes too late: the transaction has begun;"
                            + " call it before the first statement"),
                    "25001");
        }
        if (readOnly == isReadOnly()) {
            return;
        }
        change("readOnly", new Plain<>(c -> !readOnly, (c, v) -> p.transactions.setReadOnly(v), readOnly));
        p.state.readOnly = readOnly;
    }

    @Override
    public final boolean isReadOnly() throws SQLException {
        PhysicalConnection p = physical();
        if (p.has(PhysicalConnection.READS_ONLY)) {
            return true; // from the first statement on; before it nobody could tell
        }
        Boolean set = p.state.readOnly;
        try {
            return set != null ? set : p.raw.isReadOnly();
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    public final void setTransactionIsolation(int level) throws SQLException {
        if (level != getTransactionIsolation()) {
            change(
                    "isolation",
                    new Plain<>(Connection::getTransactionIsolation, Connection::setTransactionIsolation, level));
            physical().state.isolation = level;
        }
    }

    /** Answered from memory once it is known: frameworks ask before every transaction. */
    @Override
    public final int getTransactionIsolation() throws SQLException {
        PhysicalConnection p = physical();
        try {
            if (p.state.isolation == null) {
                p.state.isolation = p.raw.getTransactionIsolation();
            }
            return p.state.isolation;
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    public final void setCatalog(String catalog) throws SQLException {
        change("catalog", new Plain<>(Connection::getCatalog, Connection::setCatalog, catalog));
    }

    @Override
    public final void setSchema(String schema) throws SQLException {
        change("schema", new Plain<>(Connection::getSchema, Connection::setSchema, schema));
    }

    @Override
    public final void setHoldability(int holdability) throws SQLException {
        change("holdability", new Plain<>(Connection::getHoldability, Connection::setHoldability, holdability));
    }

    @Override
    public final void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        change("networkTimeout", new NetworkTimeout(executor, milliseconds));
    }

    @Override
    public final void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        change(
                "typeMap",
                new Plain<>(
                        c -> c.getTypeMap() == null ? new HashMap<>() : new HashMap<>(c.getTypeMap()),
                        Connection::setTypeMap,
                        map));
    }

    @Override
    public final void setClientInfo(String name, String value) throws SQLClientInfoException {
        changeClientInfo(c -> c.setClientInfo(name, value));
    }

    @Override
    public final void setClientInfo(Properties properties) throws SQLClientInfoException {
        changeClientInfo(c -> c.setClientInfo(properties));
    }

    private void changeClientInfo(SessionState.Restore apply) throws SQLClientInfoException {
        try {
            PhysicalConnection p = physical();
            if (!p.state.has("clientInfo")) {
                Properties live = p.raw.getClientInfo(); // pgjdbc hands out its own object, which the change changes
                Properties before = new Properties();
                if (live != null) {
                    live.stringPropertyNames().forEach(key -> before.setProperty(key, live.getProperty(key)));
                }
                p.state.changing("clientInfo", c -> c.setClientInfo(before));
                p.set(PhysicalConnection.SETTERS);
            }
            apply.run(p.raw);
        } catch (SQLClientInfoException e) {
            failed(e);
            throw e;
        } catch (SQLException e) {
            SQLClientInfoException wrapped = new SQLClientInfoException(e.getMessage(), e.getSQLState(), Map.of(), e);
            failed(e);
            throw wrapped;
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    // ---- what leads back here ----------------------------------------------------------------------------------

    @Override
    public final DatabaseMetaData getMetaData() throws SQLException {
        PhysicalConnection p = physical();
        try {
            return new PooledDatabaseMetaData(this, p.raw.getMetaData());
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    final Statement wrap(Statement statement) throws SQLException {
        return listed(new PooledStatement(this, statement));
    }

    @Override
    final PreparedStatement wrap(PreparedStatement statement, String sql) throws SQLException {
        return listed(new PooledPreparedStatement(this, statement, sql));
    }

    @Override
    final CallableStatement wrap(CallableStatement statement, String sql) throws SQLException {
        return listed(new PooledCallableStatement(this, statement, sql));
    }

    @Override
    @SuppressWarnings("NullAway") // a driver may return null; the caller gets just that
    final Array wrap(@Nullable Array array) {
        return array == null ? null : new PooledArray(ownerOfItsOwn(), array);
    }

    /** The owner of what ends with the lease and no sooner. */
    final Leased ownerOfItsOwn() {
        return new OfConnection(this);
    }

    /** The owner of what belongs to the connection itself. */
    private static final class OfConnection extends Leased {
        private final PooledConnection connection;

        private OfConnection(PooledConnection connection) {
            this.connection = connection;
        }

        @Override
        PooledConnection connection() {
            return connection;
        }

        @Override
        @Nullable PooledStatement statement() {
            return null;
        }
    }

    private <S extends Child> S listed(S child) throws SQLException {
        try {
            physical().children.add(child);
            return child;
        } catch (SQLException e) { // the lease ended while the driver made it: nobody else would close it
            child.closeDelegate();
            throw e;
        }
    }

    @Override
    public final boolean isWrapperFor(Class<?> iface) throws SQLException {
        PhysicalConnection p = physical();
        return iface.isInstance(this) || iface.isInstance(p.raw) || p.raw.isWrapperFor(iface);
    }

    /** This wrapper where it serves; else the driver's object, and the session is reset in full, or closed, at return. */
    @Override
    public final <V> V unwrap(Class<V> iface) throws SQLException {
        PhysicalConnection p = physical();
        if (iface.isInstance(this)) {
            return iface.cast(this);
        }
        V inner = iface.isInstance(p.raw) ? iface.cast(p.raw) : p.raw.unwrap(iface);
        p.handingOut();
        return inner;
    }

    @Override
    public final String toString() {
        return "connection in slot " + slot.index() + (inForce() ? "" : " (given back)");
    }
}
