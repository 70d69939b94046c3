package io.rockpool.engine;

import java.util.Map;

/**
 * Everything a pool counted, at one moment. Units: nanoseconds where the name says so.
 *
 * @param stuck driver calls that were abandoned and still hang
 * @param closed resources closed, by {@link CloseCause#key}
 * @param failures failed openings, validations, resets, by name
 */
public record EngineStatistics(
        int active,
        int idle,
        int opening,
        int checking,
        int closing,
        long leases,
        long misses,
        long created,
        long failedOpens,
        int waiting,
        long waits,
        long waitMeanNanos,
        long waitP99Nanos,
        long waitMaxNanos,
        long timeouts,
        long rejected,
        long leaks,
        int stuck,
        long oldestNanos,
        long meanAgeNanos,
        Map<String, Long> closed,
        Map<String, Long> failures) {

    static <T> EngineStatistics of(ResourcePool<T> pool, long now) {
        int[] states = new int[Slot.CLOSING + 1];
        long leases = 0;
        long misses = 0;
        long oldest = 0;
        long ages = 0;
        for (Slot<T> slot : pool.table.slots()) {
            int state = slot.state();
            states[state]++;
            leases += slot.leases();
            misses += slot.misses;
            if (state == Slot.IDLE || state == Slot.LEASED || state == Slot.CHECKING) {
                long age = Math.max(0, now - slot.openedAt);
                oldest = Math.max(oldest, age);
                ages += age;
            }
        }
        int live = states[Slot.IDLE] + states[Slot.LEASED] + states[Slot.CHECKING];
        PoolCounters c = pool.counters;
        return new EngineStatistics(
                states[Slot.LEASED],
                states[Slot.IDLE],
                states[Slot.OPENING],
                states[Slot.CHECKING],
                states[Slot.CLOSING],
                leases,
                misses,
                c.created.get(),
                c.failures(PoolCounters.Failure.OPEN),
                pool.waiting(),
                c.waits.count(),
                c.waits.mean(),
                c.waits.percentile(0.99),
                c.waits.longest(),
                c.timeouts.get(),
                c.rejected.get(),
                c.leaks.get(),
                pool.calls.stuck(),
                oldest,
                live == 0 ? 0 : ages / live,
                c.closedByCause(),
                c.failuresByCause());
    }

    /** Open, in whatever state. */
    public int total() {
        return active + idle + checking + closing;
    }
}
