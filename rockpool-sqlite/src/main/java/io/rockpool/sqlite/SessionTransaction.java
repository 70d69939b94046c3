package io.rockpool.sqlite;

import io.rockpool.jdbc.Database;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A session's transaction, or the snapshot of its read-only lease, on the lane that it holds meanwhile.
 *
 * <pre>
 *   none --begin, BEGIN, SAVEPOINT--> on a lane --commit, rollback, RELEASE--> none
 *     '----first read, read-only----> snapshot  --left read-only, lease over--^
 *                 on a lane --engine rolled back by itself--> lost --rollback--> none
 * </pre>
 *
 * One that writes begins IMMEDIATE, with the file's permit: whatever it reads is the last state, and it never meets another's
 * commit. <em>Lost</em> is for transactions begun by text; those of JDBC the pool's own layer keeps from going on.
 *
 * <p>Threads: the session's.
 */
final class SessionTransaction implements Database.Transactions {

    private final Session session;
    private @Nullable LaneConnection lane;
    private boolean snapshot; // of a read-only lease, in autocommit
    private boolean writes;
    private boolean byText;
    private boolean lost;
    private boolean due; // its first statement begins it
    private boolean dueReads;
    private boolean lazy; // it reads on a reader, and may write yet
    private long version; // of the data, when a lazy one began
    private @Nullable SessionTransaction around; // of the same thread, which this one is a savepoint of
    private @Nullable String outermost; // the savepoint that began it, or that it is

    SessionTransaction(Session session) {
        this.session = session;
    }

    /** The lane that all statements run on, or null in autocommit, or while the first statement is to decide. */
    @Nullable LaneConnection lane() {
        return lane;
    }

    /** Whether a statement would commit by itself: no transaction is open, none is due, and no snapshot. */
    boolean isAutocommit() {
        return lane == null && !due;
    }

    /** Whether where a statement runs depends on what it is. */
    boolean asksForRoute() {
        return lane == null || lazy;
    }

    /** The lane for a statement, begun or changed for it where need be; null in autocommit. */
    @Nullable LaneConnection laneFor(Route route) throws SQLException {
        if (due) {
            beginDue(route);
        } else if (lazy && !route.reads()) {
            upgrade();
        } else if (around != null && around.lane != lane) {
            release();
            lost = true;
            throw lost("the transaction around this one has ended, and this one with it");
        }
        return lane;
    }

    /** At its first statement, whose timeout and cancel then end the wait; where it cannot begin it stays due. */
    private void beginDue(Route route) throws SQLException {
        boolean onReader = !dueReads && route.reads() && session.held().mayReadLazily();
        beginInside(dueReads || onReader, false);
        due = false;
        if (onReader && lane != null) {
            lazy = true;
            version = lane.dataVersion(); // takes the snapshot as well
        }
    }

    /** From the reader to the writer, if what was read is still so: nobody can commit between the BEGIN and the look. */
    private void upgrade() throws SQLException {
        LaneConnection reading = Objects.requireNonNull(lane);
        if (reading.holds > 1) {
            throw new SQLException(
                    message("a transaction that has only read cannot write while a result set of it is open: close"
                            + " it before the first write, or use transactionRouting IMMEDIATE"),
                    "25001");
        }
        LaneConnection writing = session.held().takeForTransaction(true);
        boolean known = false;
        boolean unchanged = false;
        try {
            beginOn(writing, false);
            reading.transaction.commit();
            unchanged = reading.dataVersion() == version;
            if (!unchanged) {
                writing.transaction.rollback();
            }
            known = true;
        } finally {
            lane = null;
            lazy = false;
            session.held().letGo(reading);
            if (!unchanged) {
                writing.broken |= !known; // closing it rolls back
                session.held().letGo(writing);
            }
        }
        if (!unchanged) {
            throw new SQLTransactionRollbackException(
                    message("another transaction was committed since this one began to read, so it cannot go on to"
                            + " write; nothing of it was done: run it again"),
                    "40001");
        }
        lane = writing;
        writes = true;
    }

