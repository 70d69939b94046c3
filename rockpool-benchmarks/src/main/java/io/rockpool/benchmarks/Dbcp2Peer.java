package io.rockpool.benchmarks;

import java.time.Duration;
import org.apache.commons.dbcp2.BasicDataSource;

/**
 * Commons DBCP 2. By default it validates before every loan, and rolls back and sets auto-commit on return. It resets
 * what has a configured default alone, and cannot report a leak without taking the connection away.
 */
final class Dbcp2Peer {

    private Dbcp2Peer() {}

    static OpenPool open(Shape shape, boolean safe) {
        BasicDataSource pool = new BasicDataSource();
        pool.setUrl(shape.url());
        pool.setInitialSize(shape.minimumIdle());
        pool.setMinIdle(shape.minimumIdle());
        pool.setMaxTotal(shape.most());
        pool.setMaxIdle(shape.most()); // its default of 8 would close those beyond at each return
        pool.setMaxWait(shape.timeout());
        if (safe) {
            pool.setDefaultAutoCommit(true);
            pool.setDefaultReadOnly(false);
            pool.setRemoveAbandonedOnMaintenance(true);
            pool.setRemoveAbandonedTimeout(Peers.LEAK_THRESHOLD);
            pool.setDurationBetweenEvictionRuns(Duration.ofSeconds(30)); // the maintenance
            pool.setLogAbandoned(true);
        }
        return OpenPool.of(pool, pool::close);
    }
}
