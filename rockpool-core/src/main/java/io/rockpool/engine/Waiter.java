package io.rockpool.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One caller without a resource yet.
 *
 * <pre>
 *   WAITING --serve--> SERVED     the slot is leased in its name
 *      |-----fail----> FAILED     refused by the pool
 *      '-----leave---> LEFT       timed out or interrupted
 * </pre>
 *
 * One CAS decides; the loser of a race between serve and leave puts the slot back.
 *
 * <p>Threads: the state by any; the links and {@code nudged} under the pool's lock.
 */
public final class Waiter<T> {

    static final int WAITING = 0;
    static final int SERVED = 1;
    static final int FAILED = 2;
    static final int LEFT = 3;

    private final Thread thread;
    final long since;
    final long deadline;
    private volatile int state;

    /** Written before the CAS to SERVED or FAILED: the CAS publishes it. */
    @Nullable Slot<T> slot;

    /** The lease's word; written before the slot. */
    long lease;

    /** Its thread ended in an Error and will not come for a slot. Volatile: pairs with the serving CAS, as that does. */
    volatile boolean abandoned;

    BorrowFailure.@Nullable Reason refusal;

    @Nullable Throwable cause;

    boolean entered; // by its own thread
    int held; // slots its thread holds, found when it was queued
    long sleepUntil; // by its own thread

    @Nullable Waiter<T> previous;

    @Nullable Waiter<T> next;

    boolean queued;
    boolean nudged;

    Waiter(Thread thread, long since, long timeout) {
        this.thread = thread;
        this.since = since;
        this.deadline = since + timeout;
        this.sleepUntil = since;
    }

    /** The borrowing thread. */
    public Thread thread() {
        return thread;
    }

    /** Until when the caller may sleep, unless it is woken. */
    public long sleepUntil() {
        return sleepUntil;
    }

    int state() {
        return state;
    }

    boolean settle(int outcome) {
        return STATE.compareAndSet(this, WAITING, outcome);
    }

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Waiter.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
