package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.testkit.FaultyServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B34: tests that could not fail: the recovery test slept a second, the workers held for 10 ms only. */
@Timeout(60)
class Origin_B34 {

    @TempDir
    Path folder;

    @Test
    void fifteen_workers_that_hold_beyond_the_old_limit_are_all_served() throws Exception {
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(5).maxOverflow(0).build()) {
            Steps.allSucceed(15, thread -> {
                try (Connection connection = pool.getConnection()) {
                    assertThat(Steps.number(connection, "SELECT 1")).isEqualTo(1);
                    Steps.hold(Duration.ofMillis(700)); // the origin gave up waiting after 600
                }
            });
            assertThat(pool.statistics().waits()).isGreaterThanOrEqualTo(10);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void the_pool_recovers_from_a_database_that_was_really_down() throws Exception {
        try (FaultyServer server = FaultyServer.start("b34");
                DatabaseConnectionPool pool = Steps.server(server.url())
                        .poolSize(3)
                        .poolTimeout(Duration.ofMillis(500))
                        .validationWindow(Duration.ZERO)
                        .build()) {
            server.down();
            Steps.hold(Duration.ofMillis(45)); // past the tick in which they proved themselves
            List<Throwable> failures = Steps.together(5, thread -> {
                try (Connection connection = pool.getConnection()) {
                    Steps.number(connection, "SELECT 1");
                }
            });
            assertThat(failures).as("nobody is served while it is down").hasSize(5);
            server.up();
            Steps.await("recovery", Steps.DEADLINE, () -> pool.statistics().availableConnections() == 3);
            Steps.allSucceed(
                    5, thread -> assertThat(Steps.number(pool, "SELECT 1")).isEqualTo(1));
            Steps.closeQuiescent(pool);
        }
    }
}
