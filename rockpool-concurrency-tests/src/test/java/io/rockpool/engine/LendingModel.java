package io.rockpool.engine;

import io.rockpool.engine.StillPool.Item;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;

/**
 * A pool of one against a queue: a borrow's look for something idle, its place in the queue, its steps there, its leaving,
 * and the give back, each an operation of its own, so that blocking is a state and not a sleep.
 *
 * <p>Look and queueing are two operations, as they are two steps of a borrow and no more atomic than that: what is given
 * back between them is passed to the head of the queue, while a borrow that began after the give back overtakes it. Time
 * stands still, so nobody becomes hungry: newcomers may overtake, and the specification says so. What is not linearizable
 * by design, a borrow that was under way when the pool closed or a waiter became hungry, is for {@link LifecycleModel}.
 */
public class LendingModel {

    /** At once. Lincheck numbers them from 0 or from 1. */
    static final int THREADS = 3;

    private static final Thread[] IDENTITIES = {StillPool.A, StillPool.B, StillPool.C, StillPool.D};

    /** Numbers that a thread can have. */
    static final int NUMBERS = IDENTITIES.length;

    enum Answer {
        LENT,
        BUSY,
        WAITS,
        LEFT,
        GIVEN_BACK,
        NOTHING_TO_DO
    }

    private final StillPool still = StillPool.opened(1);
    private final Borrower[] borrowers = Borrower.all(still);

    static Thread identity(int thread) {
        return IDENTITIES[thread];
    }

    /** What one thread of the model has: nothing, a lease, or a place in the queue. */
    static final class Borrower {
        private final StillPool still;
        private final int thread;
        Slot<Item> slot;
        long ticket;
        Waiter<Item> waiter;

        Borrower(StillPool still, int thread) {
            this.still = still;
            this.thread = thread;
        }

        static Borrower[] all(StillPool still) {
            Borrower[] all = new Borrower[NUMBERS];
            Arrays.setAll(all, thread -> new Borrower(still, thread));
            return all;
        }

        Answer borrow() {
            Answer looked = look();
            return looked == Answer.BUSY ? queue() : looked;
        }

        Answer look() {
            if (slot != null || waiter != null) {
                return Answer.NOTHING_TO_DO;
            }
            Slot<Item> idle = still.pool.tryBorrow(identity(thread));
            return idle == null ? Answer.BUSY : lent(idle);
        }

        Answer queue() {
            if (slot != null || waiter != null) {
                return Answer.NOTHING_TO_DO;
            }
            waiter = still.pool.waiter(identity(thread), StillPool.SECOND);
            return step();
        }

        Answer step() {
            if (waiter == null) {
                return Answer.NOTHING_TO_DO;
            }
            try {
                Slot<Item> served = still.pool.advance(waiter);
                return served == null ? Answer.WAITS : lent(served);
            } catch (BorrowFailure refused) {
                waiter = null;
                return Answer.LEFT;
            }
        }

        Answer leave() {
            if (waiter == null) {
                return Answer.NOTHING_TO_DO;
            }
            if (!still.pool.leave(waiter)) {
                return step();
            }
            waiter = null;
            return Answer.LEFT;
        }

        Answer giveBack() {
            if (slot == null) {
                return Answer.NOTHING_TO_DO;
            }
            Slot<Item> mine = slot;
            slot = null;
            if (!still.pool.giveBack(mine, ticket)) {
                throw new IllegalStateException("the lease ended by itself");
            }
            if (still.pool.giveBack(mine, ticket)) {
                throw new IllegalStateException("a second give back was taken");
            }
            return Answer.GIVEN_BACK;
        }

        private Answer lent(Slot<Item> lent) {
            waiter = null;
            slot = lent;
            ticket = lent.ticket();
            if (lent.resource() == null || lent.resource().closes != 0) {
                throw new IllegalStateException("what was lent is not open");
            }
            return Answer.LENT;
        }
    }

    @Operation
    public Answer look(@Param(gen = ThreadIdGen.class) int thread) {
        return borrowers[thread].look();
    }

    @Operation
    public Answer queue(@Param(gen = ThreadIdGen.class) int thread) {
        return borrowers[thread].queue();
    }

    @Operation
    public Answer step(@Param(gen = ThreadIdGen.class) int thread) {
        return borrowers[thread].step();
    }

    @Operation
    public Answer leave(@Param(gen = ThreadIdGen.class) int thread) {
        return borrowers[thread].leave();
    }

    @Operation
    public Answer giveBack(@Param(gen = ThreadIdGen.class) int thread) {
        return borrowers[thread].giveBack();
    }

    /** The same with nobody else about. */
    public static class Specification {
        private static final int NOBODY = -1;
        private final ArrayDeque<Integer> queue = new ArrayDeque<>();
        private final boolean[] served = new boolean[NUMBERS];
        private int holder = NOBODY;

        public Answer look(int thread) {
            if (holder == thread || queue.contains(thread)) {
                return Answer.NOTHING_TO_DO;
            }
            if (holder != NOBODY) {
                return Answer.BUSY;
            }
            holder = thread; // before those who wait
            return Answer.LENT;
        }

        public Answer queue(int thread) {
            if (holder == thread || queue.contains(thread)) {
                return Answer.NOTHING_TO_DO;
            }
            queue.add(thread);
            return step(thread);
        }

        public Answer step(int thread) {
            if (queue.contains(thread)) {
                pass();
            }
            return queue.contains(thread) ? Answer.WAITS : take(thread);
        }

        public Answer leave(int thread) {
            if (!queue.remove(thread)) {
                return take(thread);
            }
            pass();
            return Answer.LEFT;
        }

        public Answer giveBack(int thread) {
            if (holder != thread || served[thread]) {
                return Answer.NOTHING_TO_DO;
            }
            holder = NOBODY;
            return Answer.GIVEN_BACK;
        }

        private Answer take(int thread) {
            boolean mine = served[thread];
            served[thread] = false;
            return mine ? Answer.LENT : Answer.NOTHING_TO_DO;
        }

        private void pass() {
            if (holder == NOBODY && !queue.isEmpty()) {
                holder = queue.remove();
                served[holder] = true;
            }
        }
    }
}
