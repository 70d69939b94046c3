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
    private @Nullable Afterwards<T> leftBehind; // guarded by this

    Passes(ResourcePool<T> pool) {
        this.pool = pool;
    }

    /** Something to do under the lock. */
    interface Step<T> {
        void under(Afterwards<T> afterwards);
    }

    /** Takes a step under the lock, then what it decided: here, or where stack or memory fail, on the housekeeper. */
    void take(Step<T> step) {
        Afterwards<T> afterwards = new Afterwards<>();
        try {
            pool.queue.lock();
            try {
                step.under(afterwards);
            } finally {
                pool.queue.unlock();
            }
            afterwards.run(pool.platform);
        } catch (Throwable t) {
            synchronized (this) { // no call in here: there may be no stack left
                afterwards.next = leftBehind;
                leftBehind = afterwards;
            }
            throw t;
        }
    }

    /** Does what callers could not; by the housekeeper. */
    void finishLeftBehind() {
        Afterwards<T> first;
        synchronized (this) {
            first = leftBehind;
            leftBehind = null;
        }
        Afterwards<T> next = first;
        try {
            for (; next != null; next = next.next) {
                next.run(pool.platform);
            }
        } catch (Throwable t) { // this one and those after it are tried again at the next tick
            synchronized (this) {
                Afterwards<T> last = next;
                while (last.next != null) {
                    last = last.next;
                }
                last.next = leftBehind;
                leftBehind = next;
            }
            throw t;
        }
    }

    /** Queues a waiter, or refuses it, and makes a pass on its behalf. */
    void enter(Waiter<T> waiter) {
        take(afterwards -> {
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
        });
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
        take(afterwards -> {
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
        });
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
            if (head.abandoned) {
                pool.queue.removeLocked(head);
                continue;
            }
            Slot<T> slot = pool.table.claim(head.thread(), pool.platform.tick().now(), pool.validationWindow);
            if (slot == null) {
                long slow = (now - head.since) / Openings.RAMP_NANOS; // one more for each that seems to hang
                if (pool.table.checkedForWaiters() >= pool.queue.sizeLocked() + slow || !checkLocked(afterwards)) {
                    return;
                }
                continue;
            }
            try {
                serveLocked(head, slot, afterwards);
            } catch (Error e) {
                if (slot.word == head.lease) {
                    slot.lost = head.lease;
                }
                throw e;
            }
        }
    }

    private void serveLocked(Waiter<T> head, Slot<T> slot, Afterwards<T> afterwards) {
        head.lease = slot.word();
        if ((slot.mark() & Slot.EVICT) != 0) {
            slot.uncountLease();
            long word = slot.move(Slot.LEASED, Slot.CLOSING);
            try {
                afterwards.call(
                        slot, word, () -> pool.disposal.dispose(slot, word, CloseCause.ofMark(slot.mark()), false));
            } catch (Error e) {
                if (slot.word == word) {
                    slot.lost = word;
                }
                throw e;
            }
            return;
        }
        head.slot = slot;
        pool.queue.removeLocked(head);
        if (head.settle(Waiter.SERVED)) {
            afterwards.wake(head);
            if (head.abandoned) { // volatile, after the CAS: its thread saw the slot, or this sees the mark
                if (slot.word == head.lease) {
                    slot.lost = head.lease;
                }
            }
            return;
        }
        slot.uncountLease();
        slot.move(Slot.LEASED, Slot.IDLE); // it left in this moment; the loop offers the slot to the next
        if ((slot.mark() & Slot.EVICT) != 0) {
            afterwards.call(slot, -1, () -> pool.disposal.closeIdle(slot, CloseCause.ofMark(slot.mark())));
        }
    }

    /** Sends one idle slot that has to prove itself to validation; what it finds makes the next pass. */
    private boolean checkLocked(Afterwards<T> afterwards) {
        Slot<T> stale = pool.table.claimStale(pool.platform.tick().now(), pool.validationWindow);
        if (stale == null) {
            return false;
        }
        try {
            long word = stale.claimed;
            stale.forWaiter = true;
            T resource = stale.resource();
            afterwards.call(stale, word, () -> pool.calls.submit(() -> pool.disposal.check(stale, word, resource)));
            return true;
        } catch (Error e) {
            stale.lost = stale.claimed;
            throw e;
        }
    }

    private void setSleep(Waiter<T> waiter) {
        boolean first = pool.queue.headLocked() == waiter;
        long hungryAt = pool.queue.hungryAt(waiter);
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
