package io.rockpool.engine;

import static io.rockpool.engine.WaitQueue.CLOSED_TO_NEWCOMERS;
import static io.rockpool.engine.WaitQueue.DRAINING;
import static io.rockpool.engine.WaitQueue.HUNGRY;
import static io.rockpool.engine.WaitQueue.SUSPENDED;
import static io.rockpool.engine.WaitQueue.WAITERS;
import static io.rockpool.engine.WaitQueue.WAKING;

import io.rockpool.engine.BorrowFailure.Reason;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lends resources: the way of a borrow and of a give back, and the pool's life.
 *
 * <p>The hot path is one scan from the home slot with one CAS, and one CAS back; it writes nothing that threads on other
 * slots read, and asks neither clock nor lock. Everything else is a <em>pass</em>: under the lock idle slots are paired
 * with waiters in their order and missing resources are asked for; wake-ups and driver calls follow when the lock is free.
 *
 * <p>Threads: any. Units: nanoseconds of the platform. Errors: a borrow ends in a slot, a {@link BorrowFailure} or an
 * {@link InterruptedException}, not later than its deadline, but for a local resource's own call, which is not cut short.
 * Source: docs/design/0001-slots.md, 0002-fair-waiters.md.
 */
public final class ResourcePool<T> {

    final Resources<T> resources;
    final Platform platform;
    final PoolEvents events;
    final SlotTable<T> table;
    final WaitQueue<T> queue;
    final WorkerCalls calls;
    final PoolCounters counters = new PoolCounters();
    /** Shorter by a nanosecond than set: with 0 a give back in the same tick is no proof, a validation is. */
    final long validationWindow;

    private final Platform.Tick tick;
    private final Openings<T> openings;
    private final Upkeep<T> upkeep;
    final Passes<T> passes;
    final Disposal<T> disposal;
    final Diagnosis<T> diagnosis;
    private final CountDownLatch closed = new CountDownLatch(1);
    volatile EngineSettings settings;
    private volatile boolean tracing;
    private volatile long drainUntil;

    public ResourcePool(EngineSettings settings, Resources<T> resources, Platform platform, PoolEvents events) {
        this.settings = settings;
        this.resources = resources;
        this.platform = platform;
        this.events = new QuietEvents(events);
        this.tick = platform.tick();
        this.queue = new WaitQueue<>(settings.bargeTime());
        this.table = new SlotTable<>(settings.poolSize() + settings.maxOverflow());
        this.calls = new WorkerCalls(platform, resources.local(), WorkerCalls.AT_ONCE);
        this.validationWindow = resources.local() ? Long.MAX_VALUE : settings.validationWindow() - 1;
        this.openings = new Openings<>(this);
        this.upkeep = new Upkeep<>(this);
        this.passes = new Passes<>(this);
        this.disposal = new Disposal<>(this);
        this.diagnosis = new Diagnosis<>(this);
    }

    /** Joins the platform's housekeeping and asks for the first {@code poolSize} resources. */
    public void start() {
        platform.join(upkeep);
        passes.pass(null);
    }

    // ---- borrow ------------------------------------------------------------------------------------------------

    /** An idle slot, leased to the thread, or null where the borrow has to wait or be refused. */
    public @Nullable Slot<T> tryBorrow(Thread thread) {
        if ((queue.signals & CLOSED_TO_NEWCOMERS) != 0) {
            return null;
        }
        Slot<T> slot = table.claim(thread, tick.now(), validationWindow);
        if (slot != null && tracing) {
            try {
                trace(slot);
            } catch (Error e) {
                slot.lost = slot.word;
                throw e;
            }
        }
        return slot;
    }

    /** A slot leased to the calling thread, waiting for it up to the borrow timeout. */
    public Slot<T> borrow() throws BorrowFailure, InterruptedException {
        return borrow(settings.borrowTimeout());
    }

    /** The same, waiting up to another timeout. */
    public Slot<T> borrow(long timeout) throws BorrowFailure, InterruptedException {
        Thread me = Thread.currentThread();
        Slot<T> slot = tryBorrow(me);
        return slot != null ? slot : Objects.requireNonNull(await(waiter(me, timeout), ResourcePool::never));
    }

