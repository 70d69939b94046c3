package io.rockpool.engine;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long borrowers waited: count, mean, longest, and percentiles to a factor of two.
 *
 * <p>Threads: any. Units: nanoseconds. Written once a wait, never on the hot path.
 */
final class WaitTimes {

    private final AtomicLongArray buckets = new AtomicLongArray(Long.SIZE); // bucket b: below 2^b ns
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong total = new AtomicLong();
    private final AtomicLong longest = new AtomicLong();

    void add(long nanos) {
        long wait = Math.max(0, nanos);
        buckets.incrementAndGet(Math.min(Long.SIZE - 1, Long.SIZE - Long.numberOfLeadingZeros(wait)));
        count.incrementAndGet();
        total.addAndGet(wait);
        longest.accumulateAndGet(wait, Math::max);
    }

    long count() {
        return count.get();
    }

    long mean() {
        long n = count.get();
        return n == 0 ? 0 : total.get() / n;
    }

    long longest() {
        return longest.get();
    }

    /** The upper bound of the bucket that holds the given share of all waits, but never more than the longest. */
    long percentile(double share) {
        long rank = (long) Math.ceil(share * count.get());
        long seen = 0;
        for (int b = 0; b < Long.SIZE; b++) {
            seen += buckets.get(b);
            if (seen >= rank && rank > 0) {
                return Math.min(longest.get(), b == Long.SIZE - 1 ? Long.MAX_VALUE : 1L << b);
            }
        }
        return 0;
    }
}
