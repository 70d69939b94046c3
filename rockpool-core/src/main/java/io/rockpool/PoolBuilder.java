package io.rockpool;

import io.rockpool.engine.JvmPlatform;
import io.rockpool.engine.Platform;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Collects a pool's settings. {@link #build()} checks all of them at once and starts the pool.
 *
 * <p>What is not set here is taken from system properties ({@code rockpool.pool-size}), the environment
 * ({@code DB_POOL_SIZE}, {@code ROCKPOOL_URL}), {@code rockpool.properties}, the preset, the default. Threads: one.
 * Durations: units, defaults and ranges stand at each method; zero is refused where no meaning is given.
 */
public final class PoolBuilder {

    private final Map<String, String> values = new TreeMap<>();
    private final List<PoolListener> listeners = new ArrayList<>();
    private @Nullable Supplier<@Nullable String> passwordSupplier;
    private @Nullable DataSource dataSource;
    private Platform platform = JvmPlatform.SHARED;
    private @Nullable Map<String, String> environment;
    private @Nullable Properties systemProperties;
    private @Nullable Properties file;

    PoolBuilder() {}

    /** The JDBC URL; needed unless a data source is given. */
    public PoolBuilder url(String url) {
        return set(Setting.URL, url);
    }

    /** The database user; default none. */
    public PoolBuilder username(String username) {
        return set(Setting.USERNAME, username);
    }

    /** The user's password; default none. */
    public PoolBuilder password(String password) {
        return set(Setting.PASSWORD, password);
    }

    /** Asked for the password at every opening, so that a rotated one is used from the next connection on. */
    public PoolBuilder passwordSupplier(Supplier<@Nullable String> supplier) {
        this.passwordSupplier = supplier;
        return this;
    }

    /** The driver's class; default: the driver that accepts the URL. */
    public PoolBuilder driverClassName(String className) {
        return set(Setting.DRIVER_CLASS_NAME, className);
    }

    /** A property for the driver. */
    public PoolBuilder driverProperty(String key, String value) {
        values.put("driver." + key, Objects.requireNonNull(value, key));
        return this;
    }

    /** Opens the connections in place of a driver. */
    public PoolBuilder dataSource(DataSource source) {
        this.dataSource = source;
        return this;
    }

    /** The name in messages, logs and metrics; default {@code rockpool}. */
    public PoolBuilder poolName(String name) {
        return set(Setting.POOL_NAME, name);
    }

    /** {@code high-concurrency}, {@code memory-constrained} or {@code high-availability}; default none. */
    public PoolBuilder preset(String name) {
        return set(Setting.PRESET, name);
    }

    /** Connections kept open; default 10, from 1 to 10,000. */
    public PoolBuilder poolSize(int connections) {
        return set(Setting.POOL_SIZE, connections);
    }

    /** Connections opened beyond {@code poolSize} on demand; default 5, from 0 to 10,000. */
    public PoolBuilder maxOverflow(int connections) {
        return set(Setting.MAX_OVERFLOW, connections);
    }

    /** How long a borrow waits; default 30 s, to 1 h; zero: not at all. */
    public PoolBuilder poolTimeout(Duration timeout) {
        return set(Setting.POOL_TIMEOUT, timeout);
    }

    /** Failed attempts to open in a row until callers are told; default 3, from 1 to 100. */
    public PoolBuilder maxRetries(int attempts) {
        return set(Setting.MAX_RETRIES, attempts);
    }

    /** Time between two health checks of an idle connection; default 300 s, from 1 s to 24 h; zero: none. */
    public PoolBuilder healthCheckInterval(Duration interval) {
        return set(Setting.HEALTH_CHECK_INTERVAL, interval);
    }

    /** Age at which a connection is replaced, less up to a tenth; default 1 h, from 1 s to 30 d; zero: never. */
    public PoolBuilder recycleTime(Duration age) {
        return set(Setting.RECYCLE_TIME, age);
    }

    /** Idle time after which an overflow connection closes; default 60 s, to 1 h; zero: at the next scan. */
    public PoolBuilder overflowLinger(Duration idle) {
        return set(Setting.OVERFLOW_LINGER, idle);
    }

