package io.rockpool;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A pool's state in four figures, derived from its {@link PoolStatistics}.
 *
 * @param efficiency the hit ratio in percent, 0 to 100; 100 before the first borrow
 * @param utilization connections lent out, in percent of {@code poolSize + maxOverflow}
 * @param overflowUsage overflow connections open, in percent of {@code maxOverflow}; 0 where none is allowed
 * @param healthScore 0 to 100: from 100, what failed opens (up to 40), missed hits (20), full use (20), timeouts (10) and
 *     leaks (10) take away
 */
public record PerformanceMetrics(double efficiency, double utilization, double overflowUsage, int healthScore) {

    /** Computes the four figures. */
    public static PerformanceMetrics of(PoolStatistics s) {
        long borrows = s.poolHits() + s.poolMisses();
        double efficiency = borrows == 0 ? 100 : percent(s.poolHits(), borrows);
        double utilization = percent(s.activeConnections(), s.poolSize() + s.maxOverflow());
        double overflow = percent(s.overflowConnections(), s.maxOverflow());
        double lost = 40 * share(s.failedConnections(), s.totalCreated() + s.failedConnections())
                + (borrows == 0 ? 0 : 20 * Math.max(0, 0.8 - s.hitRatio()) / 0.8)
                + 20 * Math.max(0, utilization - 90) / 10
                + 10 * Math.min(1, 10 * share(s.timeouts(), borrows + s.timeouts()))
                + Math.min(10, 2.0 * s.leaksSuspected());
        return new PerformanceMetrics(
                round(efficiency), round(utilization), round(overflow), (int) Math.round(Math.max(0, 100 - lost)));
    }

    /** The same figures under their JSON names. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("efficiency", efficiency);
        map.put("utilization", utilization);
        map.put("overflow_usage", overflowUsage);
        map.put("health_score", healthScore);
        return map;
    }

    private static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    private static double percent(long part, long whole) {
        return 100 * share(part, whole);
    }

    private static double round(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
