package io.rockpool.benchmarks;

import java.time.Duration;

/**
 * The time a benchmark may take: on a busy machine it measures fewer rounds rather than longer.
 *
 * <p>Threads: one.
 */
final class Budget {

    private final long limitNanos;
    private final long start = System.nanoTime();
    private int rounds;

    Budget(Duration limit) {
        this.limitNanos = limit.toNanos();
    }

    /** Whether another round, as long as those so far on average, ends in time; there is always a first. */
    boolean another() {
        long spent = System.nanoTime() - start;
        boolean fits = rounds == 0 || spent + spent / rounds <= limitNanos;
        if (fits) {
            rounds++;
        }
        return fits;
    }
}
