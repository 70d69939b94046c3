package io.rockpool.sqlite;

import io.rockpool.engine.BorrowFailure;
import io.rockpool.engine.Holding;
import io.rockpool.engine.ResourcePool;
import io.rockpool.engine.Slot;
import io.rockpool.jdbc.Redaction;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How a session waits: for a reader, for the permit, for another process's lock. Always in Java, where a cancel, a timeout
 * and a thread's interrupt end it, and a virtual thread leaves its carrier.
 *
 * <p>Threads: the session's. Errors name who holds what is waited for.
 */
final class LaneWaits {

    /** Between two tries at a lock of another process. */
    private static final long SLICE_NANOS = 1_000_000L;

    private final Session session;
    private final Lanes lanes;
    private final BooleanSupplier givenUp;
    private volatile @Nullable Thread waiting;

    LaneWaits(Session session, Lanes lanes) {
        this.session = session;
        this.lanes = lanes;
        this.givenUp = session::isGivenUp;
    }

    /** Ends a wait, if one is going on and {@link Session#isGivenUp} says so. */
    void wake() {
        Thread thread = waiting;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    Slot<LaneConnection> reader(ResourcePool<LaneConnection> readers) throws SQLException {
        waiting = Thread.currentThread();
        try {
            Slot<LaneConnection> slot = borrow(readers::borrow);
            session.held().passing = slot; // no call before it is noted
            session.held().passingWord = slot == null ? 0 : slot.word;
            return given(slot);
        } catch (BorrowFailure e) {
            throw noReader(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            waiting = null;
        }
    }

    Slot<WriterGate.Permit> permit(WriterGate gate) throws SQLException {
        waiting = Thread.currentThread();
        try {
            Slot<WriterGate.Permit> slot = borrow(gate::take);
            session.held().passing = slot; // no call before it is noted
            session.held().passingWord = slot == null ? 0 : slot.word;
            return given(slot);
        } catch (BorrowFailure e) {
            throw noPermit(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            waiting = null;
        }
    }

    private interface Borrow<T> {
        @Nullable Slot<T> of(long timeout, BooleanSupplier givenUp) throws BorrowFailure, InterruptedException;
    }

    /** A thread does not wait for itself where the lease that holds it was aborted, and is on its way back. */
    private <T> @Nullable Slot<T> borrow(Borrow<T> borrow) throws BorrowFailure, InterruptedException {
        long until = lanes.platform.nanos() + session.patienceNanos();
        while (true) {
            long patience = until - lanes.platform.nanos();
            try {
                return borrow.of(Math.max(0, patience), givenUp);
            } catch (BorrowFailure e) {
                if (e.reason() != BorrowFailure.Reason.DEADLOCK || patience <= 0 || keepsForGood(e.holdings())) {
                    throw e;
                }
                LockSupport.parkNanos(this, SLICE_NANOS);
            }
        }
    }

    /** Whether this thread is among the holders, and nothing that it holds will come back without it. */
    private static boolean keepsForGood(List<Holding> holdings) {
        boolean keeps = false;
        for (Holding holding : holdings) {
            if (holding.holder() == Thread.currentThread()) {
                Session of;
                if (holding.resource() instanceof WriterGate.Permit permit) {
                    of = permit.session; // read before the holder, which is written after it
                    if (permit.holder != Thread.currentThread()) {
                        return false; // it came back meanwhile, and may be another's already
                    }
                } else {
                    of = ((LaneConnection) holding.resource()).holder;
                }
                if (of != null && of.isEnding()) {
                    return false;
                }
                keeps = true;
            }
        }
        return keeps;
    }

    private <T> Slot<T> given(@Nullable Slot<T> slot) throws SQLException {
        if (slot == null) {
            throw session.givenUp();
        }
        return slot;
    }

    /**
     * After an error: whether another process's lock was in the way; a slice of patience is then spent. Throws where none is
     * left.
     *
     * @param since when the first try was, or 0 at the first error
     */
    boolean mayTryAgain(SQLException e, long since) throws SQLException {
        if (!SqliteErrors.isLockedByAnother(e)) {
            return false;
        }
        long now = lanes.platform.nanos();
        lanes.lockedByAnother = now;
        long waited = since == 0 ? 0 : now - since;
        // a query timeout is no part of it: it gives the statement up, below
        if (waited >= Math.min(lanes.database.foreignLockNanos(), lanes.database.borrowNanos())) {
            throw SqliteErrors.lockedByAnother(
                    e,
                    message("another process has held a lock of the database for the last " + millis(waited)
                            + " ms; nothing of this statement was done. End that process's transaction sooner, or raise"
                            + " sqlite.busy-timeout and poolTimeout."));
        }
        waiting = Thread.currentThread();
        try {
            LockSupport.parkNanos(this, SLICE_NANOS);
        } finally {
            waiting = null;
        }
        if (session.isGivenUp()) {
            throw session.givenUp();
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new SQLException(
                    message("the thread was interrupted while another process holds a lock of the database"),
                    "57014",
                    e);
        }
        return true;
    }

    private SQLException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new SQLException(message("the thread was interrupted while it waited for a lane"), "57014", e);
    }

    private SQLException noReader(BorrowFailure f) {
        if (f.reason() == BorrowFailure.Reason.CLOSED) {
            return new SQLTransientConnectionException(message("the pool is closing"), "08003", f);
        }
        return new SQLTransientConnectionException(
                message("no reader came free in " + millis(f.waitedNanos()) + " ms. All " + f.capacity()
                        + " readers are in use: by open result sets, or by read-only transactions, and "
                        + f.waiting() + " other callers wait. Close result sets sooner, read in pieces, or raise"
                        + " poolSize." + holders(f.holdings())),
                "55P03",
                f);
    }

    private SQLException noPermit(BorrowFailure f) {
        Throwable takenAt = takenAt(f.holdings());
        SQLException failure;
        if (f.reason() == BorrowFailure.Reason.DEADLOCK) {
            failure = new SQLTransientConnectionException(
                    message("this thread waits for the writer, which it holds itself through another connection:"
                            + " SQLite has one writer a file, so this could never end. Use one connection for the"
                            + " work, or end its transaction first; REQUIRES_NEW cannot work on SQLite."
                            + holders(f.holdings())),
                    "40P01",
                    f);
        } else {
            failure = new SQLTransientConnectionException(
                    message("the writer did not come free in " + millis(f.waitedNanos()) + " ms and " + f.waiting()
                            + " other callers wait for it. Make write transactions shorter, or raise poolTimeout."
                            + holders(f.holdings())
                            + (metAnother(f) ? " Meanwhile another process held a lock of the database." : "")),
                    "55P03",
                    f);
        }
        if (takenAt != null) {
            failure.addSuppressed(takenAt);
        }
        return failure;
    }

    private boolean metAnother(BorrowFailure f) {
        long met = lanes.lockedByAnother;
        return met != 0 && lanes.platform.nanos() - met <= f.waitedNanos();
    }

    private static @Nullable Throwable takenAt(List<Holding> holdings) {
        return holdings.isEmpty() || !(holdings.get(0).resource() instanceof WriterGate.Permit permit)
                ? null
                : permit.takenAt;
    }

    /** A sentence on who holds what, or none. */
    static String holders(List<Holding> holdings) {
        StringBuilder text = new StringBuilder();
        for (Holding holding : holdings) {
            text.append(text.isEmpty() ? " Held: " : ", ")
                    .append(millis(holding.heldNanos()))
                    .append(" ms by thread '")
                    .append(holding.holder().getName())
                    .append('\'');
            String sql = sql(holding.resource());
            if (sql != null) {
                text.append(" in \"").append(Redaction.sql(sql)).append('"');
            }
        }
        return text.isEmpty() ? "" : text.append('.').toString();
    }

    private static @Nullable String sql(Object resource) {
        if (resource instanceof WriterGate.Permit permit) {
            return permit.sql;
        }
        if (!(resource instanceof LaneConnection lane)) {
            return null;
        }
        SessionStatement running = lane.running();
        Session holder = lane.holder;
        return running != null ? running.sql() : holder == null ? null : holder.sql(); // what runs, or ran last
    }

    private String message(String text) {
        return "pool '" + lanes.pool + "': " + text;
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
