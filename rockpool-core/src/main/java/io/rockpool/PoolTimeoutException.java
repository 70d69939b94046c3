package io.rockpool;

import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A borrow that ended without a connection, and why: at its timeout, or at once where waiting could not help.
 *
 * <p>The message names the cause and the holders; the same as values from the getters.
 */
public final class PoolTimeoutException extends SQLTransientConnectionException {

    /** Why there was no connection. */
    public enum Reason {
        /** All are lent out. */
        EXHAUSTED,
        /** All are lent out, at least one for longer than {@code leakThreshold}. */
        LEAK_SUSPECTED,
        /** All are lent out, and the borrowing thread holds at least one of them itself. */
        NESTED_BORROW,
        /** All are lent out to threads that wait for one more; told at once. */
        DEADLOCK,
        /** Opening fails; the cause is the database's own error. */
        OPEN_FAILING,
        /** The pool is suspended. */
        SUSPENDED,
        /** {@code maxWaiters} callers wait already; told at once. */
        TOO_MANY_WAITERS
    }

    private static final long serialVersionUID = 1;

    private final Reason why;
    private final long waitedNanos;
    private final int active;
    private final int capacity;
    private final int waiting;
    private final transient List<LeaseInfo> holders;

    PoolTimeoutException(
            String message,
            String state,
            int vendorCode,
            Reason why,
            long waitedNanos,
            int active,
            int capacity,
            int waiting,
            List<LeaseInfo> holders,
            @Nullable Throwable cause) {
        super(message, state, vendorCode, cause);
        this.why = why;
        this.waitedNanos = waitedNanos;
        this.active = active;
        this.capacity = capacity;
        this.waiting = waiting;
        this.holders = List.copyOf(holders);
    }

    /** Why. */
    public Reason reason() {
        return why;
    }

    /** How long the caller waited. */
    public Duration waited() {
        return Duration.ofNanos(waitedNanos);
    }

    /** Connections lent out at that moment. */
    public int activeConnections() {
        return active;
    }

    /** Connections that may be open. */
    public int capacity() {
        return capacity;
    }

    /** Other callers that waited. */
    public int waiting() {
        return waiting;
    }

    /** Who held the connections, longest first. */
    public List<LeaseInfo> holders() {
        return holders;
    }
}
