package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.testkit.FaultyServer;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Origin defect B10: the overflow count was read and changed apart, so that returns that met closed too much or too little. */
@Timeout(60)
class Origin_B10 {

    @Test
    void there_are_never_more_physical_connections_than_allowed() throws Exception {
        try (FaultyServer server = FaultyServer.start("b10");
                DatabaseConnectionPool pool = Steps.server(server.url())
                        .poolSize(2)
                        .maxOverflow(2)
                        .overflowLinger(Duration.ZERO) // so that overflow connections come and go all the time
                        .build()) {
            AtomicInteger most = new AtomicInteger();
            AtomicInteger least = new AtomicInteger(Integer.MAX_VALUE);
            Steps.allSucceed(8, thread -> {
                for (int i = 0; i < 2_000; i++) {
                    try (Connection connection = pool.getConnection()) {
                        if (ThreadLocalRandom.current().nextInt(50) == 0) {
                            connection.abort(Runnable::run); // a place comes free in another way, at the same time
                        }
                        most.accumulateAndGet(server.live(), Math::max);
                        least.accumulateAndGet(pool.statistics().overflowConnections(), Math::min);
                    }
                }
            });
            assertThat(most.get()).isBetween(2, 4);
            assertThat(least.get()).as("overflow, by the books").isNotNegative();
            Steps.await(
                    "the overflow closes",
                    Steps.DEADLINE,
                    () -> pool.statistics().totalConnections() == 2 && server.live() == 2);
            assertThat(pool.statistics().overflowConnections()).isZero();
            Steps.closeQuiescent(pool);
            server.assertSound();
        }
    }
}
