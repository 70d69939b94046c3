package io.rockpool.benchmarks;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.tomcat.jdbc.pool.DataSource;
import org.apache.tomcat.jdbc.pool.PoolProperties;
import org.apache.tomcat.jdbc.pool.interceptor.ConnectionState;

/**
 * Tomcat's JDBC pool. By default it validates and resets nothing. It rolls back on return only where auto-commit is off
 * by default; else the reset of auto-commit, at the next loan, commits what was left open.
 */
final class TomcatPeer {

    /** It warns once a connection that it got no driver class; held here, since the log manager does not. */
    private static final Logger LOG = Logger.getLogger("org.apache.tomcat.jdbc.pool");

    private TomcatPeer() {}

    static OpenPool open(Shape shape, boolean safe) {
        LOG.setLevel(Level.SEVERE);
        PoolProperties config = new PoolProperties();
        config.setUrl(shape.url());
        config.setInitialSize(shape.minimumIdle());
        config.setMinIdle(shape.minimumIdle());
        config.setMaxActive(shape.most());
        config.setMaxIdle(shape.most());
        config.setMaxWait(Math.toIntExact(shape.timeout().toMillis()));
        if (safe) {
            config.setTestOnBorrow(true);
            config.setValidationInterval(Peers.VALIDATION_WINDOW.toMillis());
            config.setDefaultAutoCommit(true);
            config.setDefaultReadOnly(false);
            config.setJdbcInterceptors(ConnectionState.class.getName());
            config.setSuspectTimeout(Math.toIntExact(Peers.LEAK_THRESHOLD.toSeconds()));
            config.setRemoveAbandonedTimeout(0); // the report is asked for, not the end of the connection
            config.setLogAbandoned(true);
        }
        DataSource pool = new DataSource(config);
        return OpenPool.of(pool, () -> pool.close(true));
    }
}