    private String message(String text) {
        return "pool '" + session.lanes.pool + "': " + text;
    }

    // ---- the pool's calls --------------------------------------------------------------------------------------

    @Override
    public void begin(boolean readsOnly) throws SQLException {
        session.call(() -> {
            endSnapshot();
            byText = false;
            dueReads = readsOnly || session.isReadOnly();
            due = lane == null; // else SQL text has begun one, which goes on as this
            return true;
        });
    }

    private void beginInside(boolean readsOnly, boolean text) throws SQLException {
        endSnapshot();
        if (!readsOnly && session.database.nestsWriters() && nest()) {
            byText = text;
            return;
        }
        LaneConnection taken = session.held().takeForTransaction(!readsOnly);
        boolean begun = false;
        try {
            beginOn(taken, readsOnly);
            begun = true;
            taken.refuseWrites(readsOnly);
        } catch (SQLException e) {
            taken.broken = taken.broken || begun;
            session.held().letGo(taken);
            throw e;
        } catch (RuntimeException | Error e) {
            taken.broken = true; // who knows whether it has begun
            session.held().letGo(taken);
            throw e;
        }
        lane = taken;
        writes = !readsOnly;
        byText = text;
        snapshot = false;
    }

    /** Becomes a savepoint of this thread's other transaction, if there is one on the writer. */
    private boolean nest() throws SQLException {
        SessionTransaction outer = session.lanes.now().transactionOfThisThread(session);
        LaneConnection outers = outer == null ? null : outer.lane;
        if (outer == null || outers == null || !outer.writes) {
            return false;
        }
        String name = "rockpool_nested_" + NESTED.incrementAndGet();
        outers.execute("SAVEPOINT " + name);
        around = outer;
        outermost = name;
        writes = true;
        lane = outers; // held by the outer one
        return true;
    }

    private static final AtomicLong NESTED = new AtomicLong();

    private void beginOn(LaneConnection taken, boolean readsOnly) throws SQLException {
        long since = 0;
        while (true) {
            try {
                if (readsOnly) {
                    taken.transaction.begin();
                } else {
                    taken.transaction.beginImmediate();
                }
                return;
            } catch (SQLException e) {
                if (!session.waits().mayTryAgain(e, since)) {
                    throw e;
                }
                since = since == 0 ? session.lanes.platform.nanos() : since;
            }
        }
    }

    /** One snapshot for all that a read-only lease reads. */
    void beginSnapshot() throws SQLException {
        beginInside(true, false);
        snapshot = true;
    }

    /** Ends it, where one is open. */
    void endSnapshot() throws SQLException {
        if (snapshot && lane != null) {
            lane.transaction.rollback();
            release();
        }
    }

    @Override
    public void commit() throws SQLException {
        session.call(() -> {
            commitInside();
            return true;
        });
    }

    private void commitInside() throws SQLException {
        LaneConnection on = lane;
        due = false;
        if (on == null) {
            return;
        }
        on.closeRows(session);
        if (!writes) {
            on.transaction.commit();
            release();
            return;
        }
        if (around != null) {
            if (around.lane != on) {
                release();
                throw lost("there is nothing to commit, since the transaction around this one has ended");
            }
            on.execute("RELEASE " + outermost);
            release();
            return;
        }
        on.home.identity.check(session.lanes, on.home);
        boolean told = on.commits; // by a statement in autocommit whose rows are open still: the epoch is odd
        WriterGate gate = on.home.gate;
        if (!told) {
            gate.committing();
        }
        try {
            commitOn(on);
        } finally {
            if (!told) {
                gate.committed();
            }
        }
        release();
    }

    /** Outside of WAL a reader of another process may be in the way of a commit, which stays open meanwhile. */
    private void commitOn(LaneConnection on) throws SQLException {
        long since = 0;
        while (true) {
            try {
                on.transaction.commit();
                return;
            } catch (SQLException e) {
                if (!session.waits().mayTryAgain(e, since)) {
                    throw e;
                }
                since = since == 0 ? session.lanes.platform.nanos() : since;
            }
        }
    }

