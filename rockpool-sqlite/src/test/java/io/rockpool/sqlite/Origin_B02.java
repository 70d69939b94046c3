package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B2: waiting was sleeping and trying again, without a queue; 69 of 100 borrows failed. */
@Timeout(60)
class Origin_B02 {

    @TempDir
    Path folder;

    @Test
    void twenty_threads_on_one_connection_are_all_served() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(1)
                .maxOverflow(0)
                .poolTimeout(Duration.ofSeconds(10))
                .build()) {
            AtomicInteger served = new AtomicInteger();
            Steps.allSucceed(20, thread -> {
                for (int i = 0; i < 5; i++) {
                    try (Connection connection = pool.getConnection()) {
                        Steps.hold(Duration.ofMillis(50));
                        assertThat(connection.isClosed()).isFalse();
                        served.incrementAndGet();
                    }
                }
            });
            assertThat(served).hasValue(100);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void waiters_are_served_in_the_order_they_came() throws Exception {
        // holder       waiter 0     waiter 1     …     waiter 19
        // borrow
        //              borrow (waits)
        //                           borrow (waits) …   borrow (waits)
        // give back
        //              gets it, gives back
        //                           gets it, …
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(1).maxOverflow(0).build()) {
            Connection held = pool.getConnection();
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            Queue<Integer> order = new ConcurrentLinkedQueue<>();
            List<Thread> waiters = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                int number = i;
                waiters.add(Steps.started("waiter-" + i, thrown, () -> {
                    try (Connection connection = pool.getConnection()) {
                        order.add(number);
                        assertThat(connection.isClosed()).isFalse();
                    }
                }));
                Steps.await(
                        "waiter " + i + " queues",
                        Steps.DEADLINE,
                        () -> pool.statistics().waiting() == number + 1);
            }
            held.close();
            for (Thread waiter : waiters) {
                Steps.join(waiter);
            }
            assertThat(thrown).isEmpty();
            assertThat(order)
                    .containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
            Steps.closeQuiescent(pool);
        }
    }
}
