package io.rockpool.testkit;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The calls that are held by a hang or a delay, and what lets them go.
 *
 * <p>Threads: any. Units: nanoseconds of {@link System#nanoTime()}. Errors: a hang that ends other than by
 * {@link #release()} throws, 57014 when interrupted or cancelled and 08006 otherwise; interrupt flags are kept.
 */
final class FaultHangs {
    /** A hang nobody releases must still not outlive its test run. */
    static final Duration HANG_LIMIT = Duration.ofMinutes(5);

    private enum End {
        RELEASED,
        TIME_OVER,
        INTERRUPTED,
        CANCELLED,
        GONE,
        STOPPED
    }

    /** What can end a wait, besides its time and the server's stop. */
    private record Ends(boolean release, boolean interrupt, BooleanSupplier cancelled, BooleanSupplier gone) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long releases;
    private int hanging;
    private boolean stopped;

    /**
     * Holds the calling thread as the action says: its delay first, then its hang.
     *
     * @param place says in an exception's message where it happened
     */
    void hold(FaultAction action, BooleanSupplier cancelled, BooleanSupplier gone, String place) throws SQLException {
        BooleanSupplier ended = action.ignoringAbort() ? FaultHangs::never : gone;
        if (!action.delay().isZero()) {
            End end = await(action.delay().toNanos(), false, new Ends(false, false, FaultHangs::never, ended));
            if (end != End.TIME_OVER) {
                throw endedBy(end).at(place);
            }
        }
        if (action.hang()) {
            BooleanSupplier stoppedByCancel = action.ignoringAbort() ? FaultHangs::never : cancelled;
            Ends ends = new Ends(true, !action.ignoringInterrupt(), stoppedByCancel, ended);
            End end = await(HANG_LIMIT.toNanos(), true, ends);
            if (end != End.RELEASED) {
                throw endedBy(end).at(place);
            }
        }
    }

    private End await(long limitNanos, boolean counted, Ends ends) {
        boolean interrupted = false;
        lock.lock();
        try {
            long releasesBefore = releases;
            long leftNanos = limitNanos;
            hanging += counted ? 1 : 0;
            changed.signalAll();
            while (true) {
                if (stopped) {
                    return End.STOPPED;
                } else if (ends.release() && releases != releasesBefore) {
                    return End.RELEASED;
                } else if (ends.cancelled().getAsBoolean()) {
                    return End.CANCELLED;
                } else if (ends.gone().getAsBoolean()) {
                    return End.GONE;
                } else if (leftNanos <= 0) {
                    return End.TIME_OVER;
                } else if (interrupted && ends.interrupt()) {
                    return End.INTERRUPTED;
                }
                long start = System.nanoTime();
                try {
                    changed.awaitNanos(leftNanos);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                leftNanos -= System.nanoTime() - start;
            }
        } finally {
            hanging -= counted ? 1 : 0;
            changed.signalAll();
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean never() {
        return false;
    }

    private static FaultSqlState.Template endedBy(End end) {
        return switch (end) {
            case INTERRUPTED -> new FaultSqlState.Template(FaultSqlState.CANCELLED, "the hanging call was interrupted");
            case CANCELLED -> new FaultSqlState.Template(FaultSqlState.CANCELLED, "the statement was cancelled");
            case STOPPED -> lost("the server was stopped");
            case TIME_OVER -> lost("nobody released the hanging call within " + HANG_LIMIT);
            default -> lost("the connection was closed, aborted or lost during the call");
        };
    }

    private static FaultSqlState.Template lost(String message) {
        return new FaultSqlState.Template(FaultSqlState.CONNECTION_LOST, message);
    }

    /** Lets every call go that hangs now; later ones hang again. */
    void release() {
        change(() -> releases++);
    }

    /** Lets every held call look again whether it is cancelled or its connection gone. */
    void wake() {
        change(() -> {});
    }

    /** Ends every held call, and every later one at once. */
    void stop() {
        change(() -> stopped = true);
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    int hanging() {
        lock.lock();
        try {
            return hanging;
        } finally {
            lock.unlock();
        }
    }

    /** Whether at least that many calls came to hang within the time. */
    boolean awaitHanging(int calls, Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long leftNanos = timeout.toNanos();
            while (hanging < calls) {
                if (leftNanos <= 0) {
                    return false;
                }
                leftNanos = changed.awaitNanos(leftNanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
