package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PerformanceMetrics;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Origin defect B33: the statistics page divided by a pool size of zero, and anybody who had read the repository could
 * open it. Who may see the figures is tested in rockpool-admin; that there are figures at every moment, here.
 */
@Timeout(60)
class Origin_B33 {

    @TempDir
    Path folder;

    @Test
    void figures_are_finite_before_the_start_while_empty_and_after_the_close() throws Exception {
        assertSane(new DatabaseConnectionPool());
        DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(1).maxOverflow(0).build();
        assertSane(pool);
        pool.close();
        assertSane(pool);
    }

    private static void assertSane(DatabaseConnectionPool pool) {
        PerformanceMetrics figures = pool.performance();
        assertThat(figures.efficiency()).isBetween(0.0, 100.0);
        assertThat(figures.utilization()).isBetween(0.0, 100.0);
        assertThat(figures.overflowUsage()).isBetween(0.0, 100.0);
        assertThat(figures.healthScore()).isBetween(0, 100);
        assertThat(pool.statistics().hitRatio()).isBetween(0.0, 1.0);
        assertThat(pool.recommendations()).isNotNull();
    }
}
