package io.rockpool.robustness;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolStatistics;
import io.rockpool.PoolTimeoutException;
import io.rockpool.testkit.Fault;
import io.rockpool.testkit.FaultyServer;
import io.rockpool.testkit.Quiescence;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The main class of a child JVM that is stopped with everything under way: leases, waiters, an opening. It says "ready",
 * notices by the clock that it was stopped, and tells what came of it; status 1 if anything did.
 *
 * <p>Every limit is shorter than the stop, and longer than what comes before it.
 */
final class ClockJumpProbe {

    private static final int POOL_SIZE = 4;
    private static final int WAITERS = 8;
    private static final long STOPPED_NANOS = 1_000_000_000L;

    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger timedOut = new AtomicInteger();

    public static void main(String[] args) throws Exception {
        int status = new ClockJumpProbe().run() ? 0 : 1;
        System.out.flush();
        Runtime.getRuntime().halt(status);
    }

    private boolean run() throws Exception {
        try (FaultyServer server = FaultyServer.start("stopped")) {
            DatabaseConnectionPool pool = DatabaseConnectionPool.builder()
                    .url(server.url())
                    .poolSize(POOL_SIZE)
                    .maxOverflow(1)
                    .poolTimeout(Duration.ofSeconds(2))
                    .openTimeout(Duration.ofSeconds(2))
                    .validationTimeout(Duration.ofSeconds(2))
                    .leakThreshold(Duration.ofSeconds(2))
                    .healthCheckInterval(Duration.ofSeconds(1))
                    .recycleTime(Duration.ZERO)
                    .build();
            Eventually.eventually(
                    () -> "a full pool: " + pool.statistics(),
                    () -> pool.statistics().availableConnections() == POOL_SIZE);
            server.script(Fault.on("connect").hang());
            List<Connection> held = new ArrayList<>();
            for (int i = 0; i < POOL_SIZE; i++) {
                held.add(pool.getConnection());
            }
            List<Thread> waiters = waiters(pool);
            server.awaitHanging(1, Duration.ofSeconds(30));
            System.out.println("ready");
            System.out.flush();
            long gap = awaitStop();
            server.clearFaults();
            server.release();
            for (Connection connection : held) {
                use(connection);
                connection.close();
            }
            for (Thread waiter : waiters) {
                Eventually.ends(waiter);
            }
            look(pool, gap);
            Quiescence.assertQuiescent(pool, server);
        }
        faults.forEach(System.out::println);
        return faults.isEmpty();
    }

    /** The length of the first gap in time, in nanoseconds. */
    private static long awaitStop() {
        long last = System.nanoTime();
        while (true) {
            LockSupport.parkNanos(1_000_000);
            long now = System.nanoTime();
            if (now - last > STOPPED_NANOS) {
                return now - last;
            }
            last = now;
        }
    }

    private List<Thread> waiters(DatabaseConnectionPool pool) {
        List<Thread> waiters = new ArrayList<>();
        for (int i = 0; i < WAITERS; i++) {
            Thread waiter = new Thread(() -> borrow(pool), "waiter-" + i);
            waiter.start();
            waiters.add(waiter);
        }
        Eventually.eventually(
                () -> "all wait: " + pool.statistics(), () -> pool.statistics().waiting() == WAITERS);
        return waiters;
    }

    private void borrow(DatabaseConnectionPool pool) {
        try (Connection connection = pool.getConnection()) {
            use(connection);
            served.incrementAndGet();
        } catch (PoolTimeoutException e) {
            timedOut.incrementAndGet();
        } catch (SQLException e) {
            faults.add("a waiter heard " + e);
        }
    }

    private static void use(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1")) {
            rows.next();
        }
    }

    private void look(DatabaseConnectionPool pool, long gap) {
        Eventually.eventually(
                () -> "all back: " + pool.statistics(),
                () -> pool.statistics().availableConnections()
                        == pool.statistics().totalConnections());
        Lendable.all(pool, POOL_SIZE);
        PoolStatistics now = pool.statistics();
        System.out.println("ClockJumpProbe stopped for " + gap / 1_000_000 + " ms: " + served + " of " + WAITERS
                + " waiters served, " + timedOut + " timed out, " + now);
        check(served.get() + timedOut.get() == WAITERS, "a waiter was not answered");
        check(now.timeouts() == timedOut.get(), "timeouts are miscounted");
        check(now.closedByCause().isEmpty(), "connections were closed");
        check(now.failedConnections() == 0, "an opening was given up");
        check(now.leaksSuspected() == 0, "leases were taken for leaks");
        check(now.stuckCalls() == 0, "calls were given up");
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            faults.add(otherwise);
        }
    }
}
