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
 * Slots that come back meet callers that come, wait and leave: nobody sleeps beside an idle slot (I2), no slot is lost.
 *
 * <p>An outcome that is not listed is forbidden.
 */
public final class WaitingCases {

    private WaitingCases() {}

    /** A pool of one, lent to A, and B waits for it. */
    abstract static class Awaited extends LendingCases.Lent {
        final Waiter<Item> waiter = still.queued(StillPool.B);

        /** Woken or served: it will not sleep on. */
        int cared() {
            return still.wakeUps.get() > 0 || waiter.state() == Waiter.SERVED ? 1 : 0;
        }
    }

    /** One that is served names its slot. Broken, a borrow would end in nothing. */
    @JCStressTest
    @Outcome(id = "-1", expect = ACCEPTABLE, desc = "not served yet")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "served with all that the giver wrote")
    @State
    public static class ServingPublishesTheSlot extends Awaited {
        public ServingPublishesTheSlot() {
            still.hunger();
        }

        @Actor
        public void giver() {
            lease.item().written = 1;
            pool.giveBack(slot, lease.ticket());
        }

        @Actor
        public void sleeper(I_Result r) {
            boolean served = false;
            for (int i = 0; i < 1_000 && !served; i++) {
                served = waiter.state() == Waiter.SERVED;
            }
            Slot<Item> named = waiter.slot; // after the state, as a borrow reads it
            r.r1 = !served ? -1 : named == null ? 0 : named.resource().written;
        }
    }

    /** Serve and leave meet in one CAS. Broken, the slot would be leased to nobody, or to two. */
    @JCStressTest
    @Outcome(id = "0, 1, 3", expect = ACCEPTABLE, desc = "served, and the slot is its")
    @Outcome(id = "1, 3, 2", expect = ACCEPTABLE, desc = "left, and the slot is idle")
    @State
    public static class ServeOrLeave extends Awaited {
        public ServeOrLeave() {
            still.hunger();
        }

        @Actor
        public void giver() {
            pool.giveBack(slot, lease.ticket());
        }

        @Actor
        public void sleeper(III_Result r) {
            r.r1 = pool.leave(waiter) ? 1 : 0;
        }

        @Arbiter
        public void end(III_Result r) {
            r.r2 = waiter.state();
            r.r3 = slot.state();
        }
    }

    /**
     * I2: a give back and a caller that queues cross: the store of one is before the load of the other. Broken, the caller
     * would sleep beside an idle slot. Results: served, woken.
     */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "found it idle")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "queued, and is woken")
    @State
    public static class GiveBackAndQueue extends LendingCases.Lent {
        private final Waiter<Item> waiter = pool.waiter(StillPool.B, StillPool.SECOND);

        @Actor
        public void giver() {
            pool.giveBack(slot, lease.ticket());
        }

        @Actor
        public void caller(II_Result r) {
            r.r1 = still.step(waiter) == null ? 0 : 1;
        }

        @Arbiter
        public void end(II_Result r) {
            r.r2 = still.wakeUps.get();
        }
    }

    /**
     * Of two threads that close one lease one gives back, and who waits is woken. Broken, the loser would take the wake-up
     * with it. Results: closes that were taken, woken, served when it tries.
     */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "one close, and the waiter gets the slot")
    @State
    public static class DoubleCloseWakesTheWaiter extends Awaited {
        private int first;
        private int second;

        @Actor
        public void one() {
            first = pool.giveBack(slot, lease.ticket()) ? 1 : 0;
        }

        @Actor
        public void other() {
            second = pool.giveBack(slot, lease.ticket()) ? 1 : 0;
        }

        @Arbiter
        public void end(III_Result r) {
            r.r1 = first + second;
            r.r2 = cared();
            r.r3 = still.step(waiter) == slot ? 1 : 0;
        }
    }

    /**
     * A waiter that leaves as it is nudged passes the nudge on. Results: the next is woken or served, and the give back
     * after that wakes the one after it.
     */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both")
    @State
    public static class NudgeAndLeave extends Awaited {
        private final Waiter<Item> next = still.queued(StillPool.C);

        @Actor
        public void giver() {
            pool.giveBack(slot, lease.ticket());
        }

        @Actor
        public void leaver() {
            pool.leave(waiter);
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = still.step(next) == slot ? 1 : 0;
            still.queued(StillPool.A);
            int before = still.wakeUps.get();
            still.giveBackAny(slot);
            r.r2 = still.wakeUps.get() - before;
        }
    }

    /** A pool is resumed as a slot comes back. Broken, a caller would sleep beside it. Result: woken or served. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the waiter gets the slot")
    @State
    public static class GiveBackAndResume extends LendingCases.Lent {
        private final Waiter<Item> waiter;

        public GiveBackAndResume() {
            pool.suspend();
            waiter = still.queued(StillPool.B);
        }

        @Actor
        public void giver() {
            pool.giveBack(slot, lease.ticket());
        }

        @Actor
        public void operator() {
            pool.resume();
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = still.wakeUps.get() > 0 ? 1 : 0;
            r.r2 = still.step(waiter) == slot ? 1 : 0;
        }
    }

    /** A pool closes as a caller queues: refused, or it has the slot; never asleep. Results: its state, slots lost. */
    @JCStressTest
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "refused")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "served before")
    @State
    public static class QueueAndClose {
        private final StillPool still = StillPool.opened(1);
        private final Waiter<Item> waiter = still.pool.waiter(StillPool.B, StillPool.SECOND);

        @Actor
        public void caller() {
            still.step(waiter);
        }

        @Actor
        public void operator() {
            still.pool.beginClose();
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = waiter.state();
            if (r.r1 == Waiter.SERVED) {
                still.giveBackAny(still.slot(0));
            }
            r.r2 = still.live.get() + (still.pool.isClosed() ? 0 : 1);
        }
    }
}
