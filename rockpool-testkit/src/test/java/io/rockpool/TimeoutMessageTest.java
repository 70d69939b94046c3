package io.rockpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rockpool.testkit.FaultyServer;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a caller hears who gets no connection, on real threads and a real clock. */
class TimeoutMessageTest {

    @Test
    void a_pool_whose_connections_are_all_held_fails_at_its_timeout_and_names_the_holders() throws Exception {
        try (FaultyServer server = FaultyServer.start("held");
                DatabaseConnectionPool pool = pool(server, 10)) {
            CountDownLatch held = new CountDownLatch(10);
            CountDownLatch done = new CountDownLatch(1);
            List<Thread> holders = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                holders.add(holder(pool, "worker-" + i, held, done));
            }
            assertThat(held.await(10, TimeUnit.SECONDS)).isTrue();

            long begin = System.nanoTime();
            PoolTimeoutException e = catchThrowableOfType(PoolTimeoutException.class, pool::getConnection);
            long waitedMillis = (System.nanoTime() - begin) / 1_000_000;
            System.out.println("waited " + waitedMillis + " ms for a timeout of 500: " + e.getMessage());

            assertThat(waitedMillis).isBetween(500L, 5_000L); // the figure is printed; the machine is shared
            assertThat(e.reason()).isEqualTo(PoolTimeoutException.Reason.EXHAUSTED);
            assertThat(e.holders()).hasSize(10);
            assertThat(e.activeConnections()).isEqualTo(10);
            assertThat(e.getSQLState()).isEqualTo("08001");
            assertThat(e.getMessage())
                    .startsWith("pool 'held': no connection came free in ")
                    .contains("All 10 of 10 connections are lent out and 0 other callers are waiting")
                    .contains("by thread 'worker-3'", "in \"CHECK card ?\"")
                    .doesNotContain("4711");
            done.countDown();
            for (Thread thread : holders) {
                thread.join(10_000);
            }
            assertThat(pool.statistics().activeConnections()).isZero();
        }
    }

    private static Thread holder(DatabaseConnectionPool pool, String name, CountDownLatch held, CountDownLatch done) {
        Thread thread = new Thread(
                () -> {
                    try (ConnectionWrapper connection = pool.getConnection();
                            Statement statement = connection.createStatement()) {
                        statement.execute("CHECK card 4711");
                        held.countDown();
                        done.await();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                name);
        thread.start();
        return thread;
    }

    @Test
    void a_nested_borrow_that_can_never_succeed_fails_at_once() throws Exception {
        try (FaultyServer server = FaultyServer.start("nested");
                DatabaseConnectionPool pool = pool(server, 1);
                ConnectionWrapper first = pool.getConnection()) {
            PoolTimeoutException e = catchThrowableOfType(PoolTimeoutException.class, pool::getConnection);
            System.out.println("told after " + e.waited().toMillis() + " ms: " + e.getMessage());
            assertThat(e.reason()).isEqualTo(PoolTimeoutException.Reason.DEADLOCK);
            assertThat(e.waited()).isLessThan(Duration.ofMillis(500));
            assertThat(e.getMessage())
                    .contains(
                            "can never succeed",
                            "Borrow once",
                            "thread '" + Thread.currentThread().getName());
            assertThat(first.isClosed()).isFalse();
        }
    }

    @Test
    void a_pool_that_lets_nobody_wait_starts_all_the_same() throws Exception {
        try (FaultyServer server = FaultyServer.start("hurried");
                DatabaseConnectionPool pool = DatabaseConnectionPool.builder()
                        .url(server.url())
                        .poolTimeout(Duration.ZERO)
                        .build();
                ConnectionWrapper connection = pool.getConnection()) {
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    private static DatabaseConnectionPool pool(FaultyServer server, int size) throws Exception {
        return DatabaseConnectionPool.builder()
                .url(server.url())
                .poolName(server.name())
                .poolSize(size)
                .maxOverflow(0)
                .poolTimeout(Duration.ofMillis(500))
                .build();
    }
}