    /** Idle time after which a network connection is validated before it is lent; default 500 ms; zero: always. */
    public PoolBuilder validationWindow(Duration idle) {
        return set(Setting.VALIDATION_WINDOW, idle);
    }

    /** How long a validation, clean-up or close may hang; default 5 s, from 100 ms to 5 min. */
    public PoolBuilder validationTimeout(Duration timeout) {
        return set(Setting.VALIDATION_TIMEOUT, timeout);
    }

    /** How long an opening may hang; default 10 s, from 100 ms to 10 min. */
    public PoolBuilder openTimeout(Duration timeout) {
        return set(Setting.OPEN_TIMEOUT, timeout);
    }

    /** Age of a lease at which a leak is suspected; default 60 s, from 100 ms to 24 h; zero: never. */
    public PoolBuilder leakThreshold(Duration age) {
        return set(Setting.LEAK_THRESHOLD, age);
    }

    /** Callers that may wait at once; default 10,000, from 1 to 1,000,000. */
    public PoolBuilder maxWaiters(int callers) {
        return set(Setting.MAX_WAITERS, callers);
    }

    /** How long {@code close()} waits for lent connections; default 10 s, to 1 h; zero: not at all. */
    public PoolBuilder drainTimeout(Duration timeout) {
        return set(Setting.DRAIN_TIMEOUT, timeout);
    }

    /** Whether a borrow that can never succeed fails at once; default true. */
    public PoolBuilder failOnDeadlock(boolean fail) {
        return set(Setting.FAIL_ON_DEADLOCK, fail);
    }

    /** Any setting or option of a database profile by its key, such as {@code sqlite.cache-size}. */
    public PoolBuilder option(String key, String value) {
        values.put(ConfigSources.canonical(key), Objects.requireNonNull(value, key));
        return this;
    }

    /** Is told of what happens in the pool. */
    public PoolBuilder listener(PoolListener listener) {
        listeners.add(listener);
        return this;
    }

    /**
     * Checks everything, starts the pool and opens its connections.
     *
     * @throws InvalidPoolConfigException with all faults of the settings
     * @throws SQLException if no connection could be opened; nothing is left running
     */
    public DatabaseConnectionPool build() throws SQLException {
        return DatabaseConnectionPool.start(this);
    }

    /** Checks everything and opens nothing. */
    public PoolConfig config() {
        return PoolConfig.resolve(this);
    }

    PoolBuilder set(Setting setting, Object value) {
        Objects.requireNonNull(value, () -> setting.key + " is null; leave it out to keep what the other sources say");
        values.put(setting.key, value instanceof Duration d ? Durations.write(d) : value.toString());
        return this;
    }

    /** In place of the process's own, for tests. */
    PoolBuilder sources(Map<String, String> environment, Properties systemProperties, Properties file) {
        this.environment = environment;
        this.systemProperties = systemProperties;
        this.file = file;
        return this;
    }

    PoolBuilder platform(Platform platform) {
        this.platform = platform;
        return this;
    }

    ConfigSources sources(Consumer<String> fault) {
        Map<String, String> mine = new HashMap<>(values);
        return environment == null || systemProperties == null || file == null
                ? ConfigSources.ofProcess(mine, fault)
                : new ConfigSources(mine, systemProperties, environment, file, "rockpool.properties");
    }

    Platform platform() {
        return platform;
    }

    List<PoolListener> listeners() {
        return listeners;
    }

    @Nullable Supplier<@Nullable String> passwordSupplier() {
        return passwordSupplier;
    }

    @Nullable DataSource dataSource() {
        return dataSource;
    }

    PoolBuilder copy() {
        PoolBuilder copy = new PoolBuilder();
        copy.values.putAll(values);
        copy.listeners.addAll(listeners);
        copy.passwordSupplier = passwordSupplier;
        copy.dataSource = dataSource;
        copy.platform = platform;
        copy.environment = environment;
        copy.systemProperties = systemProperties;
        copy.file = file;
        return copy;
    }
}
