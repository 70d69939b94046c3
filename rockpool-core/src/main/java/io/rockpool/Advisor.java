package io.rockpool;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The origin's four rules: what the statistics say, with the figures, and what to change. */
final class Advisor {

    private static final double LOW_HIT_RATIO = 0.80;
    private static final double HIGH_FAILURE_SHARE = 0.10;
    private static final double HIGH_UTILIZATION = 90;

    private Advisor() {}

    static List<Recommendation> advise(PoolStatistics s) {
        List<Recommendation> advice = new ArrayList<>();
        if (s.poolHits() + s.poolMisses() > 0 && s.hitRatio() < LOW_HIT_RATIO) {
            advice.add(new Recommendation(
                    "hit-ratio",
                    String.format(
                            Locale.ROOT,
                            "The hit ratio is %.1f %% (%d of %d borrows were served without opening a connection; 80 %% is the"
                                    + " mark). Raise poolSize above %d.",
                            100 * s.hitRatio(),
                            s.poolHits(),
                            s.poolHits() + s.poolMisses(),
                            s.poolSize())));
        }
        if (2 * s.overflowConnections() > s.poolSize()) {
            advice.add(new Recommendation(
                    "overflow",
                    String.format(
                            Locale.ROOT,
                            "%d overflow connections are open beside a poolSize of %d (half of it is the mark). Raise poolSize to"
                                    + " %d, so that they stay open.",
                            s.overflowConnections(),
                            s.poolSize(),
                            s.poolSize() + s.overflowConnections())));
        }
        if (s.failedConnections() > HIGH_FAILURE_SHARE * s.totalCreated()) {
            advice.add(new Recommendation(
                    "failures",
                    String.format(
                            Locale.ROOT,
                            "%d attempts to open a connection failed beside %d that succeeded (10 %% is the mark). Check the"
                                    + " database, the network and the credentials.",
                            s.failedConnections(),
                            s.totalCreated())));
        }
        double utilization = PerformanceMetrics.of(s).utilization();
        if (utilization > HIGH_UTILIZATION) {
            advice.add(new Recommendation(
                    "utilization",
                    String.format(
                            Locale.ROOT,
                            "%d of %d connections are lent out, %.0f %% (90 %% is the mark), and %d callers wait. Scale: raise"
                                    + " poolSize, or hold connections for a shorter time.",
                            s.activeConnections(),
                            s.poolSize() + s.maxOverflow(),
                            utilization,
                            s.waiting())));
        }
        return List.copyOf(advice);
    }
}
