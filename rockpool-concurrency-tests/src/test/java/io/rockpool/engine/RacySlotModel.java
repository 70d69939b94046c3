package io.rockpool.engine;

import org.jetbrains.lincheck.datastructures.Operation;

/** Proof that Lincheck sees what it is to see: a slot without its CAS, which must be found to be lent twice. */
public class RacySlotModel {

    private volatile long word = Slot.IDLE;

    @Operation
    public boolean claim() {
        long read = word;
        if (Slot.stateOf(read) != Slot.IDLE) {
            return false;
        }
        word = Slot.next(read, Slot.LEASED);
        return true;
    }

    @Operation
    public void giveBack() {
        word = Slot.next(word, Slot.IDLE);
    }
}
