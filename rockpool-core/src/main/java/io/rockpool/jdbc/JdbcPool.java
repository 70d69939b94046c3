package io.rockpool.jdbc;

import io.rockpool.engine.CloseCause;
import io.rockpool.engine.EngineSettings;
import io.rockpool.engine.Platform;
import io.rockpool.engine.PoolEvents;
import io.rockpool.engine.ResourcePool;
import io.rockpool.engine.Resources;
import io.rockpool.engine.Slot;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * JDBC connections on the engine: opens, validates and closes them, and cleans them when they are given back.
 *
 * <p>Threads: any. A connection whose clean-up fails is never lent again. Source: docs/design/0004-wrappers.md.
 */
public final class JdbcPool implements Resources<PhysicalConnection> {

    /** What the pool tells beside the engine's events. Threads and rules as there. */
    public interface Events extends PoolEvents {
        /** A lease ended with open work, which was rolled back. */
        void unfinished(int slot, PhysicalConnection connection);

        /** A connection could not be cleaned, and is closed. */
        void resetFailed(int slot, Exception failure);
    }

    private final String name;
    private final Database database;
    private final Platform platform;
    private final Events events;
    private final ResourcePool<PhysicalConnection> engine;
    private final int validationSeconds;
    private final AtomicLong unfinished = new AtomicLong();

    public JdbcPool(String name, Database database, EngineSettings settings, Platform platform, Events events) {
        this.name = name;
        this.database = database;
        this.platform = platform;
        this.events = events;
        this.validationSeconds = (int) Math.max(1, TimeUnit.NANOSECONDS.toSeconds(settings.validationTimeout()));
        this.engine = new ResourcePool<>(settings, this, platform, events);
        database.serve(name, settings, platform);
    }

    public ResourcePool<PhysicalConnection> engine() {
        return engine;
    }

    /** The coarse time that leases are measured by, in nanoseconds. */
    long now() {
        return platform.tick().now();
    }

    Database database() {
        return database;
    }

    /** The database's lanes now. */
    public List<Database.LaneStanding> lanes() {
        return database.lanes();
    }

    /** Leases that ended with open work. */
    public long unfinished() {
        return unfinished.get();
    }

    /** A message as this pool says it. */
    public String message(String text) {
        return "pool '" + name + "': " + text;
    }

    // ---- give back ---------------------------------------------------------------------------------------------

    void giveBack(Slot<PhysicalConnection> slot, long ticket, PhysicalConnection p) {
        if (p.isClean()) {
            engine.giveBack(slot, ticket);
        } else if (p.broken) {
            engine.discard(slot, ticket, CloseCause.BROKEN, false);
        } else {
            long word = engine.beginReset(slot, ticket);
            if (word != 0) {
                try {
                    reset(slot, word, p);
                } catch (Error e) { // no stack or memory to end it either: the housekeeper closes the connection
                    if (slot.word == word) {
                        slot.lost = word;
                    }
                    throw e;
                }
            }
        }
    }

    @SuppressWarnings("NullAway") // null: the connection is clean
    private void reset(Slot<PhysicalConnection> slot, long word, PhysicalConnection p) {
        CloseCause cause = CloseCause.RESET_FAILED;
        try {
            cause = clean(slot.index(), p);
        } catch (SQLException | RuntimeException e) { // what was committed must not look failed to the caller of close
            events.resetFailed(slot.index(), e);
        } finally {
            engine.endReset(slot, word, cause); // also after an Error: the slot must not stay behind
        }
    }

    /** Makes the connection as it was when it was opened; why it must be closed instead, or null. */
    @SuppressWarnings("NullAway")
    private CloseCause clean(int slot, PhysicalConnection p) throws SQLException {
        p.closeChildren();
        endTransaction(slot, p);
        if (p.has(PhysicalConnection.SESSION) && !database.resetSession(p.raw)) {
            return CloseCause.SESSION_STATE;
        }
        if (p.has(PhysicalConnection.SETTERS)) {
            p.state.restore(p.raw);
        }
        p.clearTraces();
        p.flags = 0;
        return null;
    }

    private void endTransaction(int slot, PhysicalConnection p) throws SQLException {
        int open = PhysicalConnection.AUTOCOMMIT_OFF | PhysicalConnection.BEGUN_BY_TEXT | PhysicalConnection.IN_DOUBT;
        if (!p.has(open)) {
            return;
        }
        boolean byText = p.has(PhysicalConnection.BEGUN_BY_TEXT | PhysicalConnection.ENDED_BY_TEXT);
        boolean unfinishedWork = p.has(PhysicalConnection.WORK)
                || (p.has(PhysicalConnection.BEGUN_BY_TEXT) && !p.has(PhysicalConnection.ENDED_BY_TEXT));
        if (byText && database.ownTransactions()) {
            unfinishedWork = p.transactions.inTransaction(); // the engine can tell
        }
        if (unfinishedWork) {
            unfinished.incrementAndGet();
            events.unfinished(slot, p);
        }
        if (p.has(PhysicalConnection.BEGUN_BY_TEXT | PhysicalConnection.IN_DOUBT)) {
            p.transactions.rollback();
        } else {
            Transaction.rollback(p);
        }
        if (p.has(PhysicalConnection.AUTOCOMMIT_OFF | PhysicalConnection.IN_DOUBT)) {
            Transaction.end(p);
        }
        p.clear(PhysicalConnection.BEGUN_BY_TEXT);
    }

    /** Closes the pool; see {@link ResourcePool#close}. */
    public void close() {
        database.ending();
        engine.close();
    }

    void abort(Slot<PhysicalConnection> slot, long ticket, PhysicalConnection p) {
        database.aborting(p.raw, true);
        if (!engine.discard(slot, ticket, CloseCause.ABORTED, true)) {
            database.aborting(p.raw, false);
        }
    }

    void distrustIdle() {
        engine.distrustIdle();
    }

    // ---- resources ---------------------------------------------------------------------------------------------

    @Override
    public PhysicalConnection open() throws SQLException {
        Connection raw = database.open();
        try {
            return new PhysicalConnection(raw, this);
        } catch (Throwable t) {
            closeQuietly(raw, t);
            throw t;
        }
    }

    private static void closeQuietly(Connection raw, Throwable because) {
        try {
            raw.close();
        } catch (SQLException e) {
            because.addSuppressed(e);
        }
    }

    @Override
    public boolean validate(PhysicalConnection p) throws SQLException {
        return database.validate(p.raw, validationSeconds);
    }

    @Override
    public void close(PhysicalConnection p) throws SQLException {
        p.raw.close();
    }

    @Override
    public void abort(PhysicalConnection p) {
        try {
            database.abort(p.raw);
        } catch (SQLException | RuntimeException e) {
            events.closeFailed(-1, e); // the close that follows is what counts
        }
    }

    @Override
    public boolean local() {
        return database.local();
    }

    @Override
    public boolean retryable(Throwable failure) {
        return database.retryable(failure);
    }
}
