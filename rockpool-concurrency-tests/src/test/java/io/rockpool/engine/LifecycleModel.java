package io.rockpool.engine;

import io.rockpool.engine.LendingModel.Borrower;
import io.rockpool.engine.StillPool.Item;
import java.util.Arrays;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * A pool that is evicted, resized, made hungry and closed while callers borrow, wait, leave and give back.
 *
 * <p>What is answered depends on the moment, by design, so nothing is answered: what must hold in every order is checked by
 * the borrowers themselves and, when all is quiet, by {@link #quiet}.
 */
public class LifecycleModel {

    private final StillPool still = StillPool.opened(1);
    private final Borrower[] borrowers = Borrower.all(still);

    @Operation
    public void borrow(@Param(gen = ThreadIdGen.class) int thread) {
        borrowers[thread].borrow();
    }

    @Operation
    public void step(@Param(gen = ThreadIdGen.class) int thread) {
        borrowers[thread].step();
    }

    @Operation
    public void leave(@Param(gen = ThreadIdGen.class) int thread) {
        borrowers[thread].leave();
    }

    @Operation
    public void giveBack(@Param(gen = ThreadIdGen.class) int thread) {
        borrowers[thread].giveBack();
    }

    @Operation(nonParallelGroup = "operator")
    public void evict() {
        still.pool.evict();
    }

    @Operation(nonParallelGroup = "operator")
    public void resize(@Param(gen = IntGen.class, conf = "1:2") int size) {
        if (!still.pool.isClosing()) { // as DatabaseConnectionPool has it, under its own lock
            still.pool.resize(StillPool.settings(size));
        }
    }

    @Operation(nonParallelGroup = "operator")
    public void hunger() {
        still.hunger();
    }

    @Operation(nonParallelGroup = "operator")
    public void close() {
        still.pool.beginClose();
    }

    /** When no step is under way. */
    @Validate
    public void quiet() {
        Slot<Item>[] slots = still.pool.table.slots();
        int leased = 0;
        int idle = 0;
        for (Slot<Item> slot : slots) {
            leased += slot.state() == Slot.LEASED ? 1 : 0;
            idle += slot.state() == Slot.IDLE ? 1 : 0;
            check(
                    slot.state() == Slot.IDLE || slot.state() == Slot.LEASED || slot.state() == Slot.EMPTY,
                    "a slot is left half-way");
            check(slot.state() != Slot.IDLE || slot.mark() == 0, "an idle slot is still to be closed");
        }
        int held = 0;
        boolean waits = false;
        for (Borrower borrower : borrowers) {
            boolean served = borrower.waiter != null && borrower.waiter.state() == Waiter.SERVED;
            held += borrower.slot != null || served ? 1 : 0;
            check(borrower.slot == null || borrower.slot.word() == borrower.ticket, "a lease ended by itself");
            waits |= borrower.waiter != null && borrower.waiter.state() == Waiter.WAITING;
        }
        check(leased == held, "a slot is leased to nobody");
        check(still.live.get() == leased + idle, "a resource is lost");
        if (still.pool.isClosing()) {
            check(idle == 0 && !waits, "a closing pool has idle slots, or callers that wait");
            check(still.pool.isClosed() == (leased == 0), "a pool closes with its last lease");
        } else {
            boolean woken = (still.pool.queue.signals & WaitQueue.WAKING) != 0;
            check(!waits || idle == 0 || woken, "I2: a caller sleeps beside an idle slot");
            int beyond = leased + idle - still.pool.capacity();
            check(beyond <= 0 || leased >= beyond, "idle slots beyond the size");
            check(leased + idle >= still.pool.settings().poolSize(), "the pool is not filled");
        }
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise + ": " + still.pool.statistics() + " "
                    + Arrays.toString(Arrays.stream(still.pool.table.slots())
                            .mapToInt(Slot::state)
                            .toArray()));
        }
    }
}
