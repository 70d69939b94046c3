package io.rockpool.robustness;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.ConnectionWrapper;
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
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Thirty-two threads that do everything at once to one pool, on a driver that fails now and then: at the end no slot is
 * lost, and every counter is what the callers counted.
 *
 * <p>What {@code EngineStressTest} does to the engine with integers, this does to the whole pool through JDBC. Sizes:
 * {@code -Drobustness.mixedLoad.seconds}, 5 by default. A seed, set by {@code -Drobustness.mixedLoad.seed}, repeats what each
 * thread asks for, not the order they come in. Source: invariants I1 to I6 of docs/proofs/robustness.md.
 */
@Timeout(1_200)
class MixedLoadTest {

    private static final int THREADS = 32;
    private static final int POOL_SIZE = 6;
    private static final int MAX_OVERFLOW = 2;
    private static final long SECONDS = Long.getLong("robustness.mixedLoad.seconds", 5);
    private static final long SEED = Long.getLong("robustness.mixedLoad.seed", System.nanoTime());

    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final AtomicLong borrows = new AtomicLong();
    private final AtomicLong timeouts = new AtomicLong();
    private final AtomicLong rejects = new AtomicLong();
    private final Map<PoolTimeoutException.Reason, AtomicLong> reasons = new ConcurrentHashMap<>();
    private final AtomicLong interrupts = new AtomicLong();
    private final AtomicLong brokenCalls = new AtomicLong();
    private final AtomicLong doubleCloses = new AtomicLong();
    private final AtomicLong aborts = new AtomicLong();
    private final AtomicLong operations = new AtomicLong();
    private final AtomicReference<Connection> toCloseTwice = new AtomicReference<>();
    private final Owners owners = new Owners();
    private DatabaseConnectionPool pool;
    private volatile boolean stop;

    @Test
    void everything_at_once_loses_no_slot_and_no_count() throws Exception {
        try (FaultyServer server = FaultyServer.start("mixed", SEED)) {
            pool = DatabaseConnectionPool.builder()
                    .url(server.url())
                    .poolSize(POOL_SIZE)
                    .maxOverflow(MAX_OVERFLOW)
                    .poolTimeout(Duration.ofMillis(30))
                    .validationWindow(Duration.ofMillis(5))
                    .validationTimeout(Duration.ofMillis(100))
                    .openTimeout(Duration.ofMillis(100))
                    .overflowLinger(Duration.ofMillis(50))
                    .healthCheckInterval(Duration.ofSeconds(1))
                    .recycleTime(Duration.ofSeconds(1))
                    .leakThreshold(Duration.ofMillis(100))
                    .maxWaiters(THREADS - 4)
                    .build();
            borrows.incrementAndGet(); // the start's own
            plantFaults(server);
            load();
            server.clearFaults();
            server.release();
            settle(server);
        }
    }

    /** None of them keeps a connection that the server has opened from the pool, or from being closed: the books are exact. */
    private static void plantFaults(FaultyServer server) {
        server.script(
                Fault.on("connect").withProbability(0.02).throwSql("08001", "refused"),
                Fault.on("connect").withProbability(0.05).delay(Duration.ofMillis(3)),
                Fault.on("connect").withProbability(0.002).delay(Duration.ofMillis(150)), // given up
                Fault.on("Connection.isValid").withProbability(0.01).returnFalse(),
                Fault.on("Connection.isValid").withProbability(0.0005).delay(Duration.ofMillis(150)), // given up
                Fault.on("Statement.execute*").withProbability(0.0005).throwSql("08006", "gone"),
                Fault.on("Statement.execute*").withProbability(0.0005).throwSql("42000", "no such thing"),
                Fault.on("Connection.rollback").withProbability(0.002).throwSql("HY000", "no rollback"),
                Fault.on("Connection.rollback").withProbability(0.0002).delay(Duration.ofMillis(150)),
                Fault.on("Connection.close")
                        .withProbability(0.02)
                        .throwSql("HY000", "closed badly")
                        .afterEffect());
    }

