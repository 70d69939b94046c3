package io.rockpool.engine;

import io.rockpool.engine.BorrowFailure.Reason;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says who holds what, and why a borrow failed, from what the slots tell of themselves.
 *
 * <p>Threads: any; it reads and changes nothing. A lease that ends while it is read is left out. Times are the tick's.
 */
final class Diagnosis<T> {

    private final ResourcePool<T> pool;

    Diagnosis(ResourcePool<T> pool) {
        this.pool = pool;
    }

    /** The leases of this moment, longest first. */
    List<Holding> holdings() {
        long now = pool.platform.tick().now();
        List<Holding> holdings = new ArrayList<>();
        for (Slot<T> slot : pool.table.slots()) {
            Holding holding = holding(slot, now);
            if (holding != null) {
                holdings.add(holding);
            }
        }
        holdings.sort(Comparator.comparingLong(Holding::heldNanos).reversed());
        return holdings;
    }

    /** The slot's lease, or null where there is none, or it changed while it was read. */
    @Nullable Holding holding(Slot<T> slot, long now) {
        long word = slot.word();
        if (Slot.stateOf(word) != Slot.LEASED
                || !slot.stamped(word)) { // before: what follows is of this lease, or later
            return null;
        }
        T resource = slot.resource;
        Thread holder = slot.holder;
        long since = slot.since;
        Throwable acquiredAt = slot.acquiredAt;
        VarHandle.loadLoadFence();
        boolean whole = slot.word() == word; // after: and not later
        return whole && holder != null && resource != null
                ? new Holding(slot.index, holder, Math.max(0, now - since), resource, acquiredAt)
                : null;
    }

    /** Why a waiter found nothing until its deadline. */
    BorrowFailure timeout(Waiter<T> waiter, long now) {
        Reason reason = timeoutReason(waiter);
        Throwable cause = reason == Reason.OPEN_FAILING ? pool.openings().lastFailure() : null;
        return failure(waiter, reason, true, now, cause);
    }

    /** Why a waiter was refused before. */
    BorrowFailure refusal(Waiter<T> waiter, long now) {
        Reason reason = waiter.refusal == null ? Reason.EXHAUSTED : waiter.refusal;
        return failure(waiter, reason, false, now, waiter.cause);
    }

    private Reason timeoutReason(Waiter<T> waiter) {
        if (pool.isSuspended()) {
            return Reason.SUSPENDED;
        }
        if (pool.openings().failing() && pool.table.live() < pool.capacity()) {
            return Reason.OPEN_FAILING;
        }
        long threshold = pool.settings.leakThreshold();
        if (threshold > 0 && holdings().stream().anyMatch(h -> h.heldNanos() >= threshold)) {
            return Reason.LEAK_SUSPECTED;
        }
        return waiter.held > 0 ? Reason.NESTED_BORROW : Reason.EXHAUSTED;
    }

    private BorrowFailure failure(
            Waiter<T> waiter, Reason reason, boolean timedOut, long now, @Nullable Throwable cause) {
        SlotTable<T> table = pool.table;
        int empty = table.count(Slot.EMPTY) + table.count(Slot.OPENING);
        return new BorrowFailure(
                reason,
                timedOut,
                now - waiter.since,
                table.count(Slot.LEASED),
                table.slots().length - empty,
                pool.capacity(),
                pool.waiting(),
                holdings(),
                cause);
    }
}