    @Override
    public void rollback() throws SQLException {
        session.call(() -> {
            rollbackInside();
            return true;
        });
    }

    private void rollbackInside() throws SQLException {
        lost = false;
        due = false;
        LaneConnection on = lane;
        if (on != null) {
            try {
                on.closeRows(session);
                if (around == null) {
                    on.transaction.rollback();
                } else if (around.lane == on && on.transaction.isOpen()) { // else all of it is over
                    on.execute("ROLLBACK TO " + outermost);
                    on.execute("RELEASE " + outermost);
                }
            } catch (SQLException | RuntimeException | Error e) {
                on.broken = true; // closing it rolls back
                throw e;
            } finally {
                release();
            }
        }
    }

    /** Asked after an error: where the engine has rolled back by itself, the lane is free again. */
    @Override
    public boolean inTransaction() throws SQLException {
        return session.call(this::isOpen);
    }

    private boolean isOpen() throws SQLException {
        LaneConnection on = lane;
        if (on == null) {
            return due;
        }
        boolean outerEnded = around != null && around.lane != on;
        if (on.broken || outerEnded || !on.transaction.isOpen()) {
            release();
            return false;
        }
        return !snapshot;
    }

    @Override
    public void end() throws SQLException {
        if (lane != null || lost || due) {
            rollback();
        }
    }

    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        session.setReadOnly(readOnly);
    }

    private void release() throws SQLException {
        LaneConnection on = lane;
        boolean mine = around == null;
        lane = null;
        snapshot = false;
        byText = false;
        lazy = false;
        writes = false;
        around = null;
        outermost = null;
        if (on != null && mine) {
            try {
                if (!on.broken) {
                    on.refuseWrites(false);
                }
            } finally {
                session.held().letGo(on);
            }
        }
    }

    /** Its lane is closed. */
    void forget() {
        lane = null;
        lost = false;
        due = false;
        lazy = false;
        around = null;
        snapshot = false;
    }

    // ---- by SQL text -------------------------------------------------------------------------------------------

    /** Whether the text was carried out here; else it is to be run as it stands, most often to fail as it should. */
    boolean carriesOut(Route route) throws SQLException {
        switch (route.kind) {
            case BEGIN -> {
                if (due || (lane != null && !snapshot)) {
                    return false;
                }
                beginInside(session.isReadOnly(), true);
                return true;
            }
            case SAVEPOINT -> {
                if (!due && (lane == null || snapshot)) {
                    beginInside(session.isReadOnly(), true);
                    outermost = route.savepoint;
                }
                return false;
            }
            case COMMIT -> {
                if (lost) {
                    throw lost("there is nothing to commit");
                }
                if (lane == null || snapshot) {
                    return false;
                }
                commitInside();
                return true;
            }
            case ROLLBACK -> {
                boolean wasLost = lost;
                if (!wasLost && (lane == null || snapshot)) {
                    return false;
                }
                rollbackInside();
                return true;
            }
            case RELEASE -> {
                if (outermost != null && outermost.equals(route.savepoint)) {
                    commitInside();
                    return true;
                }
                return false;
            }
            default -> {
                return false;
            }
        }
    }

    /** Keeps the rest of a lost transaction from being stored statement by statement. */
    void refuseIfLost() throws SQLException {
        if (lost) {
            throw lost("the statement was not run");
        }
    }

    private SQLException lost(String what) {
        return new SQLTransactionRollbackException(
                message(
                        what
                                + ": SQLite rolled this transaction back by itself after an error; ROLLBACK, and run all of it again"),
                "25P02");
    }

    /** After an error in a transaction that SQL text began. */
    void seeWhetherLost() throws SQLException {
        if (lane != null && byText && !isOpen()) {
            lost = true;
        }
    }
}
