package io.rockpool.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A borrow that ended without a resource: why, with the numbers of that moment.
 *
 * <p>Thrown to the borrower alone, so its stack is the borrower's.
 */
public final class BorrowFailure extends Exception {

    /** Why. */
    public enum Reason {
        /** All are lent out. */
        EXHAUSTED,
        /** All are lent out, at least one for longer than the leak threshold. */
        LEAK_SUSPECTED,
        /** All are lent out, at least one to the borrowing thread itself. */
        NESTED_BORROW,
        /** All are lent out to threads that wait for one more: none can ever come free. */
        DEADLOCK,
        /** None is open and opening fails. */
        OPEN_FAILING,
        /** The pool is suspended. */
        SUSPENDED,
        /** Too many callers wait already. */
        TOO_MANY_WAITERS,
        /** The pool is closed. */
        CLOSED
    }

    private static final long serialVersionUID = 1;

    private final Reason reason;
    private final boolean timedOut;
    private final long waitedNanos;
    private final int active;
    private final int open;
    private final int capacity;
    private final int waiting;
    private final transient List<Holding> holdings;

    BorrowFailure(
            Reason reason,
            boolean timedOut,
            long waitedNanos,
            int active,
            int open,
            int capacity,
            int waiting,
            List<Holding> holdings,
            @Nullable Throwable cause) {
        super(reason.name(), cause);
        this.reason = reason;
        this.timedOut = timedOut;
        this.waitedNanos = waitedNanos;
        this.active = active;
        this.open = open;
        this.capacity = capacity;
        this.waiting = waiting;
        this.holdings = holdings;
    }

    public Reason reason() {
        return reason;
    }

    /** Whether the borrower waited to its deadline; false where it was refused before. */
    public boolean timedOut() {
        return timedOut;
    }

    public long waitedNanos() {
        return waitedNanos;
    }

    /** Lent out. */
    public int active() {
        return active;
    }

    /** Open, in whatever state. */
    public int open() {
        return open;
    }

    /** How many may be open. */
    public int capacity() {
        return capacity;
    }

    /** Other callers that wait. */
    public int waiting() {
        return waiting;
    }

    /** Who holds them, longest first. */
    public List<Holding> holdings() {
        return holdings;
    }
}
