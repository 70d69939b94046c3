package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.testkit.Fault;
import io.rockpool.testkit.FaultyServer;
import java.sql.Connection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Origin defect B17: connections were opened under the lock of the whole pool. */
@Timeout(60)
class Origin_B17 {

    @Test
    void returns_borrows_and_statistics_go_on_while_an_opening_hangs() throws Exception {
        // holder                other caller                  opening
        // borrow
        //                       borrow (waits) -------------> hangs
        // statistics
        // give back
        //                       gets the holder's
        try (FaultyServer server = FaultyServer.start("b17");
                DatabaseConnectionPool pool =
                        Steps.server(server.url()).poolSize(1).maxOverflow(1).build()) {
            Connection held = pool.getConnection();
            server.script(Fault.on("connect").hang());
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            Thread other = Steps.started("other", thrown, () -> {
                try (Connection served = pool.getConnection()) {
                    assertThat(Steps.number(served, "SELECT 1")).isEqualTo(1);
                }
            });
            server.awaitHanging(1, Steps.DEADLINE);
            assertThat(pool.statistics().waiting()).isEqualTo(1);
            held.close();
            Steps.join(other);
            assertThat(thrown).isEmpty();
            for (int i = 0; i < 1_000; i++) {
                pool.getConnection().close();
                assertThat(pool.statistics().activeConnections()).isZero();
            }
            assertThat(server.hangingCalls()).as("still opening").isEqualTo(1);
            server.release();
            Steps.await("opened", Steps.DEADLINE, () -> pool.statistics().totalConnections() == 2);
            Steps.closeQuiescent(pool);
            server.assertSound();
        }
    }
}
