package io.rockpool.robustness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.LeaseInfo;
import io.rockpool.PoolBuilder;
import io.rockpool.PoolListener;
import io.rockpool.PoolStatistics;
import io.rockpool.PoolTimeoutException;
import io.rockpool.testkit.Fault;
import io.rockpool.testkit.FaultyServer;
import io.rockpool.testkit.FaultyServerViolation;
import io.rockpool.testkit.Quiescence;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A close against everything else: what is begun is answered, what is open is closed, and nothing is lent afterwards.
 *
 * <p>Sizes: {@code -Drobustness.shutdown.rounds}, 500 by default. A seed, set by {@code -Drobustness.shutdown.seed}, repeats
 * what the threads of a round do, not their order. Source: classes 27 and 28 of docs/proofs/robustness.md.
 */
@Timeout(900)
class ShutdownRacesTest {

    private static final int ROUNDS = Integer.getInteger("robustness.shutdown.rounds", 500);
    private static final long SEED = Long.getLong("robustness.shutdown.seed", System.nanoTime());
    private static final Set<FaultyServerViolation.Kind> OVERTAKEN =
            EnumSet.of(FaultyServerViolation.Kind.CALL_AFTER_ABORT, FaultyServerViolation.Kind.CALL_AFTER_CLOSE);
    private static final Duration GRACE = Duration.ofMillis(100);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** No thread outlives the pools; a worker ends after ten idle seconds. */
    @AfterAll
    static void no_thread_is_left() {
        Eventually.eventually(
                Duration.ofMinutes(1),
                () -> "no thread of a pool is left: " + rockpoolThreads(),
                () -> rockpoolThreads().isEmpty());
    }

