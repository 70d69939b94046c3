package io.rockpool.engine;

/**
 * Validates and closes what slots hold, and makes good what becomes of it.
 *
 * <p>Threads: any, without the lock; the driver's calls run on workers, or in the caller for a local resource. Every step
 * that ends a call is a CAS from the word it began with: a call that the watchdog gave up changes nothing any more (I4).
 */
final class Disposal<T> {

    private final ResourcePool<T> pool;

    Disposal(ResourcePool<T> pool) {
        this.pool = pool;
    }

    boolean closeIdle(Slot<T> slot, CloseCause cause) {
        Headroom.forCall();
        long word = slot.move(Slot.IDLE, Slot.CLOSING);
        if (word != 0) {
            try {
                dispose(slot, word, cause, false);
            } catch (Error e) {
                if (slot.word == word) {
                    slot.lost = word;
                }
                throw e;
            }
        }
        return word != 0;
    }

    /** Closes what a slot in CLOSING holds, then empties the slot. */
    void dispose(Slot<T> slot, long word, CloseCause cause, boolean abort) {
        T resource = slot.resource();
        slot.resource = null; // before the watchdog may give the slot to another
        try {
            slot.stamp(word, null, pool.platform.tick().now());
            if (!slot.closeCounted) {
                pool.counters.closed(cause);
                slot.closeCounted = true;
            }
            Runnable closing = () -> closeIn(slot, word, resource, cause, abort);
            if (abort) {
                pool.calls.submitApart(closing);
            } else {
                pool.calls.submit(closing);
            }
        } catch (Error e) {
            if (slot.word == word) {
                slot.resource = resource;
                slot.lost = word;
            }
            throw e;
        }
    }

    private void closeIn(Slot<T> slot, long word, T resource, CloseCause cause, boolean abort) {
        try {
            close(slot.index, resource, abort);
            if (!slot.change(word, Slot.next(word, Slot.EMPTY))) {
                pool.calls.cameBack();
                return;
            }
        } catch (Error e) {
            if (slot.word == word) {
                slot.resource = resource;
                slot.lost = word;
            }
            throw e;
        }
        pool.events.closed(slot.index, cause);
        pool.emptied();
    }

    void close(int slot, T resource, boolean abort) {
        if (abort) {
            try {
                pool.resources.abort(resource);
            } catch (Throwable t) { // the close below must be tried even so
                pool.events.closeFailed(slot, t);
            }
        }
        try {
            pool.resources.close(resource);
        } catch (Throwable t) { // closed or not, the pool is done with it; even an Error must not lose the slot
            pool.events.closeFailed(slot, t);
        }
    }

    /** Validates what the slot held when the check was asked for: a check may begin after it was given up. */
    void check(Slot<T> slot, long word, T resource) {
        if (slot.word() != word) {
            pool.calls.cameBack();
            return;
        }
        Throwable why = null;
        boolean works = false;
        try {
            works = pool.resources.validate(resource);
        } catch (Throwable t) { // any failure to validate is the answer no
            why = t;
        }
        if (works) {
            slot.goodAt = pool.platform.tick().now() + Platform.Tick.PERIOD;
            pool.becomeIdle(slot, word);
            return;
        }
        long closing = Slot.next(word, Slot.CLOSING);
        if (!slot.change(word, closing)) {
            pool.calls.cameBack();
            return;
        }
        try {
            pool.counters.failed(PoolCounters.Failure.VALIDATION);
            pool.events.validationFailed(
                    slot.index, why == null ? new IllegalStateException("validation said no") : why);
            dispose(slot, closing, CloseCause.INVALID, false);
        } catch (Error e) {
            if (slot.word == closing) {
                slot.lost = closing;
            }
            throw e;
        }
        pool.passes.pass(null); // who waited for this one may want another checked, and not wait for the close
    }
}
