package io.rockpool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pool has done and how it stands, counted exactly and read without a lock.
 *
 * <p>Each number is exact for the moment it was read; taken under load, numbers of different connections may be some
 * nanoseconds apart. Units: connections, counts since the start, milliseconds where the name says so.
 *
 * @param poolSize connections the pool keeps
 * @param maxOverflow connections it may open beyond that
 * @param activeConnections lent out now
 * @param availableConnections open and idle now
 * @param totalConnections open now, in whatever state
 * @param overflowConnections open now beyond {@code poolSize}
 * @param poolHits borrows served without opening a connection
 * @param poolMisses borrows for which a connection was opened
 * @param failedConnections failed attempts to open a connection
 * @param totalCreated connections opened
 * @param hitRatio hits / (hits + misses), from 0 to 1; 0 before the first borrow
 * @param waiting callers waiting for a connection now
 * @param waits borrows that had to wait
 * @param waitMeanMillis mean wait of those
 * @param waitP99Millis 99th percentile of those, to a factor of two
 * @param waitMaxMillis the longest wait
 * @param timeouts borrows that ended at their timeout
 * @param rejected borrows refused at once: too many waiters, a deadlock, the database known to be down, the pool closed
 * @param leaksSuspected leases that outlived {@code leakThreshold}
 * @param unfinishedTransactions leases given back with open work, which was rolled back
 * @param stuckCalls driver calls that never came back and were abandoned, still hanging now
 * @param oldestConnectionMillis age of the oldest open connection
 * @param meanConnectionAgeMillis mean age of the open connections
 * @param closedByCause connections closed, by cause
 * @param failuresByCause failed opens, validations and resets, by cause
 * @param lanes the lanes behind the leases that all the other numbers are about; none where each lease is a connection of the
 *     database
 */
public record PoolStatistics(
        int poolSize,
        int maxOverflow,
        int activeConnections,
        int availableConnections,
        int totalConnections,
        int overflowConnections,
        long poolHits,
        long poolMisses,
        long failedConnections,
        long totalCreated,
        double hitRatio,
        int waiting,
        long waits,
        double waitMeanMillis,
        double waitP99Millis,
        double waitMaxMillis,
        long timeouts,
        long rejected,
        long leaksSuspected,
        long unfinishedTransactions,
        int stuckCalls,
        long oldestConnectionMillis,
        long meanConnectionAgeMillis,
        Map<String, Long> closedByCause,
        Map<String, Long> failuresByCause,
        List<LaneStatistics> lanes) {

    public PoolStatistics {
        closedByCause = Map.copyOf(closedByCause);
        failuresByCause = Map.copyOf(failuresByCause);
        lanes = List.copyOf(lanes);
    }

    /** The same numbers under their JSON names, in their order; the first eleven are the origin's own keys. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("pool_size", poolSize);
        map.put("active_connections", activeConnections);
        map.put("available_connections", availableConnections);
        map.put("total_connections", totalConnections);
        map.put("overflow_connections", overflowConnections);
        map.put("pool_hits", poolHits);
        map.put("pool_misses", poolMisses);
        map.put("failed_connections", failedConnections);
        map.put("total_created", totalCreated);
        map.put("hit_ratio", hitRatio);
        map.put("max_overflow", maxOverflow);
        map.put("waiting", waiting);
        map.put("waits", waits);
        map.put("wait_mean_ms", waitMeanMillis);
        map.put("wait_p99_ms", waitP99Millis);
        map.put("wait_max_ms", waitMaxMillis);
        map.put("timeouts", timeouts);
        map.put("rejected", rejected);
        map.put("leaks_suspected", leaksSuspected);
        map.put("unfinished_transactions", unfinishedTransactions);
        map.put("stuck_calls", stuckCalls);
        map.put("oldest_connection_ms", oldestConnectionMillis);
        map.put("mean_connection_age_ms", meanConnectionAgeMillis);
        map.put("closed_by_cause", new java.util.TreeMap<>(closedByCause));
        map.put("failures_by_cause", new java.util.TreeMap<>(failuresByCause));
        map.put("lanes", lanes.stream().map(LaneStatistics::toMap).toList());
        return map;
    }

    static double millis(long nanos) {
        long micros = nanos / 1_000;
        return micros / 1_000.0;
    }
}
