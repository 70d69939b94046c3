package io.rockpool.jdbc;

import io.rockpool.ConnectionWrapper;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolBuilder;
import io.rockpool.PoolListener;
import io.rockpool.testkit.FaultyServer;
import io.rockpool.testkit.FaultyServerState;
import io.rockpool.testkit.Quiescence;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A pool of one connection on a scripted server, for one test; the end of the test is a quiescent pool.
 *
 * <p>With one slot a closed connection is closed before its successor is opened, so what the server tells after a borrow
 * is of the borrowed connection alone. Validation and upkeep are off: each driver call has a cause in the test.
 */
public final class ServedPool implements BeforeEachCallback, AfterEachCallback {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final UnaryOperator<PoolBuilder> settings;
    public final List<@Nullable String> unfinished = new CopyOnWriteArrayList<>();
    public FaultyServer server;
    public DatabaseConnectionPool pool;

    public ServedPool() {
        this(builder -> builder);
    }

    public ServedPool(UnaryOperator<PoolBuilder> settings) {
        this.settings = settings;
    }

    @Override
    public void beforeEach(ExtensionContext context) throws SQLException {
        server = FaultyServer.start("served-" + NUMBER.incrementAndGet());
        pool = start();
    }

    private DatabaseConnectionPool start() throws SQLException {
        PoolBuilder builder = DatabaseConnectionPool.builder()
                .url(server.url())
                .poolSize(1)
                .maxOverflow(0)
                .poolTimeout(Duration.ofSeconds(20))
                .validationWindow(Duration.ofHours(1))
                .healthCheckInterval(Duration.ZERO)
                .recycleTime(Duration.ZERO)
                .listener(new PoolListener() {
                    @Override
                    public void unfinishedTransaction(String name, int slot, @Nullable String sql) {
                        unfinished.add(sql);
                    }
                });
        return settings.apply(builder).build();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            server.clearFaults();
            server.release();
            Quiescence.assertQuiescent(pool, server);
        } finally {
            server.stop();
        }
    }

    public ConnectionWrapper borrow() throws SQLException {
        return pool.getConnection();
    }

    /** The server's view of the one open connection. */
    public FaultyServerState state() {
        List<FaultyServerState> states = server.states();
        if (states.size() != 1) {
            throw new AssertionError("one open connection was expected: " + states);
        }
        return states.get(0);
    }

    /** How many connections the pool closed for that cause. */
    public long closed(String cause) {
        return pool.statistics().closedByCause().getOrDefault(cause, 0L);
    }

    public int active() {
        return pool.statistics().activeConnections();
    }

    public static int execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    public static long query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getLong(rows.getMetaData().getColumnCount()) : 0;
        }
    }

    /** Waits for something that another thread is about to do. */
    public static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("never came: " + what);
            }
            Thread.yield();
        }
    }
}
