package io.rockpool.engine;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;

/**
 * The slot table, one slot of it, against a counter: every change that is reported was made, once, from the word it names.
 *
 * <p>One slot, as a search that finds nothing looks at one after the other: with two it may miss one that moved. Returned
 * are words, so that a lost or a doubled change shows in the next.
 */
public class SlotTableModel {

    private final SlotTable<Integer> table = new SlotTable<>(1);
    private final Slot<Integer> slot = table.slots()[0];
    private final long[] tickets = new long[LendingModel.NUMBERS];

    public SlotTableModel() {
        slot.move(Slot.EMPTY, Slot.IDLE);
    }

    @Operation
    public long claim(@Param(gen = ThreadIdGen.class) int thread) {
        Slot<Integer> claimed = table.claim(LendingModel.identity(thread), 1, Long.MAX_VALUE);
        if (claimed == null) {
            return 0;
        }
        tickets[thread] = claimed.ticket();
        return tickets[thread];
    }

    /** Also a second time, with the same ticket. */
    @Operation
    public boolean giveBack(@Param(gen = ThreadIdGen.class) int thread) {
        return slot.change(tickets[thread], Slot.next(tickets[thread], Slot.IDLE));
    }

    @Operation
    public long evict() {
        return slot.move(Slot.IDLE, Slot.CLOSING);
    }

    @Operation
    public long closedAndReopened() {
        return slot.move(Slot.CLOSING, Slot.IDLE);
    }

    /** The same with nobody else about. */
    public static class Specification {
        private long word = Slot.next(0, Slot.IDLE);
        private final long[] tickets = new long[LendingModel.NUMBERS];

        public long claim(int thread) {
            long lease = move(Slot.IDLE, Slot.LEASED);
            if (lease != 0) {
                tickets[thread] = lease;
            }
            return lease;
        }

        public boolean giveBack(int thread) {
            return tickets[thread] == word && move(Slot.LEASED, Slot.IDLE) != 0;
        }

        public long evict() {
            return move(Slot.IDLE, Slot.CLOSING);
        }

        public long closedAndReopened() {
            return move(Slot.CLOSING, Slot.IDLE);
        }

        private long move(int from, int to) {
            if ((word & 7) != from) {
                return 0;
            }
            word += 8 + to - from;
            return word;
        }
    }
}
