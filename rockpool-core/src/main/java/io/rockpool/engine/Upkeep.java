package io.rockpool.engine;

import java.util.concurrent.TimeoutException;

/**
 * What the housekeeper does for one pool at each tick: driver calls that hang, resources that are due, leases that look
 * forgotten, and a pass, so that nothing waits for an event that never comes.
 *
 * <p>Threads: the housekeeper's alone. A resource that is checked is CHECKING meanwhile, one at a time.
 */
final class Upkeep<T> implements Platform.Chores {

    private static final long SCAN_PERIOD = 1_000_000_000L;

    /** Fifty ticks: the housekeeper itself stood still, and so did whatever it watches. */
    private static final long PAUSE = 1_000_000_000L;

    private final ResourcePool<T> pool;
    private long nextScan;
    private long nextRound;
    private int roundAt = -1; // the slot the health-check round has come to, or -1 between rounds
    private boolean started;
    private long lastRun;
    private long resumedAt; // what began before a pause is given its full time anew

    Upkeep(ResourcePool<T> pool) {
        this.pool = pool;
    }

    @Override
    public void run(long now) {
        if (!started) {
            started = true;
            nextScan = now + SCAN_PERIOD;
            nextRound = now + pool.settings.healthCheckInterval();
            resumedAt = now;
        } else if (now - lastRun > PAUSE) {
            resumedAt = now;
        }
        lastRun = now;
        pool.passes.finishLeftBehind();
        boolean overtime = pool.isClosing() && now - pool.drainUntil() >= 0;
        if (overtime || !pool.resources.local()) {
            for (Slot<T> slot : pool.table.slots()) {
                abandonIfStuck(slot, now, overtime);
            }
        }
        for (Slot<T> slot : pool.table.slots()) {
            finishLost(slot);
        }
        if (now - nextScan >= 0) {
            nextScan = now + scanPeriod();
            for (Slot<T> slot : pool.table.slots()) {
                retire(slot, now);
                suspectLeak(slot, now);
                forgetHolder(slot, now);
            }
        }
        pool.calls.retry();
        checkNext(now);
        if (pool.isClosing()) {
            drain(now);
        } else {
            pool.passes.pass(null);
        }
    }

    /** A second, or a quarter of the shortest time that is watched for. */
    private long scanPeriod() {
        EngineSettings s = pool.settings;
        long shortest = s.overflowLinger();
        if (s.leakThreshold() > 0) {
            shortest = Math.min(shortest, s.leakThreshold());
        }
        if (s.recycleTime() > 0) {
            shortest = Math.min(shortest, s.recycleTime());
        }
        return Math.max(Platform.Tick.PERIOD, Math.min(SCAN_PERIOD, shortest / 4));
    }

    // ---- calls that hang ---------------------------------------------------------------------------------------

    private void abandonIfStuck(Slot<T> slot, long now, boolean overtime) {
        long word = slot.word();
        long openLimit = overtime ? 0 : pool.settings.openTimeout();
        long limit = overtime ? 0 : pool.settings.validationTimeout();
        int state = Slot.stateOf(word);
        if (state == Slot.OPENING && overdue(slot, word, now, openLimit)) {
            abandonOpening(slot, word, now);
        } else if (state == Slot.CHECKING && overdue(slot, word, now, limit)) {
            long closing = Slot.next(word, Slot.CLOSING);
            if (slot.change(word, closing)) {
                stuck(slot, "validation or reset", now);
                pool.counters.failed(PoolCounters.Failure.STUCK);
                pool.disposal.dispose(slot, closing, CloseCause.STUCK, true);
            }
        } else if (state == Slot.CLOSING && overdue(slot, word, now, limit)) {
            if (slot.change(word, Slot.next(word, Slot.EMPTY))) {
                stuck(slot, "close", now);
                pool.emptied();
            }
        }
    }

    private void abandonOpening(Slot<T> slot, long word, long now) {
        if (slot.change(word, Slot.next(word, Slot.EMPTY))) {
            long nanos = now - slot.since;
            stuck(slot, "open", now);
            pool.openings()
                    .failed(new TimeoutException(
                            "opening a connection took over " + nanos / 1_000_000 + " ms and was given up"));
            pool.emptied();
        }
    }

