package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.testkit.FaultyServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B22: a pool that had lost connections stayed small until the next health check, for up to 300 s. */
@Timeout(60)
class Origin_B22 {

    @TempDir
    Path folder;

    @Test
    void evicted_connections_are_replaced_at_once() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder).poolSize(8).build()) {
            Steps.await("full", Steps.DEADLINE, () -> pool.statistics().availableConnections() == 8);
            assertThat(pool.evict()).isEqualTo(8);
            Steps.await(
                    "full again", Duration.ofSeconds(1), () -> pool.statistics().availableConnections() == 8);
            assertThat(pool.statistics().overflowConnections()).isZero();
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_pool_whose_database_came_back_is_full_again_soon() throws Exception {
        try (FaultyServer server = FaultyServer.start("b22");
                DatabaseConnectionPool pool = Steps.server(server.url())
                        .poolSize(8)
                        .validationWindow(Duration.ZERO)
                        .poolTimeout(Duration.ofMillis(200))
                        .build()) {
            Steps.await("full", Steps.DEADLINE, () -> pool.statistics().availableConnections() == 8);
            server.down();
            Steps.await("all found dead", Steps.DEADLINE, () -> {
                fails(pool);
                return pool.statistics().totalConnections() == 0;
            });
            server.up();
            // The goal is one second, which a run on a quiet machine shows; two for this one, which is shared.
            Steps.await(
                    "full again", Duration.ofSeconds(2), () -> pool.statistics().availableConnections() == 8);
            assertThat(pool.statistics().overflowConnections()).isZero();
            Steps.closeQuiescent(pool);
        }
    }

    private static void fails(DatabaseConnectionPool pool) {
        try (Connection connection = pool.getConnection()) {
            Steps.number(connection, "SELECT 1");
        } catch (SQLException expected) {
            assertThat(expected.getSQLState()).startsWith("08");
        }
    }
}
