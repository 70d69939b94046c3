package io.rockpool.engine;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Callers waiting for a slot, oldest first, and the signals that tell the hot path of them.
 *
 * <p>Barging is bounded: while the oldest waiter has waited less than its barge time, a slot that comes back is left
 * idle for whoever is quickest and the oldest waiter is woken to try; one wake-up at a time is under way (WAKING), so
 * a busy pool does not pay for a wake-up a return. From then on (HUNGRY) newcomers queue and returned slots are handed
 * to the oldest waiter.
 *
 * <p>Threads: signals are read by all and written under the lock; everything else is for the holder of the lock. It is
 * the engine's one lock, held for some hundred nanoseconds and never over a driver call (I3).
 * Source: docs/design/0002-fair-waiters.md.
 */
final class WaitQueue<T> extends Signals {

    static final int WAITERS = 1;
    static final int WAKING = 2;
    static final int HUNGRY = 4;
    static final int SUSPENDED = 8;
    static final int DRAINING = 16;

    /** With one of these a borrow does not try the slots on its own. */
    static final int CLOSED_TO_NEWCOMERS = HUNGRY | SUSPENDED | DRAINING;

    // The padding after the signals, as in Slot: the queue's own fields are written at every wait.
    long q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, qa, qb, qc, qd;

    private final ReentrantLock lock = new ReentrantLock();
    private final long bargeTime;

    private @Nullable Waiter<T> head;
    private @Nullable Waiter<T> tail;
    private int size;
    private int heldByWaiters;
    private boolean waking;
    private boolean hungry;
    private int lifecycle; // SUSPENDED, DRAINING

    WaitQueue(long bargeTime) {
        this.bargeTime = bargeTime;
    }

    /** When this waiter, if it is the oldest by then, lets nobody overtake it any more. */
    long hungryAt(Waiter<T> waiter) {
        return waiter.since + bargeTime;
    }

    void lock() {
        Headroom.forStep();
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    @Nullable Waiter<T> headLocked() {
        return head;
    }

    int sizeLocked() {
        return size;
    }

    /** Slots that the waiting threads held when they were queued: at least what they hold now. */
    int heldByWaitersLocked() {
        return heldByWaiters;
    }

    boolean isLocked(int lifecycleBit) {
        return (lifecycle & lifecycleBit) != 0;
    }

    void setLocked(int lifecycleBit, boolean on) {
        lifecycle = on ? lifecycle | lifecycleBit : lifecycle & ~lifecycleBit;
    }

    void addLocked(Waiter<T> waiter) {
        waiter.previous = tail;
        if (tail == null) {
            head = waiter;
        } else {
            tail.next = waiter;
        }
        tail = waiter;
        waiter.queued = true;
        size++;
        heldByWaiters += waiter.held;
    }

    void removeLocked(Waiter<T> waiter) {
        if (!waiter.queued) {
            return;
        }
        Waiter<T> before = waiter.previous;
        Waiter<T> after = waiter.next;
        if (before == null) {
            head = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            tail = before;
        } else {
            after.previous = before;
        }
        waiter.previous = null;
        waiter.next = null;
        waiter.queued = false;
        size--;
        heldByWaiters -= waiter.held;
        answerNudgeLocked(waiter);
    }

    /** The oldest waiter, told to try; null if there is none or one is on its way. */
    @Nullable Waiter<T> nudgeLocked() {
        if (head == null || waking) {
            return null;
        }
        waking = true;
        head.nudged = true;
        return head;
    }

    /** A nudged waiter is awake, or gone: the next return may nudge again. */
    void answerNudgeLocked(Waiter<T> waiter) {
        if (waiter.nudged) {
            waiter.nudged = false;
            waking = false;
        }
    }

    /** Brings the signals up to date. Volatile write: pairs with the read in the give back after its CAS (I2). */
    void refreshLocked(long now) {
        hungry = head != null && now - hungryAt(head) >= 0;
        int bits = lifecycle;
        if (head != null) {
            bits |= WAITERS;
        }
        if (waking) {
            bits |= WAKING;
        }
        if (hungry) {
            bits |= HUNGRY;
        }
        if (bits != signals) {
            signals = bits;
        }
    }
}

/** What every borrow and give back reads, on a cache line of its own. */
abstract class Signals {
    volatile int signals;
}
