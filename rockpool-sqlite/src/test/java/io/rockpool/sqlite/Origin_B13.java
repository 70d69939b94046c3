package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.testkit.FaultyServer;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Origin defect B13: dead idle connections used up the caller's attempts: "Pool exhausted" with five places free. */
@Timeout(60)
class Origin_B13 {

    @Test
    void a_borrow_succeeds_when_all_idle_connections_are_dead_and_the_database_is_up() throws Exception {
        try (FaultyServer server = FaultyServer.start("b13");
                DatabaseConnectionPool pool = Steps.server(server.url())
                        .poolSize(5)
                        .maxOverflow(5)
                        .maxRetries(1)
                        .validationWindow(Duration.ZERO)
                        .build()) {
            for (int round = 0; round < 50; round++) {
                Steps.await("full", Steps.DEADLINE, () -> pool.statistics().availableConnections() >= 5);
                // Past the tick in which they last proved themselves, so that all are validated.
                Steps.hold(Duration.ofMillis(45));
                server.restart();
                try (Connection connection = pool.getConnection()) {
                    assertThat(Steps.number(connection, "SELECT 1")).isEqualTo(1);
                }
            }
            assertThat(pool.statistics().timeouts()).isZero();
            assertThat(pool.statistics().rejected()).isZero();
            Steps.closeQuiescent(pool);
            server.assertSound();
        }
    }
}