    private boolean overdue(Slot<T> slot, long word, long now, long limit) {
        return slot.stamped(word) && now - slot.since > limit && now - resumedAt >= limit;
    }

    private void stuck(Slot<T> slot, String call, long now) {
        pool.calls.abandoned();
        pool.events.stuck(slot.index, call, now - slot.since);
    }

    // ---- steps that an Error ended half-way --------------------------------------------------------------------

    /** What the slot holds cannot be trusted any more: it is closed. */
    private void finishLost(Slot<T> slot) {
        long word = slot.lostWord();
        if (word == 0) {
            return;
        }
        if (slot.resource == null) { // an opening that opened nothing
            if (slot.change(word, Slot.next(word, Slot.EMPTY))) {
                pool.emptied();
            }
            return;
        }
        long closing = Slot.next(word, Slot.CLOSING);
        if (slot.change(word, closing)) {
            pool.disposal.dispose(slot, closing, CloseCause.LOST, true);
        }
    }

    // ---- resources that are due --------------------------------------------------------------------------------

    private void retire(Slot<T> slot, long now) {
        int state = slot.state();
        if (state != Slot.IDLE && state != Slot.LEASED) {
            return;
        }
        boolean old = slot.maxAge > 0 && now - slot.openedAt >= slot.maxAge;
        boolean spare = state == Slot.IDLE
                && slot.index >= pool.settings.poolSize()
                && now - slot.idleSince >= pool.settings.overflowLinger();
        if (old) {
            pool.evict(slot, CloseCause.RECYCLED);
        } else if (spare) {
            pool.disposal.closeIdle(slot, CloseCause.OVERFLOW_IDLE);
        }
    }

    private void checkNext(long now) {
        long interval = pool.settings.healthCheckInterval();
        if (interval == 0) {
            return;
        }
        if (roundAt < 0) {
            if (now - nextRound < 0) {
                return;
            }
            nextRound = now + interval;
            roundAt = 0;
        }
        Slot<T>[] slots = pool.table.slots();
        if (roundAt >= slots.length) {
            roundAt = -1;
            return;
        }
        Slot<T> slot = slots[roundAt++]; // one a tick: the pool never loses more than one slot to its own checks
        if (now - slot.goodAt < interval) {
            return;
        }
        long word = slot.move(Slot.IDLE, Slot.CHECKING);
        if (word != 0) {
            try {
                slot.forWaiter = false;
                slot.stamp(word, null, now);
                T resource = slot.resource();
                pool.calls.submit(() -> pool.disposal.check(slot, word, resource));
            } catch (Error e) {
                if (slot.word == word) {
                    slot.lost = word;
                }
                throw e;
            }
        }
    }

    // ---- leases ------------------------------------------------------------------------------------------------

    private void suspectLeak(Slot<T> slot, long now) {
        long threshold = pool.settings.leakThreshold();
        if (threshold == 0) {
            return;
        }
        Holding holding = pool.diagnosis.holding(slot, now);
        if (holding != null
                && holding.heldNanos() >= threshold
                && now - resumedAt >= threshold
                && slot.mark(Slot.LEAK_TOLD)) {
            pool.counters.leaks.incrementAndGet();
            pool.traceBorrows();
            pool.events.leakSuspected(holding);
        }
    }

    /** An idle slot must not keep its last borrower's thread, and that thread's class loader, from being collected. */
    private void forgetHolder(Slot<T> slot, long now) {
        if (slot.holder == null || now - slot.idleSince < SCAN_PERIOD) {
            return;
        }
        long word = slot.move(Slot.IDLE, Slot.CHECKING);
        if (word != 0) {
            slot.forWaiter = false;
            slot.stamp(word, null, now);
            pool.becomeIdle(slot, word);
        }
    }

    private void drain(long now) {
        for (Slot<T> slot : pool.table.slots()) {
            pool.disposal.closeIdle(slot, CloseCause.POOL_CLOSED);
            if (now - pool.drainUntil() >= 0) {
                long word = slot.move(Slot.LEASED, Slot.CLOSING);
                if (word != 0) {
                    pool.disposal.dispose(slot, word, CloseCause.POOL_CLOSED, true);
                }
            }
        }
        pool.emptied();
    }
}
