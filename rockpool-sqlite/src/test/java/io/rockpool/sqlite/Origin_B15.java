package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.testkit.Fault;
import io.rockpool.testkit.FaultyServer;
import java.sql.Connection;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Origin defect B15: the health check ran on a borrower, under the lock, with all idle connections taken out. */
@Timeout(60)
class Origin_B15 {

    @Test
    void borrows_and_statistics_go_on_while_a_health_check_hangs() throws Exception {
        try (FaultyServer server = FaultyServer.start("b15");
                DatabaseConnectionPool pool = Steps.server(server.url())
                        .poolSize(3)
                        .maxOverflow(0)
                        .healthCheckInterval(Duration.ofSeconds(1))
                        .validationWindow(Duration.ofMinutes(1))
                        .validationTimeout(Duration.ofSeconds(20))
                        .build()) {
            Steps.await("full", Steps.DEADLINE, () -> pool.statistics().availableConnections() == 3);
            server.script(Fault.on("Connection.isValid").nth(1).hang());
            server.awaitHanging(1, Steps.DEADLINE);

            long[] nanos = new long[1_000];
            for (int i = 0; i < nanos.length; i++) {
                long since = System.nanoTime();
                try (Connection connection = pool.getConnection()) {
                    assertThat(connection.isClosed()).isFalse();
                }
                assertThat(pool.statistics().totalConnections()).isEqualTo(3);
                nanos[i] = System.nanoTime() - since;
            }
            Arrays.sort(nanos);
            // The goal is 1 ms and 5 ms, which a run on a quiet machine shows; one hanging check took 500 ms here.
            assertThat(nanos[nanos.length * 99 / 100]).isLessThan(100_000_000L);
            assertThat(server.hangingCalls()).isEqualTo(1);
            assertThat(pool.statistics().waits()).as("borrows that had to wait").isLessThanOrEqualTo(1);
            server.release();
            Steps.await(
                    "the check ends", Steps.DEADLINE, () -> pool.statistics().availableConnections() == 3);
            Steps.closeQuiescent(pool);
            server.assertSound();
        }
    }
}
