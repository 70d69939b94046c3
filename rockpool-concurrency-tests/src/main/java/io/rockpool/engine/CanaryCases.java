package io.rockpool.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Proof that the harness sees what it is to see: a slot without its CAS, which must be found to be lent twice.
 *
 * <p>Kept out of the run of the other cases; JcstressTest demands that this one fails.
 */
public final class CanaryCases {

    private CanaryCases() {}

    /** A claim that reads, then writes. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "one of the two")
    @State
    public static class ClaimWithoutCas {
        private volatile long word = Slot.IDLE;

        private int claim() {
            long read = word;
            if (Slot.stateOf(read) != Slot.IDLE) {
                return 0;
            }
            word = Slot.next(read, Slot.LEASED);
            return 1;
        }

        @Actor
        public void first(II_Result r) {
            r.r1 = claim();
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = claim();
        }
    }
}
