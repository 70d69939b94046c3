package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B18: closing the pool closed connections under their users, and the next borrow filled it again. */
@Timeout(60)
class Origin_B18 {

    /** Counts for hours unless it is interrupted. */
    static final String ENDLESS =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n WHERE i < 0";

    @TempDir
    Path folder;

    @Test
    void a_closing_pool_lets_its_users_commit() throws Exception {
        // user                        closer
        // borrow, insert
        //                             close (waits for the user)
        // commit, give back
        //                             returns
        DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(2)
                .drainTimeout(Duration.ofSeconds(30))
                .build();
        Steps.update(pool, "CREATE TABLE t (v)");
        Connection user = pool.getConnection();
        user.setAutoCommit(false);
        Steps.update(user, "INSERT INTO t VALUES (1)");
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        Thread closer = Steps.started("closer", thrown, pool::close);
        Steps.await("idle ones close", Steps.DEADLINE, () -> pool.statistics().totalConnections() == 1);
        assertThat(pool.statistics().activeConnections()).isEqualTo(1);
        user.commit();
        user.close();
        Steps.join(closer);
        assertThat(thrown).isEmpty();
        Steps.assertReconciled(pool);
        try (DatabaseConnectionPool again = Steps.file(folder).build()) {
            assertThat(Steps.number(again, "SELECT count(*) FROM t")).isEqualTo(1);
        }
    }

    @Test
    void closed_is_final() throws Exception {
        DatabaseConnectionPool pool = Steps.file(folder).poolSize(2).build();
        pool.close();
        pool.close();
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(pool::getConnection)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("closed")
                    .extracting("SQLState")
                    .isEqualTo("08003");
        }
        Steps.assertReconciled(pool);
        assertThat(Steps.openFiles(Steps.database(folder))).isZero();
    }

    @Test
    void a_waiter_is_told_at_once_that_the_pool_closes() throws Exception {
        DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(1)
                .maxOverflow(0)
                .drainTimeout(Duration.ofSeconds(20))
                .build();
        Connection held = pool.getConnection();
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        Thread waiter = Steps.started("waiter", thrown, pool::getConnection);
        Steps.await("waiting", Steps.DEADLINE, () -> pool.statistics().waiting() == 1);
        Thread closer = Steps.started("closer", thrown, pool::close);
        Steps.join(waiter);
        assertThat(thrown).singleElement().extracting("SQLState").isEqualTo("08003");
        held.close();
        Steps.join(closer);
        Steps.assertReconciled(pool);
    }

    @Test
    void what_is_not_back_at_the_deadline_is_aborted() throws Exception {
        DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(1)
                .maxOverflow(0)
                .drainTimeout(Duration.ofMillis(100))
                .build();
        Connection forgotten = pool.getConnection();
        pool.close();
        assertThat(forgotten.isClosed()).isTrue();
        assertThatThrownBy(forgotten::createStatement).extracting("SQLState").isEqualTo("08003");
        forgotten.close();
        Steps.assertReconciled(pool);
        assertThat(Steps.openFiles(Steps.database(folder))).isZero();
    }

    @Test
    void an_endless_statement_is_interrupted_at_the_deadline() throws Exception {
        DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(1)
                .maxOverflow(0)
                .drainTimeout(Duration.ofMillis(100))
                .build();
        CountDownLatch running = new CountDownLatch(1);
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        Thread user = Steps.started("user", thrown, () -> {
            Connection connection = pool.getConnection();
            running.countDown();
            Steps.number(connection, ENDLESS);
        });
        running.await();
        Steps.await(
                "counting",
                Steps.DEADLINE,
                () -> pool.leases().stream()
                        .anyMatch(lease -> lease.sql() != null && lease.sql().startsWith("WITH")));
        Steps.hold(Duration.ofMillis(50)); // from the wrapper into the engine
        Thread closer = Steps.started("closer", thrown, pool::close);
        closer.join(10_000);
        assertThat(closer.isAlive())
                .as("close() hangs on a statement that never ends")
                .isFalse();
        Steps.join(user);
        assertThat(thrown).singleElement().isInstanceOf(SQLException.class);
        Steps.assertReconciled(pool);
    }
}
