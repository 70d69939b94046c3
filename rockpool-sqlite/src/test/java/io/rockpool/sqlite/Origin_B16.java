package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.testkit.FaultyServer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Origin defect B16: the time of the last health check was unsynchronised, so that several threads checked at once. */
@Timeout(60)
class Origin_B16 {

    @Test
    void a_period_has_one_round_of_health_checks_however_many_threads_look_on() throws Exception {
        try (FaultyServer server = FaultyServer.start("b16");
                DatabaseConnectionPool pool = Steps.server(server.url())
                        .poolSize(3)
                        .maxOverflow(0)
                        .healthCheckInterval(Duration.ofSeconds(1))
                        .build()) {
            long since = System.nanoTime();
            Steps.allSucceed(8, thread -> {
                while (server.calls("Connection.isValid") < 6) { // two rounds of three idle connections
                    assertThat(pool.statistics().totalConnections()).isLessThanOrEqualTo(3);
                    Steps.hold(Duration.ofMillis(1));
                    assertThat(System.nanoTime() - since).isLessThan(Steps.DEADLINE.toNanos());
                }
            });
            long periods = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since);
            assertThat(periods).as("two rounds take two periods").isGreaterThanOrEqualTo(2);
            assertThat(server.calls("Connection.isValid")).isLessThanOrEqualTo(3 * (periods + 1));
            Steps.closeQuiescent(pool);
        }
    }
}
