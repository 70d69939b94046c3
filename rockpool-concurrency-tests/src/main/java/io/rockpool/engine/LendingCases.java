package io.rockpool.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.rockpool.engine.StillPool.Item;
import io.rockpool.engine.StillPool.Lease;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Borrow, give back and close meet on one slot: who wins, and what the next one sees.
 *
 * <p>An outcome that is not listed is forbidden.
 */
public final class LendingCases {

    private LendingCases() {}

    /** A pool of one, lent to A. */
    abstract static class Lent {
        final StillPool still = StillPool.opened(1);
        final ResourcePool<Item> pool = still.pool;
        final Lease lease = still.lend(StillPool.A);
        final Slot<Item> slot = lease.slot();
    }

    /**
     * What the giver wrote to the resource is there for the next borrower. Broken, a connection would come with half of
     * the state its last lease gave it.
     */
    @JCStressTest
    @Outcome(id = "-1", expect = ACCEPTABLE, desc = "not given back yet")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "with all that was written")
    @State
    public static class GiveBackPublishesToTheNextBorrower extends Lent {
        @Actor
        public void giver() {
            lease.item().written = 1;
            pool.giveBack(slot, lease.ticket());
        }

        @Actor
        public void taker(I_Result r) {
            Slot<Item> taken = pool.tryBorrow(StillPool.B);
            r.r1 = taken == null ? -1 : taken.resource().written;
        }
    }

    /** A borrower of a slot that was just opened sees the resource and its times. Broken, it would be lent nothing. */
    @JCStressTest
    @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "not open yet")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "whole, and in its first use")
    @State
    public static class OpeningPublishesToTheFirstBorrower {
        private final StillPool still = new StillPool(1, true);

        @Actor
        public void opener() {
            still.pool.start();
        }

        @Actor
        public void taker(II_Result r) {
            Slot<Item> taken = still.pool.tryBorrow(StillPool.B);
            r.r1 = taken == null ? -1 : number(taken);
            r.r2 = taken == null ? -1 : (int) taken.uses();
        }

        private static int number(Slot<Item> taken) {
            Item item = taken.resource();
            return item == null || taken.openedAt() != StillPool.START ? 0 : item.number;
        }
    }

    /** Of two borrowers one gets the slot, and one lease is counted. Broken, two would work on one connection. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "the first")
    @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the second")
    @State
    public static class OneOfTwoBorrowersWins {
        private final StillPool still = StillPool.opened(1);

        @Actor
        public void first(III_Result r) {
            r.r1 = still.pool.tryBorrow(StillPool.A) == null ? 0 : 1;
        }

        @Actor
        public void second(III_Result r) {
            r.r2 = still.pool.tryBorrow(StillPool.B) == null ? 0 : 1;
        }

        @Arbiter
        public void counted(III_Result r) {
            r.r3 = (int) still.pool.statistics().leases();
        }
    }

    /**
     * An evicted resource is either never lent again or closed when it comes back. Results: the item that was lent, whether
     * the old one was closed meanwhile, and after the give back.
     */
    @JCStressTest
    @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "evicted, nothing lent")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "lent, closed at its return")
    @Outcome(id = "2, 1, 1", expect = ACCEPTABLE, desc = "evicted, its successor lent")
    @State
    public static class BorrowOrEvict {
        private final StillPool still = StillPool.opened(1);
        private final Slot<Item> slot = still.slot(0);
        private final Item old = slot.resource();

        @Actor
        public void borrower(III_Result r) {
            Slot<Item> taken = still.pool.tryBorrow(StillPool.A);
            r.r1 = taken == null ? 0 : taken.resource().number;
        }

        @Actor
        public void operator() {
            still.pool.evict();
        }

        @Arbiter
        public void end(III_Result r) {
            r.r2 = old.closes;
            still.giveBackAny(slot);
            r.r3 = old.closes;
        }
    }

    /**
     * Give back and evict at once: the mark and the look cross, and one of them closes. Broken, an evicted connection would
     * be lent again. The successor may be closed too, where it was opened before the operator's look: one opening more.
     * Results: given back, closes of the old one, number of the one that is idle then.
     */
    @JCStressTest
    @Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "closed once and replaced")
    @Outcome(id = "1, 1, 3", expect = ACCEPTABLE, desc = "closed once, its successor too")
    @State
    public static class GiveBackAndEvict extends Lent {
        @Actor
        public void giver(III_Result r) {
            r.r1 = pool.giveBack(slot, lease.ticket()) ? 1 : 0;
        }

        @Actor
        public void operator() {
            pool.evict();
        }

        @Arbiter
        public void end(III_Result r) {
            r.r2 = lease.item().closes;
            r.r3 = slot.state() == Slot.IDLE && slot.mark() == 0 ? slot.resource().number : 0;
        }
    }

    /** A close that comes late does not end the next lease. Results: closes that were taken, the next lease in force. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "one close, and the next lease stands")
    @State
    public static class LateCloseLeavesTheNextLease extends Lent {
        private int first;
        private int late;
        private long next;

        @Actor
        public void closesAndBorrows() {
            first = pool.giveBack(slot, lease.ticket()) ? 1 : 0;
            Slot<Item> taken = pool.tryBorrow(StillPool.A);
            next = taken == null ? 0 : taken.ticket();
        }

        @Actor
        public void closesLate() {
            late = pool.giveBack(slot, lease.ticket()) ? 1 : 0;
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = first + late;
            r.r2 = slot.word() == next ? 1 : 0;
        }
    }

    /** A reset that ends as the watchdog gives it up: idle again, or closed and replaced, and nothing stays stuck. */
    @JCStressTest
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "in time")
    @Outcome(id = "1, 2, 0", expect = ACCEPTABLE, desc = "given up")
    @State
    public static class ResetOrGivenUp {
        private final StillPool still = new StillPool(1, false);
        private final Slot<Item> slot;
        private final Item old;
        private final long word;

        public ResetOrGivenUp() {
            still.pool.start();
            Lease lease = still.lend(StillPool.A);
            slot = lease.slot();
            old = lease.item();
            word = still.pool.beginReset(slot, lease.ticket());
            still.keepHouse(StillPool.START);
        }

        @Actor
        public void returner() {
            still.pool.endReset(slot, word, null);
        }

        @Actor
        public void watchdog() {
            still.keepHouse(StillPool.START + 2 * StillPool.PATIENCE);
        }

        @Arbiter
        public void end(III_Result r) {
            r.r1 = old.closes;
            r.r2 = slot.state() == Slot.IDLE ? slot.resource().number : 0;
            r.r3 = still.pool.calls.stuck();
        }
    }

    /**
     * An opening that ends as the watchdog gives it up. Broken, it would work on a word that is not its own. Results: live,
     * idle, stuck, when a pass has made good what was given up.
     */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "one is open")
    @State
    public static class OpeningOrGivenUp {
        private final StillPool still = new StillPool(1, false);

        public OpeningOrGivenUp() {
            still.pool.suspend();
            still.keepHouse(StillPool.START);
        }

        @Actor
        public void opener() {
            still.pool.resume();
        }

        @Actor
        public void watchdog() {
            still.keepHouse(StillPool.START + 2 * StillPool.PATIENCE);
        }

        @Arbiter
        public void end(III_Result r) {
            still.move(StillPool.SECOND);
            still.pool.passes.pass(null);
            r.r1 = still.live.get();
            r.r2 = still.pool.statistics().idle();
            r.r3 = still.pool.calls.stuck();
        }
    }

    /** A pool that shrinks while one borrows ends with its new size. Results: idle, live, state of the slot beyond. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "one is left")
    @State
    public static class BorrowAndResize {
        private final StillPool still = StillPool.opened(2);
        private final Slot<Item> beyond = still.slot(1);

        @Actor
        public void borrower() {
            Slot<Item> taken = still.pool.tryBorrow(StillPool.C);
            if (taken != null) {
                still.pool.giveBack(taken, taken.ticket());
            }
        }

        @Actor
        public void operator() {
            still.pool.resize(StillPool.settings(1));
        }

        @Arbiter
        public void end(III_Result r) {
            r.r1 = still.pool.statistics().idle();
            r.r2 = still.live.get();
            r.r3 = beyond.state();
        }
    }

    /** The same while it opens. Broken, a connection beyond the size would stay. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "one is left")
    @State
    public static class OpenAndResize {
        private final StillPool still = new StillPool(2, true);

        @Actor
        public void opener() {
            still.pool.passes.pass(null);
        }

        @Actor
        public void operator() {
            still.pool.resize(StillPool.settings(1));
        }

        @Arbiter
        public void end(III_Result r) {
            r.r1 = still.pool.statistics().idle();
            r.r2 = still.live.get();
            r.r3 = still.slot(1).state();
        }
    }

    /** A pool that closes while one borrows and gives back ends closed. Broken, a connection would outlive its pool. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "closed, nothing live")
    @State
    public static class BorrowAndClose {
        private final StillPool still = StillPool.opened(1);

        @Actor
        public void borrower() {
            Slot<Item> taken = still.pool.tryBorrow(StillPool.A);
            if (taken != null) {
                still.pool.giveBack(taken, taken.ticket());
            }
        }

        @Actor
        public void operator() {
            still.pool.beginClose();
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = still.pool.isClosed() ? 1 : 0;
            r.r2 = still.live.get();
        }
    }
}
