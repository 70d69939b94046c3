package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolStatistics;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B9: while any overflow was open, a returned base connection was closed: 3,565 opens for 3,600 borrows. */
@Timeout(60)
class Origin_B09 {

    @TempDir
    Path folder;

    @Test
    void a_crowd_opens_no_more_connections_than_may_be_open() throws Exception {
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(1).maxOverflow(2).build()) {
            Steps.allSucceed(12, thread -> {
                for (int i = 0; i < 300; i++) {
                    try (Connection connection = pool.getConnection()) {
                        assertThat(Steps.number(connection, "SELECT 1")).isEqualTo(1);
                    }
                }
            });
            PoolStatistics statistics = pool.statistics();
            assertThat(statistics.totalCreated()).isLessThanOrEqualTo(3);
            assertThat(statistics.poolMisses()).isLessThanOrEqualTo(3);
            assertThat(statistics.poolHits()).isGreaterThanOrEqualTo(3_597);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void bursts_keep_what_they_opened_until_it_has_been_idle() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(5)
                .maxOverflow(10)
                .overflowLinger(Duration.ofMinutes(1))
                .build()) {
            for (int burst = 0; burst < 20; burst++) {
                Steps.allSucceed(15, thread -> {
                    try (Connection connection = pool.getConnection()) {
                        Steps.hold(Duration.ofMillis(5));
                        assertThat(connection.isClosed()).isFalse();
                    }
                });
            }
            assertThat(pool.statistics().totalCreated()).isLessThanOrEqualTo(15);
            assertThat(pool.statistics().closedByCause()).isEmpty();
            Steps.closeQuiescent(pool);
        }
    }
}
