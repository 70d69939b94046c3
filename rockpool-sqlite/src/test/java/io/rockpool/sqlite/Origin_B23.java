package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolStatistics;
import io.rockpool.PoolTimeoutException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B23: a hit ratio of 1.0 after one success and three failures; no waits, no timeouts, counts unlocked. */
@Timeout(60)
class Origin_B23 {

    private static final int THREADS = 8;
    private static final int BORROWS = 12_500;

    @TempDir
    Path folder;

    @Test
    void attempts_are_the_sum_of_successes_timeouts_and_refusals() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(2)
                .maxOverflow(1)
                .maxWaiters(2)
                .poolTimeout(Duration.ofMillis(1))
                .build()) {
            PoolStatistics before = pool.statistics();
            AtomicLong served = new AtomicLong();
            AtomicLong refused = new AtomicLong();
            AtomicLong late = new AtomicLong();
            Steps.allSucceed(THREADS, thread -> {
                for (int i = 0; i < BORROWS; i++) {
                    try (Connection connection = pool.getConnection()) {
                        served.addAndGet(connection.isClosed() ? 0 : 1);
                        if (i % 100 == 0) {
                            Steps.hold(Duration.ofMillis(1)); // so that others wait, run late and are refused
                        }
                    } catch (PoolTimeoutException e) {
                        if (e.reason() == PoolTimeoutException.Reason.TOO_MANY_WAITERS) {
                            refused.incrementAndGet();
                        } else {
                            late.incrementAndGet();
                        }
                    }
                }
            });
            PoolStatistics after = pool.statistics();
            long hitsAndMisses = after.poolHits() + after.poolMisses() - before.poolHits() - before.poolMisses();
            assertThat(hitsAndMisses).isEqualTo(served.get());
            assertThat(after.timeouts()).isEqualTo(late.get());
            assertThat(after.rejected()).isEqualTo(refused.get());
            assertThat(hitsAndMisses + after.timeouts() + after.rejected()).isEqualTo((long) THREADS * BORROWS);
            assertThat(after.waits()).isPositive();
            assertThat(after.waitMaxMillis()).isGreaterThanOrEqualTo(after.waitMeanMillis());
            assertThat(after.hitRatio()).isBetween(0.0, 1.0);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void failed_borrows_show_in_the_statistics() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(1)
                .maxOverflow(0)
                .poolTimeout(Duration.ofMillis(10))
                .build()) {
            try (Connection held = pool.getConnection()) {
                assertThat(held.isClosed()).isFalse();
                assertThat(Steps.together(3, thread -> pool.getConnection())).hasSize(3);
            }
            assertThat(pool.statistics().timeouts()).isEqualTo(3);
            assertThat(pool.performance().healthScore()).isLessThan(100);
            Steps.closeQuiescent(pool);
        }
    }
}
