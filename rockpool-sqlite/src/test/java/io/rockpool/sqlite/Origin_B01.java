package io.rockpool.sqlite;

import static io.rockpool.sqlite.Steps.millisSince;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolTimeoutException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B1: the timeout of 30 s was SQLite's alone, and a borrow gave up after 0.6 s. */
@Timeout(60)
class Origin_B01 {

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    @Test
    void a_borrow_fails_at_its_timeout_and_not_before() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(1)
                .maxOverflow(0)
                .poolTimeout(TIMEOUT)
                .build()) {
            try (Connection held = pool.getConnection()) {
                Steps.allSucceed(1, thread -> {
                    long since = System.nanoTime();
                    PoolTimeoutException failure =
                            catchThrowableOfType(PoolTimeoutException.class, pool::getConnection);
                    // The goal is 2,000 to 2,050 ms, which a run on a quiet machine shows; this one is shared.
                    assertThat(millisSince(since)).isBetween(2_000L, 2_250L);
                    assertThat(failure.reason()).isEqualTo(PoolTimeoutException.Reason.EXHAUSTED);
                    assertThat(failure.waited()).isGreaterThanOrEqualTo(TIMEOUT);
                    assertThat(failure.holders()).hasSize(1);
                });
                assertThat(held.isClosed()).isFalse();
            }
            assertThat(pool.statistics().timeouts()).isEqualTo(1);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_connection_given_back_just_before_the_timeout_is_lent() throws Exception {
        // holder          waiter
        // borrow
        //                 borrow (waits)
        // 1.9 s later
        // give back
        //                 gets it
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(1)
                .maxOverflow(0)
                .poolTimeout(TIMEOUT)
                .build()) {
            Connection held = pool.getConnection();
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            long since = System.nanoTime();
            Thread waiter = Steps.started("waiter", thrown, () -> {
                try (Connection served = pool.getConnection()) {
                    assertThat(served.isValid(1)).isTrue();
                }
            });
            Steps.await(
                    "waiting", Duration.ofSeconds(1), () -> pool.statistics().waiting() == 1);
            Steps.hold(Duration.ofMillis(1_900 - millisSince(since)));
            held.close();
            Steps.join(waiter);
            assertThat(thrown).isEmpty();
            Steps.closeQuiescent(pool);
        }
    }
}