    /** The same, or null as soon as {@code givenUp} says so; whoever makes it say so unparks the thread. */
    public @Nullable Slot<T> borrow(long timeout, BooleanSupplier givenUp) throws BorrowFailure, InterruptedException {
        Thread me = Thread.currentThread();
        Slot<T> slot = tryBorrow(me);
        return slot != null ? slot : await(waiter(me, timeout), givenUp);
    }

    /** A caller about to wait; {@link #advance} queues it. */
    public Waiter<T> waiter(Thread thread, long timeout) {
        return new Waiter<>(thread, platform.nanos(), timeout);
    }

    private static boolean never() {
        return false;
    }

    private @Nullable Slot<T> await(Waiter<T> waiter, BooleanSupplier givenUp)
            throws BorrowFailure, InterruptedException {
        try {
            while (true) {
                Slot<T> slot = advance(waiter);
                if (slot != null) {
                    return slot;
                }
                LockSupport.parkNanos(this, waiter.sleepUntil - platform.nanos());
                if (waiter.thread().isInterrupted() && leave(waiter)) {
                    throw new InterruptedException();
                }
                if (givenUp.getAsBoolean() && leave(waiter)) {
                    return null;
                }
            }
        } catch (RuntimeException | Error e) { // nobody is left to take what the waiter is served
            waiter.abandoned = true; // no call in here: there may be no stack left
            Slot<T> served = waiter.slot;
            if (served != null && served.word == waiter.lease) {
                served.lost = waiter.lease;
            }
            throw e;
        }
    }

    /**
     * One step of a waiting borrow: the slot, or null where the caller should sleep until {@link Waiter#sleepUntil} or a
     * wake-up and step again.
     */
    public @Nullable Slot<T> advance(Waiter<T> waiter) throws BorrowFailure {
        if (!waiter.entered) {
            waiter.entered = true;
            passes.enter(waiter);
        } else if (waiter.state() == Waiter.WAITING) {
            passes.pass(waiter);
        }
        long now = platform.nanos();
        if (waiter.state() == Waiter.WAITING) {
            if (now - waiter.deadline < 0) {
                return null;
            }
            if (leave(waiter)) {
                counters.timeouts.incrementAndGet();
                counters.waits.add(now - waiter.since);
                throw diagnosis.timeout(waiter, now);
            }
        }
        if (waiter.state() == Waiter.FAILED) {
            counters.rejected.incrementAndGet();
            throw diagnosis.refusal(waiter, now);
        }
        counters.waits.add(now - waiter.since);
        Slot<T> slot = waiter.slot;
        if (tracing && slot != null) { // never null: serving writes it before the CAS
            trace(slot);
        }
        return slot;
    }

    /** Takes a waiter off the queue; false if it was served or refused in the meantime. */
    public boolean leave(Waiter<T> waiter) {
        if (!waiter.settle(Waiter.LEFT)) {
            return false;
        }
        passes.pass(waiter); // what it was nudged for goes to the next
        return true;
    }

    // ---- give back ---------------------------------------------------------------------------------------------

    /** Ends a lease whose resource is as it was; false if the ticket is not this slot's lease (any more). */
    public boolean giveBack(Slot<T> slot, long ticket) {
        if (slot.word() != ticket) {
            return false;
        }
        long now = tick.now();
        slot.idleSince = now;
        slot.goodAt = now;
        if (!slot.change(ticket, Slot.next(ticket, Slot.IDLE))) {
            return false;
        }
        if ((queue.signals | slot.mark()) != 0) {
            attend(slot);
        }
        return true;
    }

    /** Ends a lease whose resource must be cleaned first; the word for {@link #endReset}, or 0 for a stale ticket. */
    public long beginReset(Slot<T> slot, long ticket) {
        Headroom.forStep();
        long word = Slot.next(ticket, Slot.CHECKING);
        if (!slot.change(ticket, word)) {
            return 0;
        }
        try {
            long now = tick.now();
            tellLeakReturned(slot, now);
            slot.stamp(word, Thread.currentThread(), now);
            return word;
        } catch (Error e) {
            if (slot.word == word) {
                slot.lost = word;
            }
            throw e;
        }
    }