    private void load() throws InterruptedException {
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom random = new SplittableRandom(SEED + i);
            workers.add(thread("worker-" + i, () -> work(random)));
        }
        List<Thread> all = new ArrayList<>(workers);
        all.add(thread("second-closer", this::closeAgain));
        all.add(thread("operator", () -> operate(new SplittableRandom(SEED - 1), workers)));
        all.forEach(Thread::start);
        TimeUnit.SECONDS.sleep(SECONDS);
        stop = true;
        for (Thread thread : all) {
            Eventually.ends(thread);
        }
    }

    private Thread thread(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setUncaughtExceptionHandler((t, e) -> violations.add(name + " ended by " + e));
        return thread;
    }

    // ---- callers -----------------------------------------------------------------------------------------------

    private void work(SplittableRandom random) {
        while (!stop) {
            ConnectionWrapper connection = borrow();
            if (connection != null) {
                long mine = owners.begin(connection);
                try {
                    use(connection, random);
                } catch (SQLException e) {
                    brokenCalls.incrementAndGet();
                }
                owners.end(connection, mine);
                end(connection, random);
            }
            Thread.interrupted(); // what came too late for the borrow
        }
    }

    private ConnectionWrapper borrow() {
        try {
            ConnectionWrapper connection = pool.getConnection();
            borrows.incrementAndGet();
            return connection;
        } catch (PoolTimeoutException e) {
            boolean timedOut = e.getMessage().contains("no connection came free in");
            (timedOut ? timeouts : rejects).incrementAndGet();
            reasons.computeIfAbsent(e.reason(), reason -> new AtomicLong()).incrementAndGet();
            if (!timedOut) {
                pause(1_000_000); // the circuit is open, or too many wait
            }
        } catch (SQLException e) {
            if ("57014".equals(e.getSQLState()) && Thread.interrupted()) {
                interrupts.incrementAndGet();
            } else {
                violations.add("a borrow was answered by " + e);
            }
        }
        return null;
    }

    private static void pause(long nanos) {
        long until = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void use(Connection connection, SplittableRandom random) throws SQLException {
        switch (random.nextInt(12)) {
            case 0 -> {} // a lease without a statement
            case 1 -> transaction(connection, random);
            case 2 -> {
                connection.setAutoCommit(false); // and leaves it open
                query(connection);
            }
            case 3 -> connection.createStatement().executeQuery("SELECT 1"); // and leaves it open
            case 4 -> nested(random);
            case 5 -> {
                query(connection);
                LockSupport.parkNanos(random.nextLong(2_000_000));
            }
            default -> query(connection);
        }
    }

    private static void query(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1")) {
            rows.next();
        }
    }

    private static void transaction(Connection connection, SplittableRandom random) throws SQLException {
        connection.setAutoCommit(false);
        query(connection);
        if (random.nextBoolean()) {
            connection.commit();
        } else {
            connection.rollback();
        }
        connection.setAutoCommit(true);
    }

    private void nested(SplittableRandom random) throws SQLException {
        ConnectionWrapper second = borrow();
        if (second != null) {
            long mine = owners.begin(second);
            try {
                query(second);
            } finally {
                owners.end(second, mine);
                end(second, random);
            }
        }
    }

    private void end(Connection connection, SplittableRandom random) {
        try {
            switch (random.nextInt(16)) {
                case 0 -> {
                    aborts.incrementAndGet();
                    connection.abort(Runnable::run);
                    connection.close();
                }
                case 1, 2 -> {
                    toCloseTwice.set(connection);
                    connection.close();
                    connection.close();
                }
                default -> connection.close();
            }
        } catch (SQLException e) {
            violations.add("a give back failed: " + e);
        }
    }

    /** Who holds which slot, by the pool's own name for the lease; two at once are told. */
    private final class Owners {
        private final AtomicInteger[] held = new AtomicInteger[POOL_SIZE + MAX_OVERFLOW + 2];

        Owners() {
            for (int i = 0; i < held.length; i++) {
                held[i] = new AtomicInteger();
            }
        }

        /** The slot, or -1 for a lease that was ended by others already. */
        long begin(ConnectionWrapper connection) {
            String name = connection.toString(); // "connection in slot 3"
            int slot = Integer.parseInt(name.replaceAll("\\D+", ""));
            if (held[slot].incrementAndGet() != 1) {
                violations.add("two owners: " + name);
            }
            return slot;
        }

        void end(ConnectionWrapper connection, long slot) {
            if (!connection.isHealthy() && connection.toString().contains("given back")) {
                violations.add("a lease ended by itself: " + connection);
            }
            held[(int) slot].decrementAndGet();
        }
    }

    // ---- who disturbs ------------------------------------------------------------------------------------------

    private void closeAgain() {
        while (!stop) {
            Connection connection = toCloseTwice.getAndSet(null);
            if (connection == null) {
                Thread.yield();
                continue;
            }
            doubleCloses.incrementAndGet();
            try {
                connection.close();
            } catch (SQLException e) {
                violations.add("a second close failed: " + e);
            }
        }
    }

    private void operate(SplittableRandom random, List<Thread> workers) {
        try {
            while (!stop) {
                LockSupport.parkNanos(random.nextLong(2_000_000));
                operations.incrementAndGet();
                switch (random.nextInt(24)) {
                    case 0 -> pool.evict();
                    case 1 -> pool.resize(1 + random.nextInt(POOL_SIZE + 2), random.nextInt(3));
                    case 2, 3 -> pool.resize(POOL_SIZE, MAX_OVERFLOW);
                    case 4 -> {
                        pool.suspend();
                        LockSupport.parkNanos(random.nextLong(2_000_000));
                        pool.resume();
                    }
                    case 5 -> pool.leases();
                    case 6 -> pool.recommendations();
                    default -> workers.get(random.nextInt(THREADS)).interrupt();
                }
            }
        } catch (SQLException e) {
            violations.add("an operator heard " + e);
        }
    }

    // ---- the end -----------------------------------------------------------------------------------------------

    private void settle(FaultyServer server) throws SQLException {
        pool.resume();
        pool.resize(POOL_SIZE, MAX_OVERFLOW);
        Eventually.eventually(() -> "a pool at rest: " + pool.statistics(), () -> {
            PoolStatistics now = pool.statistics();
            return now.activeConnections() == 0
                    && now.availableConnections() >= POOL_SIZE
                    && now.availableConnections() == now.totalConnections()
                    && now.stuckCalls() == 0;
        });
        holdAll();
        Eventually.eventually( // an opening that was given up is counted when it comes
                () -> "the books agree: " + server + ", " + pool.statistics(), () -> {
                    PoolStatistics now = pool.statistics();
                    return now.totalCreated() == server.opened() && now.stuckCalls() == 0;
                });
        PoolStatistics end = pool.statistics();
        String all = "seed " + SEED + ": " + end;
        System.out.println("MixedLoadTest " + SECONDS + " s, " + borrows + " borrows, " + timeouts + " timeouts, "
                + rejects + " refused " + reasons + ", " + interrupts + " interrupted, " + brokenCalls
                + " failed calls, "
                + server.faultsFired() + " faults, " + aborts + " aborts, " + doubleCloses + " double closes, "
                + operations + " operations, " + all);
        assertThat(violations).as(all).isEmpty();
        assertThat(end.poolHits() + end.poolMisses()).as("borrows, " + all).isEqualTo(borrows.get());
        assertThat(end.timeouts()).as("timeouts, " + all).isEqualTo(timeouts.get());
        assertThat(end.rejected()).as("rejected, " + all).isEqualTo(rejects.get());
        assertThat(end.waiting()).as(all).isZero();
        assertThat(end.totalCreated()).as("opened, " + all).isEqualTo(server.opened());
        assertThat(closed(end) + end.totalConnections())
                .as("closed + live, " + all)
                .isEqualTo(end.totalCreated());
        assertThat(List.of(timeouts.get(), interrupts.get(), brokenCalls.get(), doubleCloses.get()))
                .as("it was a test, " + all)
                .doesNotContain(0L);
        Quiescence.assertQuiescent(pool, server);
        assertThat(closed(pool.statistics())).isEqualTo(server.opened());
    }

    private static long closed(PoolStatistics statistics) {
        return statistics.closedByCause().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** All at once; the overflow has to be opened, for which the timeout of this pool may be too short the first time. */
    private void holdAll() {
        Eventually.eventually(() -> "all lent at once: " + pool.statistics(), () -> {
            List<Connection> held = new ArrayList<>();
            ConnectionWrapper next;
            while (held.size() < POOL_SIZE + MAX_OVERFLOW && (next = borrow()) != null) {
                held.add(next);
            }
            for (Connection connection : held) {
                try {
                    connection.close();
                } catch (SQLException e) {
                    violations.add("a give back failed: " + e);
                }
            }
            return held.size() == POOL_SIZE + MAX_OVERFLOW;
        });
    }
}
