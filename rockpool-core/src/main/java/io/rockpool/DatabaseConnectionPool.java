package io.rockpool;

import io.rockpool.engine.BorrowFailure;
import io.rockpool.engine.EngineSettings;
import io.rockpool.engine.EngineStatistics;
import io.rockpool.engine.Headroom;
import io.rockpool.engine.ResourcePool;
import io.rockpool.engine.Slot;
import io.rockpool.jdbc.JdbcPool;
import io.rockpool.jdbc.PhysicalConnection;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A pool of database connections.
 *
 * <p>Made by {@link #builder()} (starts at once and fails fast), or as a JavaBean (starts at its first borrow). Threads:
 * any. Life: open, draining, closed; closed is final. A borrow ends in a connection or in a {@link PoolTimeoutException}
 * that names the cause, not later than {@code poolTimeout}; where the caller itself opens the connection (SQLite), that call
 * is not cut short.
 */
public final class DatabaseConnectionPool extends PoolBean implements DataSource, AutoCloseable {

    private static final ReentrantLock SHARED_LOCK = new ReentrantLock();
    private static @Nullable DatabaseConnectionPool shared; // guarded by SHARED_LOCK

    private final ReentrantLock starting =
            new ReentrantLock(); // over start, close and resize; taken before the engine's
    private final PoolBuilder builder;
    private volatile @Nullable Running running;
    private volatile boolean closed;
    private volatile int loginTimeout; // as it was set, in seconds; answered until the pool starts

    /** What there is once the pool has started. */
    private record Running(PoolConfig config, JdbcPool jdbc, EventRelay events) {
        ResourcePool<PhysicalConnection> engine() {
            return jdbc.engine();
        }
    }

    /** A pool to be configured by its setters; it starts at its first borrow. */
    public DatabaseConnectionPool() {
        this(new PoolBuilder());
    }

    private DatabaseConnectionPool(PoolBuilder builder) {
        this.builder = builder;
    }

    /** Collects settings for a pool. */
    public static PoolBuilder builder() {
        return new PoolBuilder();
    }

    /** A started pool with everything but its URL at the defaults. */
    public static DatabaseConnectionPool of(String url) throws SQLException {
        return builder().url(url).build();
    }

    /**
     * The one pool of this process, built at first use from system properties, environment and {@code
     * rockpool.properties}; built anew after it was closed.
     */
    public static DatabaseConnectionPool shared() throws SQLException {
        SHARED_LOCK.lock();
        try {
            if (shared == null || shared.closed) {
                shared = builder().build();
            }
            return shared;
        } finally {
            SHARED_LOCK.unlock();
        }
    }

    static DatabaseConnectionPool start(PoolBuilder builder) throws SQLException {
        DatabaseConnectionPool pool = new DatabaseConnectionPool(builder.copy());
        pool.running();
        return pool;
    }

    // ---- borrow ------------------------------------------------------------------------------------------------

    /**
     * Borrows a connection, waiting for one up to {@code poolTimeout}; close it to give it back.
     *
     * @throws PoolTimeoutException if none came free in time, or waiting could not help; it names cause and holders
     * @throws SQLException if the pool is closed, or the thread was interrupted (SQLState 57014; the flag stays set)
     */
    @Override
    public ConnectionWrapper getConnection() throws SQLException {
        return borrow();
    }

    LeasedConnection borrow() throws SQLException {
        Running started = running;
        if (started == null) {
            started = running();
        }
        Slot<PhysicalConnection> slot = started.engine().tryBorrow(Thread.currentThread());
        if (slot == null) {
            slot = await(started, started.engine().settings().borrowTimeout());
        }
        try {
            return new LeasedConnection(slot);
        } catch (Error e) { // no memory, no stack: nobody else has this lease
            slot.lost = slot.word;
            throw e;
        }
    }

    private static Slot<PhysicalConnection> await(Running started, long timeoutNanos) throws SQLException {
        PoolConfig config = started.config();
        try {
            return started.engine().borrow(timeoutNanos);
        } catch (BorrowFailure failure) {
            SQLException e = BorrowErrors.of(config.poolName(), failure, config.engineSettings());
            if (e instanceof PoolTimeoutException timeout) {
                started.events().tell(l -> l.borrowFailed(config.poolName(), timeout));
            }
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException(
                    "pool '" + config.poolName() + "': the thread was interrupted while it waited for a connection",
                    "57014",
                    e);
        }
    }

    /**
     * This pool as a data source whose connections are read-only: each lease reads one snapshot where the database has them,
     * and writes are refused (SQLState 25006). Closing it is this pool's business.
     */
    public DataSource readOnly() {
        return new ReadOnlyDataSource(this);
    }

    /** Runs work that only reads, on one snapshot where the database has them, and returns its value. */
    public <V, X extends Exception> V read(DatabaseConnection.Task<V, X> task) throws SQLException, X {
        return DatabaseConnection.read(this, task);
    }

    /** Runs work in a transaction and returns its value; commits when it returns and rolls back when it throws. */
    public <V, X extends Exception> V write(DatabaseConnection.Task<V, X> task) throws SQLException, X {
        return DatabaseConnection.call(this, task);
    }

    /** Refused: a pool's connections have the user of its settings. */
    @Override
    public ConnectionWrapper getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException(
                "pool '" + name() + "': a connection for another user is not lent; build a pool with that user and call"
                        + " getConnection()",
                "0A000");
    }

    /** Starts the pool if it has not started, and tells whether a connection could be opened. */
    private Running running() throws SQLException {
        Headroom.forCall();
        starting.lock();
        try {
            Running already = running;
            if (already != null) {
                return already;
            }
            if (closed) {
                throw new SQLNonTransientConnectionException(
                        "pool '" + name() + "' is closed; build a new pool", "08003");
            }
            Running started = startLocked();
            running = started;
            return started;
        } finally {
            starting.unlock();
        }
    }

    private Running startLocked() throws SQLException {
        PoolConfig config = PoolConfig.resolve(builder);
        EventRelay events = new EventRelay(config.poolName(), builder.listeners());
        JdbcPool jdbc =
                new JdbcPool(config.poolName(), config.database(), config.engineSettings(), builder.platform(), events);
        Running started = new Running(config, jdbc, events);
        try {
            jdbc.engine().start();
            new LeasedConnection(firstBorrow(started)).close(); // a pool that opens nothing does not start
            return started;
        } catch (Throwable t) {
            jdbc.close();
            throw t;
        }
    }

    /** Waits for an opening however short the borrow timeout is: that is about borrows of a pool that has connections. */
    private static Slot<PhysicalConnection> firstBorrow(Running started) throws SQLException {
        EngineSettings settings = started.engine().settings();
        return await(started, Math.max(settings.borrowTimeout(), settings.openTimeout()));
    }

    // ---- what it knows -----------------------------------------------------------------------------------------

    /** The pool's name. */
    public String name() {
        Running started = running;
        return started == null ? "(not started)" : started.config().poolName();
    }

    /** The settings in force, each with its source. Starts the pool if it has not started. */
    public PoolConfig config() throws SQLException {
        return running().config();
    }

    /** What the pool has done and how it stands; all zero before the start. */
    public PoolStatistics statistics() {
        Running started = running;
        return started == null ? Statistics.beforeStart() : Statistics.of(started);
    }

    /** Efficiency, utilisation, overflow usage and health score of this moment. */
    public PerformanceMetrics performance() {
        return PerformanceMetrics.of(statistics());
    }

    /** What to change, with the figures that say so; empty where nothing stands out. */
    public List<Recommendation> recommendations() {
        return Advisor.advise(statistics());
    }

    /** Who holds connections now, longest first. */
    public List<LeaseInfo> leases() {
        Running started = running;
        return started == null
                ? List.of()
                : started.engine().holdings().stream().map(BorrowErrors::lease).toList();
    }

    // ---- operate -----------------------------------------------------------------------------------------------

    /** Borrows wait from now on, until {@link #resume()} or their timeout. */
    public void suspend() throws SQLException {
        running().engine().suspend();
    }

    /** Ends {@link #suspend()}. */
    public void resume() throws SQLException {
        running().engine().resume();
    }

    /** Replaces every connection that is open now: idle ones at once, lent ones as they come back; how many. */
    public int evict() throws SQLException {
        return running().engine().evict();
    }

    /**
     * Changes the sizes of a running pool. Surplus connections close, at once or as they come back.
     *
     * @throws InvalidPoolConfigException if a size is out of its range; nothing is changed
     */
    public void resize(int poolSize, int maxOverflow) throws SQLException {
        Headroom.forCall();
        starting.lock();
        try {
            Running started = running();
            PoolConfig resized = started.config().toBuilder()
                    .poolSize(poolSize)
                    .maxOverflow(maxOverflow)
                    .config();
            started.engine().resize(resized.engineSettings());
            running = new Running(resized, started.jdbc(), started.events());
        } finally {
            starting.unlock();
        }
    }

    /**
     * Closes the pool: borrows are refused at once, idle connections close, lent ones as they come back, and at {@code
     * drainTimeout} the rest is aborted. Returns when all is closed, the second close as well; in a listener it does not wait.
     */
    @Override
    public void close() {
        Running started;
        Headroom.forCall();
        starting.lock();
        try {
            started = running;
            closed = true;
        } finally {
            starting.unlock();
        }
        if (started != null) {
            started.jdbc().close();
        }
    }

    /** Whether {@link #close()} was called. */
    public boolean isClosed() {
        return closed;
    }

    // ---- DataSource --------------------------------------------------------------------------------------------

    @Override
    PoolBuilder settings() {
        if (running != null || closed) {
            throw new IllegalStateException("pool '" + name()
                    + "' has started, so this setting is fixed; set it before the first getConnection(),"
                    + " or use resize()");
        }
        return builder;
    }

    /** Null: the pool logs through SLF4J. */
    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException(
                "the pool logs through SLF4J; configure its logger io.rockpool", "0A000");
    }

    /** Sets {@code poolTimeout}; zero, JDBC's word for the default, leaves it as it is. */
    @Override
    public void setLoginTimeout(int seconds) {
        PoolBuilder unstarted = settings();
        if (seconds != 0) {
            unstarted.poolTimeout(Duration.ofSeconds(seconds));
        }
        loginTimeout = seconds;
    }

    @Override
    public int getLoginTimeout() {
        Running started = running;
        return started == null
                ? loginTimeout
                : (int) started.config().poolTimeout().toSeconds();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("the pool logs through SLF4J, not java.util.logging", "0A000");
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) {
        DataSource inner = builder.dataSource();
        return iface.isInstance(this) || (inner != null && iface.isInstance(inner));
    }

    @Override
    public <V> V unwrap(Class<V> iface) throws SQLException {
        DataSource inner = builder.dataSource();
        if (iface.isInstance(this)) {
            return iface.cast(this);
        }
        if (inner != null && iface.isInstance(inner)) {
            return iface.cast(inner);
        }
        throw new SQLException("the pool is no " + iface.getName() + " and wraps none", "0A000");
    }

    @Override
    public String toString() {
        Running started = running;
        return "DatabaseConnectionPool[" + (started == null ? "not started" : started.config()) + "]";
    }

    /** The engine's numbers under the origin's names. */
    private static final class Statistics {

        static PoolStatistics beforeStart() {
            return new PoolStatistics(
                    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of(), List.of());
        }

        static PoolStatistics of(Running running) {
            EngineStatistics e = running.engine().statistics();
            EngineSettings settings = running.engine().settings();
            long hits = Math.max(0, e.leases() - e.misses());
            return new PoolStatistics(
                    settings.poolSize(),
                    settings.maxOverflow(),
                    e.active(),
                    e.idle(),
                    e.total(),
                    Math.max(0, e.total() - settings.poolSize()),
                    hits,
                    e.misses(),
                    e.failedOpens(),
                    e.created(),
                    e.leases() == 0 ? 0 : (double) hits / e.leases(),
                    e.waiting(),
                    e.waits(),
                    PoolStatistics.millis(e.waitMeanNanos()),
                    PoolStatistics.millis(e.waitP99Nanos()),
                    PoolStatistics.millis(e.waitMaxNanos()),
                    e.timeouts(),
                    e.rejected(),
                    e.leaks(),
                    running.jdbc().unfinished(),
                    e.stuck(),
                    e.oldestNanos() / 1_000_000,
                    e.meanAgeNanos() / 1_000_000,
                    e.closed(),
                    e.failures(),
                    lanes(running));
        }

        private static List<LaneStatistics> lanes(Running running) {
            return running.jdbc().lanes().stream()
                    .map(lane -> LaneStatistics.of(Lane.valueOf(lane.role().name()), lane.limit(), lane.statistics()))
                    .toList();
        }
    }
}
