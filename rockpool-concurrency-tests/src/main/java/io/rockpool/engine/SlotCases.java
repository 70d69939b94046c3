package io.rockpool.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.rockpool.engine.StillPool.Item;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * What is kept beside a slot's word: the holder and its stamp, the counters, the marks.
 *
 * <p>An outcome that is not listed is forbidden.
 */
public final class SlotCases {

    private SlotCases() {}

    /**
     * A diagnosis names a holder with its own time, or nobody: A since 1,000, then B since 1,000 more. Broken, a leak would
     * be laid at the wrong door.
     */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "nobody")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "A, with its time")
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "B, with its time")
    @State
    public static class DiagnosisBlamesTheHolder extends LendingCases.Lent {
        @Actor
        public void lender() {
            pool.giveBack(slot, lease.ticket());
            still.move(1_000);
            pool.tryBorrow(StillPool.B);
        }

        @Actor
        public void reader(I_Result r) {
            Holding holding = pool.diagnosis.holding(slot, StillPool.START + 1_000);
            if (holding == null) {
                r.r1 = 0;
            } else if (holding.holder() == StillPool.A) {
                r.r1 = holding.heldNanos() == 1_000 ? 1 : -1;
            } else {
                r.r1 = holding.heldNanos() == 0 ? 2 : -2;
            }
        }
    }

    /** Of two borrowers the winner is named. Broken, the loser would have written its name over the winner's. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "the first, and it is named")
    @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the second, and it is named")
    @State
    public static class WinnerIsNamed {
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
        public void named(III_Result r) {
            Thread winner = r.r1 == 1 ? StillPool.A : StillPool.B;
            Holding holding = still.pool.diagnosis.holding(still.slot(0), StillPool.START);
            r.r3 = holding != null && holding.holder() == winner ? 1 : 0;
        }
    }

    /**
     * A reader of the counters never sees more leases than were begun, nor fewer than before. Results: leases seen at
     * first, whether the second look saw as many or more, whether the word had come as far.
     */
    @JCStressTest
    @Outcome(
            id = {"0, 1, 1", "1, 1, 1", "2, 1, 1"},
            expect = ACCEPTABLE,
            desc = "a moment's count")
    @State
    public static class CountersAreNeverAhead {
        private final StillPool still = StillPool.opened(1);
        private final Slot<Item> slot = still.slot(0);
        private final long start = slot.word() >>> 3;

        @Actor
        public void borrower() {
            for (int i = 0; i < 2; i++) {
                Slot<Item> taken = still.pool.tryBorrow(StillPool.A);
                if (taken != null) {
                    still.pool.giveBack(taken, taken.ticket());
                }
            }
        }

        @Actor
        public void reader(III_Result r) {
            long first = slot.leases();
            long generations = (slot.word() >>> 3) - start; // one to borrow, one to give back
            long second = slot.leases();
            r.r1 = (int) first;
            r.r2 = second >= first ? 1 : 0;
            r.r3 = 2 * first <= generations + 1 ? 1 : 0;
        }
    }

    /** Two causes to close: the first stays. Broken, their bits would add up to a third. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "recycled")
    @Outcome(id = "0, 1, 2", expect = ACCEPTABLE, desc = "resized")
    @State
    public static class CausesAreNotMixed {
        private final Slot<Item> slot = new Slot<>(0);

        @Actor
        public void one(III_Result r) {
            r.r1 = slot.mark(CloseCause.RECYCLED.mark()) ? 1 : 0;
        }

        @Actor
        public void other(III_Result r) {
            r.r2 = slot.mark(CloseCause.RESIZED.mark()) ? 1 : 0;
        }

        @Arbiter
        public void kept(III_Result r) {
            CloseCause cause = CloseCause.ofMark(slot.mark());
            r.r3 = cause == CloseCause.RECYCLED ? 1 : cause == CloseCause.RESIZED ? 2 : 0;
        }
    }

    /** A mark that is set while another is taken back stays. Broken, an evicted connection would live on. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "set, and the other taken back")
    @State
    public static class MarkAndUnmark {
        private final Slot<Item> slot = new Slot<>(0);

        public MarkAndUnmark() {
            slot.mark(Slot.LEAK_TOLD);
        }

        @Actor
        public void operator() {
            slot.mark(CloseCause.EVICTED.mark());
        }

        @Actor
        public void giver() {
            slot.unmark(Slot.LEAK_TOLD);
        }

        @Arbiter
        public void kept(II_Result r) {
            r.r1 = (slot.mark() & Slot.EVICT) == CloseCause.EVICTED.mark() ? 1 : 0;
            r.r2 = slot.mark() & Slot.LEAK_TOLD;
        }
    }

    /** A lease that passes through several states is moved by one thread alone at each. Results: moves that were taken. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "discarded")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "taken for its reset")
    @State
    public static class ResetOrDiscard extends LendingCases.Lent {
        @Actor
        public void aborter(II_Result r) {
            r.r1 = pool.discard(slot, lease.ticket(), CloseCause.ABORTED, false) ? 1 : 0;
        }

        @Actor
        public void giver(II_Result r) {
            r.r2 = pool.beginReset(slot, lease.ticket()) != 0 ? 1 : 0;
        }
    }
}