    private static List<Thread> rockpoolThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("rockpool-"))
                .toList();
    }

    private static FaultyServer server() {
        return FaultyServer.start("shutdown-" + NUMBER.incrementAndGet(), SEED);
    }

    private static PoolBuilder settings(FaultyServer server) {
        return DatabaseConnectionPool.builder()
                .url(server.url())
                .poolSize(2)
                .maxOverflow(1)
                .poolTimeout(Duration.ofSeconds(30))
                .drainTimeout(GRACE);
    }

    // ---- any order ---------------------------------------------------------------------------------------------

    @Test
    void no_order_of_calls_around_a_close_leaves_anything() throws Exception {
        long served = 0;
        long refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Round one = new Round(new SplittableRandom(SEED + round));
            one.run();
            assertThat(one.violations).as("round %d, seed %d", round, SEED).isEmpty();
            served += one.served.get();
            refused += one.refused.get();
        }
        System.out.println("ShutdownRacesTest " + ROUNDS + " rounds, " + served + " borrows served, " + refused
                + " refused by a closed pool, seed " + SEED);
        assertThat(served).as("it was a test").isGreaterThan(ROUNDS);
        assertThat(refused).as("it was a test").isGreaterThan(ROUNDS);
    }

    /** One pool's life, closed while four threads borrow and one operates. */
    private static final class Round {
        final Queue<String> violations = new ConcurrentLinkedQueue<>();
        final AtomicInteger served = new AtomicInteger();
        final AtomicInteger refused = new AtomicInteger();
        private final SplittableRandom random;
        private final boolean patient;
        private final boolean lazy;
        private volatile boolean closedOnce;
        private DatabaseConnectionPool pool;

        Round(SplittableRandom random) {
            this.random = random;
            this.patient = random.nextBoolean();
            this.lazy = random.nextInt(4) == 0;
        }

        void run() throws Exception {
            try (FaultyServer server = server()) {
                pool = start(server);
                server.script(
                        Fault.on("connect").withProbability(0.3).delay(Duration.ofMillis(1)),
                        Fault.on("Connection.isValid").withProbability(0.2).delay(Duration.ofNanos(300_000)),
                        Fault.on("Connection.isValid").withProbability(0.1).returnFalse(),
                        Fault.on("Connection.rollback").withProbability(0.3).delay(Duration.ofNanos(300_000)));
                List<Thread> threads = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    SplittableRandom own = random.split();
                    threads.add(new Thread(() -> borrow(own), "borrower-" + i));
                }
                SplittableRandom operators = random.split();
                threads.add(new Thread(() -> operate(operators), "operator"));
                int closers = 1 + random.nextInt(3);
                for (int i = 0; i < closers; i++) {
                    long after = random.nextLong(3_000_000);
                    threads.add(new Thread(() -> close(after), "closer-" + i));
                }
                threads.forEach(Thread::start);
                for (Thread thread : threads) {
                    Eventually.ends(thread);
                }
                nothingIsLeft(server);
            }
        }

        private DatabaseConnectionPool start(FaultyServer server) throws SQLException {
            if (lazy) { // a bean, which starts at its first borrow, or not at all
                DatabaseConnectionPool bean = new DatabaseConnectionPool();
                bean.setUrl(server.url());
                bean.setPoolSize(2);
                bean.setMaxOverflow(1);
                return bean;
            }
            return settings(server)
                    .poolSize(1 + random.nextInt(3))
                    .validationWindow(random.nextBoolean() ? Duration.ZERO : Duration.ofMillis(500))
                    .drainTimeout(patient ? Duration.ofSeconds(30) : Duration.ZERO)
                    .build();
        }

        private void borrow(SplittableRandom own) {
            while (true) {
                boolean late = closedOnce;
                try (Connection connection = pool.getConnection()) {
                    served.incrementAndGet();
                    if (late) {
                        violations.add("a connection was lent after a close had returned");
                    }
                    use(connection, own);
                } catch (PoolTimeoutException e) {
                    violations.add("a borrow timed out: " + e);
                } catch (SQLException e) {
                    if (isClosed(e)) {
                        refused.incrementAndGet();
                        return;
                    }
                    violations.add("a borrow was answered by " + e);
                    return;
                }
            }
        }

        /** A close that does not wait takes the connection away from under its borrower. */
        private void use(Connection connection, SplittableRandom own) {
            try {
                if (own.nextInt(3) == 0) {
                    connection.setAutoCommit(false);
                }
                query(connection);
                if (own.nextInt(8) == 0) {
                    LockSupport.parkNanos(own.nextLong(500_000));
                }
            } catch (SQLException e) {
                if (patient || !e.getSQLState().startsWith("08")) {
                    violations.add("a lease ended in " + e);
                }
            }
        }

        private void operate(SplittableRandom own) {
            try {
                while (!closedOnce) {
                    LockSupport.parkNanos(own.nextLong(300_000));
                    switch (own.nextInt(4)) {
                        case 0 -> pool.evict();
                        case 1 -> pool.resize(1 + own.nextInt(3), own.nextInt(2));
                        case 2 -> {
                            pool.suspend();
                            pool.resume();
                        }
                        default -> pool.statistics();
                    }
                }
            } catch (SQLException e) {
                if (!isClosed(e)) {
                    violations.add("an operator heard " + e);
                }
            }
        }

        private void close(long after) {
            LockSupport.parkNanos(after);
            pool.close();
            closedOnce = true;
            try (Connection connection = pool.getConnection()) {
                violations.add("lent after close: " + connection);
            } catch (SQLException e) {
                if (!isClosed(e)) {
                    violations.add("a closed pool answered with " + e);
                }
            }
        }

        /** A connection that is opened late is closed when it comes, which may be after the close. */
        private void nothingIsLeft(FaultyServer server) {
            Eventually.eventually(
                    () -> "nothing live on " + server + ", " + pool.statistics(),
                    () -> server.live() == 0 && pool.statistics().stuckCalls() == 0);
            PoolStatistics end = pool.statistics();
            assertThat(end.totalCreated()).as(end.toString()).isEqualTo(server.opened());
            if (patient) {
                Quiescence.assertQuiescent(pool, server);
                return;
            }
            assertThat(end.activeConnections() + end.totalConnections() + end.waiting())
                    .as(end.toString())
                    .isZero();
            assertThat(server.violations()) // whom an abort overtakes in a clean-up meets a dead connection there
                    .extracting(FaultyServerViolation::kind)
                    .isSubsetOf(OVERTAKEN);
        }
    }

    private static boolean isClosed(SQLException e) {
        return "08003".equals(e.getSQLState()) && e.getMessage().contains("is closed");
    }

    private static void query(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1")) {
            rows.next();
        }
    }

    // ---- from within -------------------------------------------------------------------------------------------

    /** The events in which a listener closes the pool, and what makes each happen. */
    private enum Event {
        OPENED((pool, server) -> pool.evict()),
        CLOSED((pool, server) -> pool.evict()),
        LEAK_SUSPECTED((pool, server) -> {}),
        UNFINISHED((pool, server) -> {
            Connection connection = pool.getConnection();
            connection.setAutoCommit(false);
            query(connection);
            connection.close();
        }),
        BORROW_FAILED((pool, server) -> {
            pool.suspend();
            assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
        }),
        DATABASE_DOWN((pool, server) -> {
            server.down();
            pool.evict();
        });

        private interface Cause {
            void make(DatabaseConnectionPool pool, FaultyServer server) throws SQLException;
        }

        final Cause cause;

        Event(Cause cause) {
            this.cause = cause;
        }
    }

    private record Closing(Event event, BiConsumer<Event, String> close) implements PoolListener {
        private void at(Event now, String pool) {
            if (now == event) {
                close.accept(now, pool);
            }
        }

        @Override
        public void opened(String pool, int slot) {
            at(Event.OPENED, pool);
        }

        @Override
        public void closed(String pool, int slot, String cause) {
            at(Event.CLOSED, pool);
        }

        @Override
        public void leakSuspected(String pool, LeaseInfo lease, List<StackTraceElement> stack) {
            at(Event.LEAK_SUSPECTED, pool);
        }

        @Override
        public void unfinishedTransaction(String pool, int slot, String sql) {
            at(Event.UNFINISHED, pool);
        }

        @Override
        public void borrowFailed(String pool, PoolTimeoutException failure) {
            at(Event.BORROW_FAILED, pool);
        }

        @Override
        public void databaseDown(String pool, Throwable failure) {
            at(Event.DATABASE_DOWN, pool);
        }
    }

    /** With a lease out that nobody gives back, so that the close has to take it. */
    @ParameterizedTest
    @EnumSource
    void a_listener_may_close_the_pool(Event event) throws Exception {
        AtomicReference<DatabaseConnectionPool> pool = new AtomicReference<>();
        AtomicInteger closes = new AtomicInteger();
        try (FaultyServer server = server()) {
            Closing listener = new Closing(event, (now, name) -> {
                DatabaseConnectionPool mine = pool.get();
                if (mine != null) {
                    mine.close();
                    closes.incrementAndGet();
                }
            });
            DatabaseConnectionPool built = settings(server)
                    .poolTimeout(Duration.ofMillis(500))
                    .leakThreshold(GRACE)
                    .listener(listener)
                    .build();
            Eventually.eventually(
                    () -> "a full pool: " + built.statistics(),
                    () -> built.statistics().availableConnections() == 2);
            Connection forgotten = built.getConnection();
            pool.set(built);
            event.cause.make(built, server);
            Eventually.eventually(() -> "the close returns: " + built.statistics(), () -> closes.get() > 0);
            Eventually.eventually(
                    () -> "all is closed: " + built.statistics(),
                    () -> built.statistics().totalConnections() == 0 && server.live() == 0);
            assertThat(forgotten.isClosed()).isTrue();
            assertThatThrownBy(built::getConnection).hasMessageContaining("is closed");
            assertThat(built.leases()).isEmpty();
            assertThat(built.statistics().waiting()).isZero();
        }
    }

    // ---- a start that fails ------------------------------------------------------------------------------------

    @Test
    void a_start_that_fails_leaves_nothing() {
        for (int round = 0; round < ROUNDS / 25; round++) {
            try (FaultyServer server = server()) {
                switch (round % 4) {
                    case 0 -> server.down();
                    case 1 -> server.script(Fault.on("connect").throwSql("28000", "who are you"));
                    case 2 -> server.script(Fault.on("Connection.getAutoCommit").throwSql("08006", "gone"));
                    default ->
                        server.script(
                                Fault.on("connect").delay(Duration.ofMillis(1)),
                                Fault.on("Connection.getAutoCommit").throwError(() -> new AssertionError("planted")));
                }
                assertThatThrownBy(() -> settings(server).maxRetries(2).build()).isInstanceOf(SQLException.class);
                Eventually.eventually(() -> "nothing live on " + server, () -> server.live() == 0);
                server.assertSound();
            }
        }
        Eventually.eventually(
                () -> "the housekeeper ends",
                () -> rockpoolThreads().stream()
                        .noneMatch(thread -> thread.getName().equals("rockpool-housekeeper")));
    }
}
