package io.rockpool.benchmarks;

import com.mchange.v2.c3p0.ComboPooledDataSource;

/**
 * c3p0. By default it rolls back and resets, and validates nothing. It has no window for validation, and cannot report a
 * leak without taking the connection away. Its settings: milliseconds for the checkout, seconds for the rest.
 */
final class C3p0Peer {

    private C3p0Peer() {}

    static OpenPool open(Shape shape, boolean safe) {
        ComboPooledDataSource pool = new ComboPooledDataSource();
        pool.setJdbcUrl(shape.url());
        pool.setInitialPoolSize(shape.minimumIdle());
        pool.setMinPoolSize(shape.minimumIdle());
        pool.setMaxPoolSize(shape.most());
        pool.setCheckoutTimeout(Math.toIntExact(shape.timeout().toMillis()));
        if (safe) {
            pool.setTestConnectionOnCheckout(true);
            pool.setUnreturnedConnectionTimeout(Math.toIntExact(Peers.LEAK_THRESHOLD.toSeconds()));
            pool.setDebugUnreturnedConnectionStackTraces(true);
        }
        return OpenPool.of(pool, pool::close);
    }
}
