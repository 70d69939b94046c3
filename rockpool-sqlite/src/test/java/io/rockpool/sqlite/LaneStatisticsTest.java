package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.Lane;
import io.rockpool.LaneStatistics;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A pool's numbers tell leases, and its lanes' numbers what is behind them. */
@Timeout(60)
class LaneStatisticsTest {

    @TempDir
    Path folder;

    private static LaneStatistics lane(DatabaseConnectionPool pool, Lane name) {
        return pool.statistics().lanes().stream()
                .filter(lane -> lane.lane() == name)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void leases_are_the_pools_and_connections_the_lanes() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder).poolSize(20).build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            try (Connection writing = pool.getConnection();
                    Connection reading = pool.getConnection();
                    Statement statement = reading.createStatement()) {
                writing.setAutoCommit(false);
                Steps.update(writing, "INSERT INTO t VALUES (1)");
                ResultSet rows = statement.executeQuery("SELECT 1 UNION SELECT 2");
                assertThat(rows.next()).isTrue();
                Thread waiter = Steps.started("waiter", thrown, () -> Steps.update(pool, "INSERT INTO t VALUES (2)"));
                Steps.await(
                        "one waits",
                        Steps.DEADLINE,
                        () -> lane(pool, Lane.WRITER).waiting() == 1);

                assertThat(pool.statistics().activeConnections()).isEqualTo(3);
                assertThat(pool.statistics().totalConnections()).isEqualTo(20);
                assertThat(pool.statistics().waiting()).as("for a lease").isZero();
                LaneStatistics writer = lane(pool, Lane.WRITER);
                assertThat(List.of(writer.limit(), writer.connections(), writer.active()))
                        .containsExactly(1, 1, 1);
                LaneStatistics readers = lane(pool, Lane.READER);
                int limit = Math.max(4, Runtime.getRuntime().availableProcessors());
                assertThat(readers.limit()).isEqualTo(Math.min(20, limit));
                assertThat(readers.connections()).isBetween(1, readers.limit());
                assertThat(readers.active()).isEqualTo(1);

                writing.commit();
                Steps.join(waiter);
            }
            assertThat(thrown).isEmpty();
            LaneStatistics writer = lane(pool, Lane.WRITER);
            assertThat(List.of(writer.active(), writer.waiting())).containsExactly(0, 0);
            assertThat(writer.waits()).isEqualTo(1);
            assertThat(writer.waitMaxMillis()).isPositive();
            assertThat(lane(pool, Lane.READER).active()).isZero();
        }
    }

    @Test
    void a_database_in_memory_has_one_lane_for_all() throws Exception {
        try (DatabaseConnectionPool pool = Steps.server("jdbc:sqlite::memory:").build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            assertThat(pool.statistics().lanes()).singleElement().satisfies(lane -> {
                assertThat(lane.lane()).isEqualTo(Lane.SHARED);
                assertThat(lane.limit()).isEqualTo(1);
            });
        }
    }
}
