package io.rockpool.engine;

import io.rockpool.engine.BorrowFailure.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Decides how many resources to open and when, and takes in what became of it.
 *
 * <p>Up to {@link #AT_ONCE} openings run at a time to reach {@code poolSize} or while nothing is open. Beyond that they
 * start one by one, one more for every {@link #RAMP_NANOS} that the oldest waiter has waited: a crowd that five
 * connections can serve in 20 ms opens one more, not forty-five. Where none has answered for a second, one more is started
 * each second beside those that hang, within the free slots: a packet that was lost is sent again after seconds, when the
 * network may long be back. While the circuit is open one probe runs at a time,
 * and callers are refused with the real error as soon as nothing open is left that could come back to them.
 *
 * <p>Threads: {@code …Locked} under the pool's lock; the openings themselves on workers, or in the caller for a local
 * resource. Source: docs/design/0003-opening.md.
 */
final class Openings<T> {

    static final int AT_ONCE = 4;

    /** 50 ms: an order of magnitude above a quick query, below what anyone calls an outage. */
    static final long RAMP_NANOS = 50_000_000L;

    /** 1 s without an answer: a connect takes milliseconds. */
    private static final long HANG_NANOS = 1_000_000_000L;

    /** One a second for as long as a connect is given by default, and those that began together. */
    private static final int MOST_HANGING = 14;

    /** A connect to a network that answers nothing ends by itself after 127 s on Linux: this many are never reached there. */
    private static final int MOST_PROBES = 64;

    private final ResourcePool<T> pool;
    private final Circuit circuit; // under the pool's lock
    private long lastStart; // under the pool's lock

    Openings(ResourcePool<T> pool) {
        this.pool = pool;
        this.circuit = new Circuit(pool.settings.maxRetries());
    }

    @Nullable Throwable lastFailure() {
        pool.queue.lock();
        try {
            return circuit.lastFailure();
        } finally {
            pool.queue.unlock();
        }
    }

    boolean failing() {
        return lastFailure() != null;
    }

    void planLocked(long now, Afterwards<T> afterwards) {
        int live = pool.table.live();
        if (circuit.isOpen() && live == 0) {
            pool.passes.refuseAllLocked(Reason.OPEN_FAILING, circuit.lastFailure(), afterwards);
        }
        int opening = pool.table.count(Slot.OPENING);
        int waiters = pool.queue.sizeLocked();
        int demand = waiters - opening - checksInTimeLocked(now);
        int refill = pool.settings.poolSize() - live - opening;
        boolean local = pool.resources.local();
        boolean hang = !local && opening > 0 && opening < MOST_HANGING && now - lastStart >= HANG_NANOS;
        boolean unanswered = pool.calls.tooManyStuck();
        if ((demand <= 0 && refill <= 0 && !hang) || !circuit.mayTry(now) || (unanswered && !mayProbeLocked(now))) {
            return;
        }
        // a local one is opened one after the other by whoever came, so all at once: no recursion
        int room = local ? Math.max(demand, refill) : atOnceLocked(live, refill, now) - opening;
        if (hang || unanswered) { // one beside those that hang
            room = unanswered ? 1 : Math.max(room, 1);
            demand = Math.max(demand, Math.min(waiters, 1));
            refill = Math.max(refill, 1);
        }
        for (int wanted = Math.max(demand, refill); room > 0 && wanted > 0; room--, wanted--) {
            int limit = demand > 0 ? pool.capacity() : pool.settings.poolSize();
            Slot<T> slot = pool.table.claimEmpty(limit, pool.platform.tick().now());
            if (slot == null) {
                return;
            }
            lastStart = now;
            try {
                slot.onDemand = demand-- > 0;
                slot.forWaiter = true; // also while it is taken in, between OPENING and IDLE
                long word = slot.claimed;
                afterwards.call(slot, word, () -> pool.calls.submit(() -> open(slot, word)));
            } catch (Error e) {
                slot.lost = slot.claimed;
                throw e;
            }
        }
    }

    /** Where many hang for good, one more may be tried now and then, the rarer the more they are. */
    private boolean mayProbeLocked(long now) {
        int stuck = pool.calls.stuck();
        return stuck < MOST_PROBES && now - lastStart >= HANG_NANOS * (1 + stuck / WorkerCalls.MOST_STUCK);
    }

    /** Waiters that a validation is about to serve: one less for each that seems to hang. */
    private int checksInTimeLocked(long now) {
        Waiter<T> oldest = pool.queue.headLocked();
        if (oldest == null) {
            return 0;
        }
        long slow = (now - oldest.since) / RAMP_NANOS;
        return (int) Math.max(0, pool.table.checkedForWaiters() - slow);
    }

    private int atOnceLocked(int live, int refill, long now) {
        if (circuit.isOpen()) {
            return 1;
        }
        if (live == 0 || refill > 0) {
            return AT_ONCE;
        }
        Waiter<T> oldest = pool.queue.headLocked();
        long waited = oldest == null ? 0 : now - oldest.since;
        return (int) Math.min(AT_ONCE, 1 + waited / RAMP_NANOS);
    }

    private void open(Slot<T> slot, long word) {
        T resource = null;
        try {
            try {
                resource = pool.resources.open();
            } catch (Throwable t) { // even an Error: the slot must not stay OPENING, and the waiters hear of it
                failed(slot, word, t);
                return;
            }
            opened(slot, word, resource);
        } catch (Error e) { // no stack or memory to take in what became of it
            if (resource == null) {
                if (slot.word == word) {
                    slot.lost = word;
                }
            } else {
                if (slot.word == word) {
                    slot.resource = resource;
                    slot.lost = word;
                }
            }
            throw e;
        }
    }

    private void opened(Slot<T> slot, long word, T resource) {
        long mine = Slot.next(word, Slot.CHECKING);
        long now = pool.platform.tick().now();
        if (!slot.change(word, mine)) { // given up by the watchdog: the slot may serve another by now
            pool.counters.closed(CloseCause.OPENED_LATE);
            pool.counters.created.incrementAndGet();
            pool.disposal.close(slot.index, resource, false);
            pool.calls.cameBack();
            succeeded(); // late, but an answer: the next opening need not wait
            pool.passes.pass(null);
            return;
        }
        slot.resource = resource;
        try {
            slot.stamp(mine, null, now);
            slot.openedAt = now;
            slot.idleSince = now;
            slot.goodAt = now + Platform.Tick.PERIOD;
            slot.leasesBefore = slot.leases;
            slot.closeCounted = false;
            slot.acquiredAt = null;
            slot.maxAge = jittered(pool.settings.recycleTime());
            slot.unmark(-1);
            pool.counters.created.incrementAndGet();
            succeeded();
            if (slot.index >= pool.capacity()) {
                slot.mark(CloseCause.RESIZED.mark());
            }
            pool.becomeIdle(slot, mine);
        } catch (Error e) {
            if (slot.word == mine) {
                slot.lost = mine;
            }
            throw e;
        }
        pool.events.opened(slot.index); // once it can be lent: a listener may borrow
        if (!pool.resources.local()) {
            pool.passes.pass(null); // there may be demand for more
        }
    }

    private void succeeded() {
        boolean closes;
        pool.queue.lock();
        try {
            closes = circuit.succeeded();
        } finally {
            pool.queue.unlock();
        }
        if (closes) {
            pool.events.circuitClosed();
        }
    }

    private void failed(Slot<T> slot, long word, Throwable failure) {
        if (!slot.change(word, Slot.next(word, Slot.EMPTY))) {
            pool.calls.cameBack();
            return;
        }
        failed(failure);
        pool.emptied();
    }

    /** Counts a failed opening, also one that the watchdog gave up. */
    void failed(Throwable failure) {
        pool.counters.failed(PoolCounters.Failure.OPEN);
        boolean opens;
        int attempt;
        boolean retryable = pool.resources.retryable(failure);
        pool.queue.lock();
        try {
            opens = circuit.failed(failure, retryable, pool.platform, pool.platform.nanos());
            attempt = circuit.failures();
        } finally {
            pool.queue.unlock();
        }
        pool.events.openFailed(failure, attempt);
        if (opens) {
            pool.events.circuitOpened(failure);
        }
    }

    /** Up to a tenth less, so that resources opened together are not closed together. */
    private long jittered(long recycleTime) {
        return recycleTime == 0 ? 0 : recycleTime - pool.platform.random(recycleTime / 10 + 1);
    }
}
