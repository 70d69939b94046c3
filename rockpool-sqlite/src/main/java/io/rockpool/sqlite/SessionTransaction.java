package io.rockpool.sqlite;

import io.rockpool.jdbc.Database;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
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
    private @Nullable String outermost; // the savepoint that began it

    SessionTransaction(Session session) {
        this.session = session;
    }

    /** The lane that all statements run on, or null in autocommit. */
    @Nullable LaneConnection lane() {
        return lane;
    }

    // ---- the pool's calls --------------------------------------------------------------------------------------

    @Override
    public void begin(boolean readsOnly) throws SQLException {
        session.enter(null);
        try {
            beginInside(readsOnly || session.isReadOnly(), false);
        } catch (SQLException e) {
            throw session.told(e, null);
        } finally {
            session.exit();
        }
    }

    private void beginInside(boolean readsOnly, boolean text) throws SQLException {
        endSnapshot();
        LaneConnection taken = session.takeForTransaction(!readsOnly);
        try {
            beginOn(taken, readsOnly);
        } catch (Throwable t) {
            session.letGo(taken);
            throw t;
        }
        lane = taken;
        writes = !readsOnly;
        byText = text;
        snapshot = false;
    }

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
        session.enter(null);
        try {
            commitInside();
        } catch (SQLException e) {
            throw session.told(e, null);
        } finally {
            session.exit();
        }
    }

    private void commitInside() throws SQLException {
        LaneConnection on = lane;
        if (on == null) {
            return;
        }
        if (!writes) {
            on.transaction.commit();
            release();
            return;
        }
        session.lanes.checkFile(on);
        WriterGate gate = on.home.gate;
        gate.committing();
        try {
            commitOn(on);
        } finally {
            gate.committed();
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
        session.enter(null);
        try {
            rollbackInside();
        } catch (SQLException e) {
            throw session.told(e, null);
        } finally {
            session.exit();
        }
    }

    private void rollbackInside() throws SQLException {
        lost = false;
        LaneConnection on = lane;
        if (on != null) {
            try {
                on.transaction.rollback();
            } catch (SQLException e) {
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
        session.enter(null);
        try {
            return isOpen();
        } finally {
            session.exit();
        }
    }

    private boolean isOpen() throws SQLException {
        LaneConnection on = lane;
        if (on == null) {
            return false;
        }
        if (on.broken || !on.transaction.isOpen()) {
            release();
            return false;
        }
        return !snapshot;
    }

    @Override
    public void end() throws SQLException {
        if (lane != null || lost) {
            rollback();
        }
    }

    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        session.setReadOnly(readOnly);
    }

    private void release() throws SQLException {
        LaneConnection on = lane;
        lane = null;
        snapshot = false;
        byText = false;
        outermost = null;
        if (on != null) {
            session.letGo(on);
        }
    }

    /** Its lane is closed. */
    void forget() {
        lane = null;
        lost = false;
        snapshot = false;
    }

    // ---- by SQL text -------------------------------------------------------------------------------------------

    /** Whether the text was carried out here; else it is to be run as it stands, most often to fail as it should. */
    boolean carriesOut(Route route) throws SQLException {
        switch (route.kind) {
            case BEGIN -> {
                if (lane != null && !snapshot) {
                    return false;
                }
                beginInside(session.isReadOnly(), true);
                return true;
            }
            case SAVEPOINT -> {
                if (lane == null || snapshot) {
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
                "pool '" + session.lanes.pool + "': " + what
                        + ": SQLite rolled this transaction back by itself after an error; ROLLBACK, and run all of it again",
                "25P02");
    }

    /** After an error in a transaction that SQL text began. */
    void seeWhetherLost() throws SQLException {
        if (lane != null && byText && !isOpen()) {
            lost = true;
        }
    }
}