    /** Ends a reset: back to idle where the cause is null, closed for that cause else. */
    public void endReset(Slot<T> slot, long word, @Nullable CloseCause cause) {
        if (cause == null) {
            long now = tick.now();
            slot.idleSince = now;
            slot.goodAt = now;
            becomeIdle(slot, word);
        } else {
            if (cause == CloseCause.RESET_FAILED) {
                counters.failed(PoolCounters.Failure.RESET);
            }
            long closing = Slot.next(word, Slot.CLOSING);
            if (!slot.change(word, closing)) {
                calls.cameBack();
                return;
            }
            try {
                disposal.dispose(slot, closing, cause, false);
            } catch (Error e) {
                if (slot.word == closing) {
                    slot.lost = closing;
                }
                throw e;
            }
        }
    }

    /** Ends a lease by closing its resource, aborting first what hangs in it if asked; false for a stale ticket. */
    public boolean discard(Slot<T> slot, long ticket, CloseCause cause, boolean abort) {
        Headroom.forCall();
        long closing = Slot.next(ticket, Slot.CLOSING);
        if (!slot.change(ticket, closing)) {
            return false;
        }
        try {
            tellLeakReturned(slot, tick.now());
            disposal.dispose(slot, closing, cause, abort);
            return true;
        } catch (Error e) {
            if (slot.word == closing) {
                slot.lost = closing;
            }
            throw e;
        }
    }

    /** A slot of ours becomes idle, unless the watchdog took it. */
    void becomeIdle(Slot<T> slot, long word) {
        if (slot.change(word, Slot.next(word, Slot.IDLE))) {
            if ((queue.signals | slot.mark()) != 0) {
                attend(slot);
            }
        } else {
            calls.cameBack();
        }
    }

    /** What a slot that just became idle has to be used for. */
    private void attend(Slot<T> slot) {
        int mark = slot.mark();
        if (mark != 0) {
            tellLeakReturned(slot, tick.now());
            if ((mark & Slot.EVICT) != 0) {
                disposal.closeIdle(slot, CloseCause.ofMark(mark));
                return;
            }
        }
        int signals = queue.signals;
        if ((signals & DRAINING) != 0) {
            disposal.closeIdle(slot, CloseCause.POOL_CLOSED);
        } else if ((signals & SUSPENDED) == 0) {
            if ((signals & HUNGRY) != 0) {
                passes.pass(null);
            } else if ((signals & (WAITERS | WAKING)) == WAITERS) {
                nudge();
            }
        }
    }

    private void tellLeakReturned(Slot<T> slot, long now) {
        if ((slot.mark() & Slot.LEAK_TOLD) != 0) {
            slot.unmark(Slot.LEAK_TOLD);
            events.leakReturned(slot.index, now - slot.since);
        }
    }

    private void nudge() {
        Waiter<T> waiter;
        queue.lock();
        try {
            waiter = queue.nudgeLocked();
            queue.refreshLocked(platform.nanos());
        } finally {
            queue.unlock();
        }
        if (waiter != null) {
            platform.unpark(waiter);
        }
    }

    // ---- life --------------------------------------------------------------------------------------------------

    /** A slot became empty: there may be room to open, or nothing left to close. */
    void emptied() {
        passes.pass(null);
        if (drained()) {
            platform.leave(upkeep);
            closed.countDown();
        }
    }

    /** Borrows wait from now on, until {@link #resume}. */
    public void suspend() {
        lifecycle(SUSPENDED, true);
    }

    /** Ends {@link #suspend}. */
    public void resume() {
        lifecycle(SUSPENDED, false);
    }

    private void lifecycle(int bit, boolean on) {
        passes.take(afterwards -> {
            queue.setLocked(bit, on);
            if (bit == DRAINING) {
                passes.refuseAllLocked(Reason.CLOSED, null, afterwards);
            }
            passes.passLocked(platform.nanos(), afterwards);
        });
    }

    /** Closes every resource that is open now, idle ones at once and lent ones when they come back; how many. */
    public int evict() {
        int evicted = 0;
        for (Slot<T> slot : table.slots()) {
            int state = slot.state();
            if (state == Slot.IDLE || state == Slot.LEASED || state == Slot.CHECKING) {
                evicted++;
                evict(slot, CloseCause.EVICTED);
            }
        }
        return evicted;
    }

