package io.rockpool.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** HikariCP; by default it validates after 500 ms, rolls back and resets. Its settings: milliseconds. */
final class HikariPeer {

    private HikariPeer() {}

    static OpenPool open(Shape shape, boolean safe) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(shape.url());
        config.setMinimumIdle(shape.minimumIdle());
        config.setMaximumPoolSize(shape.most());
        config.setConnectionTimeout(shape.timeout().toMillis());
        if (safe) {
            config.setLeakDetectionThreshold(Peers.LEAK_THRESHOLD.toMillis());
            config.setMetricsTrackerFactory((pool, statistics) -> new Tracker());
        }
        HikariDataSource pool = new HikariDataSource(config);
        return OpenPool.of(pool, pool::close);
    }

    /** What a meter library's timer keeps at the least, and what Agroal's statistics keep: count, sum and maximum. */
    private static final class Tracker implements IMetricsTracker {

        private final LongAdder borrows = new LongAdder();
        private final LongAdder waitedNanos = new LongAdder();
        private final LongAccumulator longestNanos = new LongAccumulator(Long::max, 0);
        private final LongAdder returns = new LongAdder();
        private final LongAdder heldMillis = new LongAdder();
        private final LongAccumulator longestMillis = new LongAccumulator(Long::max, 0);

        @Override
        public void recordConnectionAcquiredNanos(long nanos) {
            borrows.increment();
            waitedNanos.add(nanos);
            longestNanos.accumulate(nanos);
        }

        @Override
        public void recordConnectionUsageMillis(long millis) {
            returns.increment();
            heldMillis.add(millis);
            longestMillis.accumulate(millis);
        }
    }
}
