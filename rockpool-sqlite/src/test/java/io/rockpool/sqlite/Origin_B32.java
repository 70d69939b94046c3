package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.testkit.Fault;
import io.rockpool.testkit.FaultyServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B32: bare excepts also ate KeyboardInterrupt and SystemExit. */
@Timeout(60)
class Origin_B32 {

    @TempDir
    Path folder;

    /** Stands for those of the JVM: StackOverflowError, OutOfMemoryError, ThreadDeath. */
    private static final class Fatal extends Error {
        private static final long serialVersionUID = 1;
    }

    @Test
    void an_error_of_the_work_goes_through_a_scope_that_rolls_back() throws Exception {
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(1).maxOverflow(0).build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            Fatal fatal = new Fatal();
            assertThatThrownBy(() -> DatabaseConnection.run(pool, c -> {
                        Steps.update(c, "INSERT INTO t VALUES (1)");
                        throw fatal;
                    }))
                    .isSameAs(fatal);
            assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isZero();
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void an_error_of_the_driver_goes_to_the_caller_and_its_connection_is_replaced() throws Exception {
        try (FaultyServer server = FaultyServer.start("b32");
                DatabaseConnectionPool pool =
                        Steps.server(server.url()).poolSize(1).maxOverflow(0).build()) {
            for (String call :
                    new String[] {"Statement.execute*", "Connection.prepareStatement", "Connection.commit"}) {
                Fatal fatal = new Fatal();
                server.script(Fault.on(call).times(1).throwError(fatal));
                assertThat(catchThrowable(() -> DatabaseConnection.run(pool, c -> Steps.update(c, "UPDATE a 1"))))
                        .isSameAs(fatal);
                server.clearFaults();
                assertThat(pool.statistics().activeConnections()).isZero();
            }
            assertThat(Steps.number(pool, "SELECT 1")).isEqualTo(1);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void an_interrupt_ends_the_wait_and_is_not_eaten() throws Exception {
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(1).maxOverflow(0).build()) {
            Connection held = pool.getConnection();
            AtomicBoolean flag = new AtomicBoolean();
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            Thread waiter = Steps.started("waiter", thrown, () -> {
                try {
                    pool.getConnection();
                } finally {
                    flag.set(Thread.currentThread().isInterrupted());
                }
            });
            Steps.await("waiting", Steps.DEADLINE, () -> pool.statistics().waiting() == 1);
            waiter.interrupt();
            Steps.join(waiter);
            assertThat(thrown)
                    .singleElement()
                    .isInstanceOf(SQLException.class)
                    .extracting("SQLState")
                    .isEqualTo("57014");
            assertThat(flag).isTrue();
            held.close();
            Steps.closeQuiescent(pool);
        }
    }
}