    /** Marks, then looks: pairs with the give back, which becomes idle, then looks for marks. */
    void evict(Slot<T> slot, CloseCause cause) {
        if ((slot.mark() & Slot.EVICT) == 0) {
            slot.mark(cause.mark());
        }
        VarHandle.fullFence(); // the mark before the look
        disposal.closeIdle(slot, cause);
    }

    /** An idle resource must prove itself before it is lent again: something showed that they may be dead. */
    public void distrustIdle() {
        if (validationWindow != Long.MAX_VALUE) {
            long expired = tick.now() - validationWindow - 1;
            for (Slot<T> slot : table.slots()) {
                if (slot.state() == Slot.IDLE) {
                    slot.goodAt = expired; // not the owner's write: lost at worst to a give back, which is proof anew
                }
            }
        }
    }

    /** Changes the settings, but for the barge time; what is beyond the sizes closes, at once or when it comes back. */
    public void resize(EngineSettings resized) {
        queue.lock();
        try {
            table.growLocked(resized.poolSize() + resized.maxOverflow());
            settings = resized;
        } finally {
            queue.unlock();
        }
        Slot<T>[] slots = table.slots();
        for (int i = capacity(); i < slots.length; i++) {
            if (slots[i].state() != Slot.EMPTY) {
                evict(slots[i], CloseCause.RESIZED);
            }
        }
        passes.pass(null);
    }

    /** Refuses borrows, closes what is idle, and what is lent as it comes back; at the drain timeout aborts the rest. */
    public void beginClose() {
        if (isClosing()) {
            return;
        }
        drainUntil = platform.nanos() + settings.drainTimeout();
        lifecycle(DRAINING, true);
        for (Slot<T> slot : table.slots()) {
            disposal.closeIdle(slot, CloseCause.POOL_CLOSED);
        }
        emptied();
    }

    /**
     * {@link #beginClose}, then waits for the end; an interrupt ends the waiting for leases, and stays set. Called from a
     * listener it does not wait.
     */
    public void close() {
        beginClose();
        if (platform.isOwnThread()) { // a listener closes: what is left to do may be this thread's
            return;
        }
        try {
            closed.await();
        } catch (InterruptedException e) {
            drainUntil = platform.nanos();
            awaitBriefly();
            Thread.currentThread().interrupt();
        }
    }

    private void awaitBriefly() {
        try {
            if (!closed.await(settings.validationTimeout(), TimeUnit.NANOSECONDS)) {
                Uncaught.report(new IllegalStateException("a closing pool still waits for a driver call"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public boolean isClosing() {
        return (queue.signals & DRAINING) != 0;
    }

    public boolean isClosed() {
        return closed.getCount() == 0;
    }

    public boolean isSuspended() {
        return (queue.signals & SUSPENDED) != 0;
    }

    /** The settings in force; a resize changes them. */
    public EngineSettings settings() {
        return settings;
    }

    long drainUntil() {
        return drainUntil;
    }

    private boolean drained() {
        return isClosing() && table.count(Slot.EMPTY) == table.slots().length;
    }

    int capacity() {
        EngineSettings now = settings;
        return now.poolSize() + now.maxOverflow();
    }

    // ---- what it knows -----------------------------------------------------------------------------------------

    /** Records where each borrow comes from, from now on; some microseconds a borrow. */
    void traceBorrows() {
        tracing = true;
    }

    private static void trace(Slot<?> slot) {
        try {
            slot.acquiredAt = new Throwable("acquired here");
        } catch (Throwable t) { // no memory for it: the lease goes on untraced
            slot.acquiredAt = null;
        }
    }

    /** The leases of this moment, longest first. */
    public List<Holding> holdings() {
        return diagnosis.holdings();
    }

    /** Whether this waiter is neither served nor refused nor gone. */
    public boolean isWaiting(Waiter<T> waiter) {
        return waiter.state() == Waiter.WAITING;
    }

    /** Slots there are, in use or not. */
    public int slotCount() {
        return table.slots().length;
    }

    int waiting() {
        queue.lock();
        try {
            return queue.sizeLocked();
        } finally {
            queue.unlock();
        }
    }

    /** Everything counted. */
    public EngineStatistics statistics() {
        return EngineStatistics.of(this, tick.now());
    }

    Openings<T> openings() {
        return openings;
    }
}
