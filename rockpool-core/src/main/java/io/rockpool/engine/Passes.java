package io.rockpool.engine;

import static io.rockpool.engine.WaitQueue.DRAINING;
import static io.rockpool.engine.WaitQueue.HUNGRY;
import static io.rockpool.engine.WaitQueue.SUSPENDED;

import io.rockpool.engine.BorrowFailure.Reason;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The passes of a pool: under the lock idle slots are paired with waiters in their order, and missing resources are asked
 * for; wake-ups and driver calls follow when the lock is free.
 *
 * <p>Threads: any; one pass at a time. Whatever makes a slot idle, a waiter come or go, or a slot empty, makes a pass or
 * nudges a waiter to make one (I2). Source: docs/design/0002-fair-waiters.md.
 */
final class Passes<T> {

    private final ResourcePool<T> pool;

    Passes(ResourcePool<T> pool) {
        this.pool = pool;
    }

    /** Queues a waiter, or refuses it, and makes a pass on its behalf. */
    void enter(Waiter<T> waiter) {
        Afterwards<T> afterwards = new Afterwards<>();
        pool.queue.lock.lock();
        try {
            long now = pool.platform.nanos();
            waiter.held = pool.table.heldBy(waiter.thread(), pool.capacity());
            Reason refusal = admit(waiter);
            if (refusal != null) {
                refuse(waiter, refusal, null, afterwards);
            } else {
                pool.queue.addLocked(waiter);
                passLocked(now, afterwards);
                setSleep(waiter);
            }
        } finally {
            pool.queue.lock.unlock();
            afterwards.run(pool.platform); // also what was decided before an Error: slots wait for it
        }
    }

    private @Nullable Reason admit(Waiter<T> waiter) {
        if (pool.queue.isLocked(DRAINING)) {
            return Reason.CLOSED;
        }
        if (pool.queue.sizeLocked() >= pool.settings.maxWaiters()) {
            return Reason.TOO_MANY_WAITERS;
        }
        if (pool.settings.failOnDeadlock()
                && waiter.held > 0
                && pool.queue.heldByWaitersLocked() + waiter.held >= pool.capacity()
                && waiter.held + stillHeldByWaitersLocked() >= pool.capacity()) {
            return Reason.DEADLOCK;
        }
        return null;
    }

    /** Counted anew: a connection may be given back by another thread than the one that waits. */
    private int stillHeldByWaitersLocked() {
        int held = 0;
        for (Waiter<T> other = pool.queue.headLocked(); other != null; other = other.next) {
            held += other.held == 0 ? 0 : pool.table.heldBy(other.thread(), pool.capacity());
        }
        return held;
    }

    /** Pairs slots and waiters, and asks for what is missing; on behalf of a waiter that woke or left, or of nobody. */
    void pass(@Nullable Waiter<T> waiter) {
        Afterwards<T> afterwards = new Afterwards<>();
        pool.queue.lock.lock();
        try {
            if (waiter != null) {
                pool.queue.answerNudgeLocked(waiter);
                if (waiter.state() != Waiter.WAITING) {
                    pool.queue.removeLocked(waiter);
                }
            }
            passLocked(pool.platform.nanos(), afterwards);
            if (waiter != null) {
                setSleep(waiter);
            }
        } finally {
            pool.queue.lock.unlock();
            afterwards.run(pool.platform); // also what was decided before an Error: slots wait for it
        }
    }

    void passLocked(long now, Afterwards<T> afterwards) {
        pool.queue.refreshLocked(now);
        VarHandle.fullFence(); // I2: a slot that becomes idle from here on sees these signals
        if (!pool.queue.isLocked(SUSPENDED) && !pool.queue.isLocked(DRAINING)) {
            matchLocked(now, afterwards);
            pool.openings().planLocked(now, afterwards);
        }
        pool.queue.refreshLocked(now);
    }

    private void matchLocked(long now, Afterwards<T> afterwards) {
        Waiter<T> head;
        while ((head = pool.queue.headLocked()) != null) {
            Slot<T> slot = pool.table.claim(head.thread(), pool.platform.tick().now(), pool.validationWindow);
            if (slot == null) {
                long slow = (now - head.since) / Openings.RAMP_NANOS; // one more for each that seems to hang
                if (pool.table.checkedForWaiters() >= pool.queue.sizeLocked() + slow || !checkLocked(afterwards)) {
                    return;
                }
                continue;
            }
            if ((slot.mark() & Slot.EVICT) != 0) {
                long word = slot.move(Slot.LEASED, Slot.CLOSING);
                slot.uncountLease();
                afterwards.call(() -> pool.disposal.dispose(slot, word, CloseCause.ofMark(slot.mark()), false));
                continue;
            }
            head.slot = slot;
            pool.queue.removeLocked(head);
            if (head.settle(Waiter.SERVED)) {
                afterwards.wake(head);
            } else {
                slot.uncountLease();
                slot.move(Slot.LEASED, Slot.IDLE); // it left in this moment; the loop offers the slot to the next
                if ((slot.mark() & Slot.EVICT) != 0) {
                    afterwards.call(() -> pool.disposal.closeIdle(slot, CloseCause.ofMark(slot.mark())));
                }
            }
        }
    }

    /** Sends one idle slot that has to prove itself to validation; what it finds makes the next pass. */
    private boolean checkLocked(Afterwards<T> afterwards) {
        Slot<T> stale = pool.table.claim(
                Slot.IDLE,
                Slot.CHECKING,
                Integer.MAX_VALUE,
                pool.platform.tick().now());
        if (stale == null) {
            return false;
        }
        long word = stale.word();
        stale.forWaiter = true;
        T resource = stale.resource();
        afterwards.call(() -> pool.calls.submit(() -> pool.disposal.check(stale, word, resource)));
        return true;
    }

    private void setSleep(Waiter<T> waiter) {
        boolean first = pool.queue.headLocked() == waiter;
        long hungryAt = waiter.since + WaitQueue.BARGE_NANOS;
        boolean hungry = (pool.queue.signals & HUNGRY) != 0;
        waiter.sleepUntil = first && !hungry && hungryAt - waiter.deadline < 0 ? hungryAt : waiter.deadline;
    }

    /** Ends the waiting of everybody. */
    void refuseAllLocked(Reason reason, @Nullable Throwable cause, Afterwards<T> afterwards) {
        Waiter<T> head;
        while ((head = pool.queue.headLocked()) != null) {
            pool.queue.removeLocked(head);
            refuse(head, reason, cause, afterwards);
        }
    }

    private void refuse(Waiter<T> waiter, Reason reason, @Nullable Throwable cause, Afterwards<T> afterwards) {
        waiter.refusal = reason;
        waiter.cause = cause;
        if (waiter.settle(Waiter.FAILED)) {
            afterwards.wake(waiter);
        }
    }
}
