package io.rockpool.robustness;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolStatistics;
import io.rockpool.testkit.FaultyServer;
import io.rockpool.testkit.Quiescence;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every tenth waiter or so is interrupted: no slot is lost, and no interrupt.
 *
 * <p>Sizes: {@code -Drobustness.interrupts.borrows}, 100,000 by default. A seed, set by {@code -Drobustness.interrupts.seed},
 * repeats who is interrupted and after how long, not the order of the threads.
 * Source: class 23 of docs/proofs/robustness.md.
 */
@Timeout(900)
class InterruptStormTest {

    private static final int BORROWERS = 16;
    private static final int POOL_SIZE = 4;
    private static final int BORROWS = Integer.getInteger("robustness.interrupts.borrows", 100_000);
    private static final long SEED = Long.getLong("robustness.interrupts.seed", System.nanoTime());

    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final AtomicLong left = new AtomicLong(BORROWS);
    private final AtomicLong served = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong servedAllTheSame = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();

    @Test
    void an_interrupted_waiter_keeps_its_flag_and_leaves_its_slot_to_others() throws Exception {
        try (FaultyServer server = FaultyServer.start("interrupts", SEED)) {
            DatabaseConnectionPool pool = DatabaseConnectionPool.builder()
                    .url(server.url())
                    .poolSize(POOL_SIZE)
                    .maxOverflow(0)
                    .poolTimeout(Duration.ofSeconds(60))
                    .build();
            storm(pool);
            PoolStatistics end = pool.statistics();
            String all = "seed " + SEED + ": " + end;
            System.out.println(
                    "InterruptStormTest " + BORROWS + " borrows, " + end.waits() + " waits, " + sent + " interrupts, "
                            + refused + " borrows ended by one, " + servedAllTheSame + " served all the same, " + all);
            assertThat(violations).as(all).isEmpty();
            assertThat(refused.get()).as("it was a storm, " + all).isGreaterThan(BORROWS / 200);
            assertThat(served.get() + refused.get()).as(all).isEqualTo(BORROWS);
            assertThat(end.poolHits() + end.poolMisses()).as(all).isEqualTo(served.get() + 1); // the start's own
            assertThat(end.timeouts() + end.rejected() + end.waiting()).as(all).isZero();
            assertThat(end.totalCreated()).as("nothing broke, " + all).isEqualTo(POOL_SIZE);
            Lendable.all(pool, POOL_SIZE);
            Quiescence.assertQuiescent(pool, server);
        }
    }

    private void storm(DatabaseConnectionPool pool) throws InterruptedException {
        List<Borrower> borrowers = new ArrayList<>();
        for (int i = 0; i < BORROWERS; i++) {
            borrowers.add(new Borrower(pool, new SplittableRandom(SEED + i)));
        }
        Thread interrupter = new Thread(() -> interrupt(borrowers), "interrupter");
        borrowers.forEach(Thread::start);
        interrupter.start();
        for (Borrower borrower : borrowers) {
            borrower.join();
        }
        interrupter.interrupt();
        Eventually.ends(interrupter);
    }

    private void interrupt(List<Borrower> borrowers) {
        SplittableRandom random = new SplittableRandom(SEED - 1);
        while (!Thread.currentThread().isInterrupted()) {
            for (Borrower borrower : borrowers) {
                if (borrower.target.get() != Borrower.IN_BORROW) {
                    continue;
                }
                if (random.nextInt(4) != 0 && borrower.getState() == Thread.State.RUNNABLE) {
                    continue; // most are hit in their sleep, one in four wherever it is
                }
                if (borrower.target.compareAndSet(Borrower.IN_BORROW, Borrower.SENDING)) {
                    borrower.interrupt();
                    sent.incrementAndGet();
                    borrower.target.set(Borrower.SENT);
                }
            }
            Thread.yield();
        }
    }

    /** Borrows until all borrows are done; in one of four an interrupt may come, once, most often in its sleep. */
    private final class Borrower extends Thread {
        static final int SAFE = 0;
        static final int IN_BORROW = 1;
        static final int SENDING = 2;
        static final int SENT = 3;

        final AtomicInteger target = new AtomicInteger(SAFE);
        private final DatabaseConnectionPool pool;
        private final SplittableRandom random;

        Borrower(DatabaseConnectionPool pool, SplittableRandom random) {
            this.pool = pool;
            this.random = random;
        }

        @Override
        public void run() {
            while (left.getAndDecrement() > 0) {
                boolean victim = random.nextInt(4) == 0;
                target.set(victim ? IN_BORROW : SAFE);
                Connection connection = null;
                SQLException failure = null;
                try {
                    connection = pool.getConnection();
                } catch (SQLException e) {
                    failure = e;
                } catch (Throwable t) {
                    violations.add("a borrow threw " + t);
                }
                count(connection, failure, wasInterrupted());
                end(connection);
            }
        }

        /** Whether one was sent; an interrupt on its way arrives first. */
        private boolean wasInterrupted() {
            if (target.compareAndSet(IN_BORROW, SAFE)) {
                return false;
            }
            while (target.get() == SENDING) {
                Thread.onSpinWait();
            }
            return target.get() == SENT;
        }

        private void count(Connection connection, SQLException failure, boolean interrupted) {
            boolean flag = Thread.interrupted();
            if (flag != interrupted) {
                violations.add("an interrupt was " + (flag ? "made up" : "swallowed") + ", the borrow ended in "
                        + (failure == null ? "a connection" : failure));
            }
            if (connection != null) {
                served.incrementAndGet();
                if (interrupted) {
                    servedAllTheSame.incrementAndGet();
                }
            } else if (failure != null && interrupted && "57014".equals(failure.getSQLState())) {
                refused.incrementAndGet();
            } else {
                violations.add("a borrow ended in " + failure);
            }
        }

        private void end(Connection connection) {
            try (Connection mine = connection) {
                if (mine != null && random.nextInt(4) == 0) {
                    try (Statement statement = mine.createStatement()) {
                        statement.executeQuery("SELECT 1").close();
                    }
                } else if (mine != null) {
                    Thread.yield();
                }
            } catch (SQLException e) {
                violations.add("a lease ended in " + e);
            }
        }
    }
}
