package io.rockpool;

import java.time.Duration;

/**
 * The JavaBean face of a pool, for frameworks that create it by its no-argument constructor and set its properties.
 *
 * <p>Each property has one setter; what it means, its range and default stand at the method of the same name in
 * {@link PoolBuilder}. The pool starts at its first {@code getConnection()}; a setter called later throws
 * {@link IllegalStateException}. Threads: one, before the start.
 */
public abstract sealed class PoolBean permits DatabaseConnectionPool {

    PoolBean() {}

    /** The builder, while the pool has not started. */
    abstract PoolBuilder settings();

    public void setUrl(String url) {
        settings().url(url);
    }

    /** The same as {@link #setUrl}, under the name that other pools use. */
    public void setJdbcUrl(String jdbcUrl) {
        settings().url(jdbcUrl);
    }

    public void setUsername(String username) {
        settings().username(username);
    }

    public void setPassword(String password) {
        settings().password(password);
    }

    public void setDriverClassName(String driverClassName) {
        settings().driverClassName(driverClassName);
    }

    public void setPoolName(String poolName) {
        settings().poolName(poolName);
    }

    public void setPreset(String preset) {
        settings().preset(preset);
    }

    public void setPoolSize(int poolSize) {
        settings().poolSize(poolSize);
    }

    public void setMaxOverflow(int maxOverflow) {
        settings().maxOverflow(maxOverflow);
    }

    public void setPoolTimeout(Duration poolTimeout) {
        settings().poolTimeout(poolTimeout);
    }

    public void setMaxRetries(int maxRetries) {
        settings().maxRetries(maxRetries);
    }

    public void setHealthCheckInterval(Duration healthCheckInterval) {
        settings().healthCheckInterval(healthCheckInterval);
    }

    public void setRecycleTime(Duration recycleTime) {
        settings().recycleTime(recycleTime);
    }

    public void setOverflowLinger(Duration overflowLinger) {
        settings().overflowLinger(overflowLinger);
    }

    public void setValidationWindow(Duration validationWindow) {
        settings().validationWindow(validationWindow);
    }

    public void setValidationTimeout(Duration validationTimeout) {
        settings().validationTimeout(validationTimeout);
    }

    public void setOpenTimeout(Duration openTimeout) {
        settings().openTimeout(openTimeout);
    }

    public void setLeakThreshold(Duration leakThreshold) {
        settings().leakThreshold(leakThreshold);
    }

    public void setMaxWaiters(int maxWaiters) {
        settings().maxWaiters(maxWaiters);
    }

    public void setDrainTimeout(Duration drainTimeout) {
        settings().drainTimeout(drainTimeout);
    }

    public void setFailOnDeadlock(boolean failOnDeadlock) {
        settings().failOnDeadlock(failOnDeadlock);
    }
}
