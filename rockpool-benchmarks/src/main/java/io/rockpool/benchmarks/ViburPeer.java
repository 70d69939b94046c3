package io.rockpool.benchmarks;

import org.vibur.dbcp.ViburDBCPDataSource;

/**
 * Vibur. By default it validates after 5 s and resets nothing. It never rolls back: its reset of auto-commit commits
 * what was left open. It has no report of leaks by age.
 */
final class ViburPeer {

    private static final int SHORTEST_VALIDATION_SECONDS = 1;

    private ViburPeer() {}

    static OpenPool open(Shape shape, boolean safe) {
        ViburDBCPDataSource pool = new ViburDBCPDataSource();
        pool.setJdbcUrl(shape.url());
        pool.setUsername(""); // it cannot do without
        pool.setPassword("");
        pool.setPoolInitialSize(shape.minimumIdle());
        pool.setPoolMaxSize(shape.most());
        pool.setConnectionTimeoutInMs(shape.timeout().toMillis());
        if (safe) {
            pool.setConnectionIdleLimitInSeconds(SHORTEST_VALIDATION_SECONDS);
            pool.setResetDefaultsAfterUse(true);
            pool.setDefaultAutoCommit(true);
            pool.setDefaultReadOnly(false);
            pool.setClearSQLWarnings(true);
        }
        pool.start();
        return OpenPool.of(pool, pool::close);
    }
}
