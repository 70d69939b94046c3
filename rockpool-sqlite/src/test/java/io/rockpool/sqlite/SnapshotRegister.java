package io.rockpool.sqlite;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Judges reads of a counter that every write raises by a known number: none may miss what was acknowledged before it began,
 * or what another read had seen by then, and none may show a write that had not begun when it ended.
 *
 * <p>The counter is kept in two rows, which are equal in every committed state. Writes that failed for certain are not
 * counted; of an aborted one only the beginning is. Threads: any.
 */
final class SnapshotRegister {

    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong seen = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();

    void begins(int writes) {
        begun.addAndGet(writes);
    }

    void isAcknowledged(int writes) {
        acknowledged.addAndGet(writes);
    }

    long reads() {
        return reads.get();
    }

    long acknowledged() {
        return acknowledged.get();
    }

    /** A read that is about to begin: what it has to show at least. */
    long floor() {
        return Math.max(acknowledged.get(), seen.get());
    }

    /** What is wrong with what the read showed, or null. */
    @Nullable String judge(long floor, long first, long second) {
        long ceiling = begun.get();
        reads.incrementAndGet();
        seen.accumulateAndGet(first, Math::max);
        if (first != second) {
            return "torn: " + first + " and " + second;
        }
        if (first < floor) {
            return "stale: " + first + ", but " + floor + " was acknowledged or seen before";
        }
        return first > ceiling ? "early: " + first + ", but only " + ceiling + " writes had begun" : null;
    }
}
