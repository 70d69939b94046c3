package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Cancels, aborts and interrupts at random moments of random statements reach what they are meant for, and nothing else. */
@Timeout(60)
class CancelTest {

    private static final long SEED = Long.getLong("sqlite.cancel.seed", System.nanoTime());
    private static final Duration TIME = Duration.ofMillis(Long.getLong("sqlite.cancel.millis", 1_500));
    private static final int USERS = 3;

    /** Some tenths of a millisecond. */
    private static final String COUNT =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT count(*) FROM n";

    @TempDir
    Path folder;

    private DatabaseConnectionPool pool;
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger ran = new AtomicInteger();
    private final AtomicInteger stored = new AtomicInteger();

    /** What a user offers to be ended. */
    private record Target(Thread user, Connection connection, Statement statement) {}

    /** How it is ended. */
    private interface Ending {
        void end(Target target) throws SQLException;
    }

    @BeforeEach
    void open() throws SQLException {
        pool = Steps.file(folder).poolSize(8).maxOverflow(0).build();
        Steps.update(pool, "CREATE TABLE t (v)");
    }

    @AfterEach
    void close() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            assertThat(Steps.text(connection, "PRAGMA integrity_check")).isEqualTo("ok");
        }
        Steps.closeQuiescent(pool);
    }

    @Test
    void a_cancel_ends_only_its_own_statement() throws Exception {
        race(target -> target.statement().cancel());
    }

    @Test
    void an_abort_ends_only_its_own_lease() throws Exception {
        race(target -> target.connection().abort(Runnable::run));
    }

    @Test
    void an_interrupted_thread_ends_only_its_own_wait() throws Exception {
        race(target -> target.user().interrupt());
    }

    /**
     * Every user runs two statements in turn, and one of them is a target. The other one, of the same lease or of the next, has to
     * succeed whenever the end that is on its way arrives.
     */
    private void race(Ending ending) throws Exception {
        System.out.println("sqlite.cancel.seed=" + SEED);
        List<AtomicReference<Target>> targets = new ArrayList<>();
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        long until = System.nanoTime() + TIME.toNanos();
        for (int i = 0; i < USERS; i++) {
            AtomicReference<Target> target = new AtomicReference<>();
            targets.add(target);
            Random random = new Random(SEED + i);
            threads.add(Steps.started("user-" + i, thrown, () -> {
                while (System.nanoTime() < until) {
                    use(target, random);
                }
            }));
        }
        Random random = new Random(SEED);
        threads.add(Steps.started("ending", thrown, () -> {
            while (System.nanoTime() < until) {
                Target target = targets.get(random.nextInt(USERS)).getAndSet(null);
                if (target != null) {
                    Steps.hold(Duration.ofNanos(random.nextInt(600_000)));
                    end(target, ending);
                }
            }
        }));
        for (Thread thread : threads) {
            Steps.join(thread);
        }
        assertThat(thrown).as("sqlite.cancel.seed=%d", SEED).isEmpty();
        assertThat(Steps.number(pool, "SELECT count(*) FROM t WHERE v = 'kept'"))
                .as("bystanders that wrote")
                .isEqualTo(stored.get());
        Steps.allSucceed(8, thread -> {
            assertThat(Steps.number(pool, COUNT)).isEqualTo(2_000);
            Steps.update(pool, "INSERT INTO t VALUES ('after')");
        });
        System.out.printf(Locale.ROOT, "%d statements ran, %d of them were ended%n", ran.get(), ended.get());
        assertThat(ended).hasPositiveValue();
    }

    private static void end(Target target, Ending ending) throws SQLException {
        try {
            ending.end(target);
        } catch (SQLException e) {
            assertThat(e.getSQLState()).as("given back before: %s", e).isIn("08003", "HY010");
        }
    }

    private void use(AtomicReference<Target> offered, Random random) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            boolean transaction = random.nextBoolean();
            String sql = random.nextBoolean() ? COUNT : "INSERT INTO t " + COUNT;
            offered.set(new Target(Thread.currentThread(), connection, statement));
            try {
                connection.setAutoCommit(!transaction);
                statement.execute(sql);
                if (transaction) {
                    connection.commit();
                }
                ran.incrementAndGet();
            } catch (SQLException e) {
                assertThat(e.getSQLState()).as("%s", e).isIn(ENDED);
                ended.incrementAndGet();
            } finally {
                offered.set(null);
            }
        } catch (SQLException e) {
            assertThat(e.getSQLState()).as("%s", e).isIn(ENDED); // its lease was aborted, or its thread interrupted
        }
        bystander(random);
    }

    /** Cancelled, aborted, or rolled back by the engine. */
    private static final Set<String> ENDED = Set.of("57014", "08003", "08006", "40000", "25P02");

    /** Another lease, as a rule of the same session and lane: an end that comes late must not reach it. */
    private void bystander(Random random) throws SQLException {
        boolean interrupted = true;
        while (interrupted) {
            Thread.interrupted(); // meant for the target; it may come at any time, and ends waits of this thread
            // rightly
            try {
                if (random.nextBoolean()) {
                    assertThat(Steps.number(pool, COUNT)).isEqualTo(2_000);
                } else {
                    Steps.update(pool, "INSERT INTO t VALUES ('kept')");
                    stored.incrementAndGet();
                }
                return;
            } catch (SQLException e) {
                interrupted = Thread.interrupted();
                assertThat(interrupted).as("ended without being meant: %s", e).isTrue();
            }
        }
    }
}
