package io.rockpool.jdbc;

import io.rockpool.engine.Slot;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A lease of a connection, as its borrower sees it: a slot and the ticket of the lease, 24 bytes.
 *
 * <p>Every call compares the ticket with the slot's word: after give back it differs for ever, so a stale reference cannot
 * reach the next borrower's work. Threads: one at a time, as JDBC's; abort from any.
 */
public abstract class PooledConnection extends TransactionalConnection {

    /** Public, as the ticket, for a catch that may not call: see {@link Slot#lost}. */
    public final Slot<PhysicalConnection> slot;

    public final long ticket;

    /** A lease that the calling thread has just borrowed. */
    protected PooledConnection(Slot<PhysicalConnection> slot) {
        this.slot = slot;
        this.ticket = slot.ticket();
    }

    // ---- the lease ---------------------------------------------------------------------------------------------

    /** The physical connection, while the lease is in force. Reads it before the word: what was read is this lease's. */
    @Override
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

    /** The ticket of this lease. */
    final long lease() {
        return ticket;
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
        try {
            PhysicalConnection p = slot.resource();
            if (inForce()) {
                if (p.has(PhysicalConnection.SCOPED)) {
                    throw inScope(p, "close");
                }
                p.pool.giveBack(slot, ticket, p);
            }
        } catch (Error e) { // no stack, no memory, and its user may not try again: the housekeeper closes it
            if (slot.word == ticket) {
                slot.lost = ticket;
            }
            throw e;
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
            p.pool.abort(slot, ticket, p);
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

    /** The role in which the connection serves the lease now. */
    protected final Database.Role role() throws SQLException {
        PhysicalConnection p = physical();
        return p.database.role(p.raw);
    }

    /** Gives a scope's connection back; what is still open is rolled back. */
    protected final void closeScope() throws SQLException {
        try {
            PhysicalConnection p = slot.resource();
            if (inForce()) {
                p.clear(PhysicalConnection.SCOPED);
                close();
            }
        } catch (Error e) { // as in close
            if (slot.word == ticket) {
                slot.lost = ticket;
            }
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
        return listed(new PooledPlainStatement(this, statement));
    }

    @Override
    final PreparedStatement wrap(PreparedStatement statement, String sql) throws SQLException {
        return listed(new PooledPreparedStatement(this, statement, sql));
    }

    @Override
    final CallableStatement wrap(CallableStatement statement, String sql) throws SQLException {
        return listed(new PooledCallableStatement(this, statement, sql));
    }

    /** The warnings of this lease; what an earlier one left is cleared first. */
    @Override
    @SuppressWarnings("NullAway") // null where there are none, as JDBC has it
    public final SQLWarning getWarnings() throws SQLException {
        physical().forgetTracesBefore(ticket);
        return super.getWarnings();
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

    final void list(Child child) throws SQLException {
        physical().add(child, slot.isHeldBy(Thread.currentThread()));
    }

    final void unlist(Child child) throws SQLException {
        physical().remove(child, slot.isHeldBy(Thread.currentThread()));
    }

    private <S extends Child> S listed(S child) throws SQLException {
        try {
            list(child);
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
