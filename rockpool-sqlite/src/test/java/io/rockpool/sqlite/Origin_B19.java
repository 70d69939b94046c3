package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.LeaseInfo;
import io.rockpool.PoolListener;
import io.rockpool.PoolTimeoutException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B19: a connection that was dropped without a return vanished from the books, and its place with it. */
@Timeout(60)
class Origin_B19 {

    @TempDir
    Path folder;

    @Test
    void ten_dropped_connections_are_ten_reports_and_stay_in_the_books() throws Exception {
        Queue<LeaseInfo> reports = new ConcurrentLinkedQueue<>();
        DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(10)
                .maxOverflow(0)
                .poolTimeout(Duration.ofMillis(100))
                .leakThreshold(Duration.ofMillis(200))
                .listener(new PoolListener() {
                    @Override
                    public void leakSuspected(String name, LeaseInfo lease, List<StackTraceElement> stack) {
                        reports.add(lease);
                    }
                })
                .build();
        for (int i = 0; i < 10; i++) {
            borrowAndDrop(pool);
        }
        System.gc();
        Steps.await("ten reports", Steps.DEADLINE, () -> reports.size() == 10);
        System.gc();
        assertThat(pool.statistics().activeConnections()).isEqualTo(10);
        assertThat(pool.statistics().totalConnections()).isEqualTo(10);
        assertThat(pool.statistics().leaksSuspected()).isEqualTo(10);
        assertThat(pool.leases()).hasSize(10);
        assertThat(reports).allSatisfy(lease -> {
            assertThat(lease.threadName()).isEqualTo(Thread.currentThread().getName());
            assertThat(lease.sql()).isEqualTo("SELECT ?");
            assertThat(lease.heldFor()).isGreaterThanOrEqualTo(Duration.ofMillis(200));
        });
        PoolTimeoutException failure = Assertions.catchThrowableOfType(PoolTimeoutException.class, pool::getConnection);
        assertThat((Throwable) failure).isNotNull();
        assertThat(failure.holders()).hasSize(10);
        pool.close();
        Steps.assertReconciled(pool);
    }

    private static void borrowAndDrop(DatabaseConnectionPool pool) throws SQLException {
        Connection dropped = pool.getConnection();
        assertThat(Steps.number(dropped, "SELECT 1")).isEqualTo(1);
    }
}
