package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.testkit.Fault;
import io.rockpool.testkit.FaultyServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B5: when BEGIN failed after the borrow, the connection's place in the pool was gone for ever. */
@Timeout(60)
class Origin_B05 {

    @TempDir
    Path folder;

    @Test
    void a_transaction_that_cannot_begin_leaves_nothing_lent() throws Exception {
        try (FaultyServer server = FaultyServer.start("b05");
                DatabaseConnectionPool pool =
                        Steps.server(server.url()).poolSize(1).maxOverflow(0).build()) {
            for (int i = 0; i < 1_000; i++) {
                server.script(Fault.on("Connection.setAutoCommit").times(1).throwSql("55000", "no begin"));
                assertThatThrownBy(() -> DatabaseConnection.run(pool, c -> Steps.update(c, "INSERT never 1")))
                        .isInstanceOf(SQLException.class);
                server.clearFaults();
                assertThat(pool.statistics().activeConnections()).isZero();
            }
            DatabaseConnection.run(pool, c -> Steps.update(c, "INSERT a 1"));
            assertThat(server.value("never")).isEqualTo(OptionalLong.empty());
            assertThat(server.value("a")).hasValue(1);
            Steps.closeQuiescent(pool);
            server.assertSound();
        }
    }

    @Test
    void the_nth_driver_call_failing_leaves_nothing_lent() throws Exception {
        try (FaultyServer server = FaultyServer.start("b05-nth");
                DatabaseConnectionPool pool =
                        Steps.server(server.url()).poolSize(1).maxOverflow(0).build()) {
            long before = server.faultsFired();
            int n = 0;
            do { // fail at the first, second, third … call, until a run is clean
                before = server.faultsFired();
                server.failNthCall(++n, () -> new SQLException("call fails", "55000"));
                try {
                    DatabaseConnection.run(pool, c -> Steps.update(c, "UPDATE a 1"));
                } catch (SQLException expected) {
                    assertThat((Throwable) expected).hasStackTraceContaining("call fails");
                }
                assertThat(pool.statistics().activeConnections())
                        .as("after call %s", n)
                        .isZero();
            } while (server.faultsFired() > before);
            assertThat(n).isGreaterThan(4);
            server.clearFaults();
            DatabaseConnection.run(pool, c -> Steps.update(c, "INSERT a 1"));
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_write_lock_that_cannot_be_had_leaves_nothing_lent() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(2)
                .maxOverflow(0)
                .option("sqlite.busy-timeout", "0")
                .build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            try (Connection writer = pool.getConnection()) {
                writer.setAutoCommit(false);
                Steps.update(writer, "INSERT INTO t VALUES (1)");
                for (int i = 0; i < 1_000; i++) {
                    assertThatThrownBy(() ->
                                    DatabaseConnection.run(pool, c -> Steps.update(c, "INSERT INTO t VALUES (2)")))
                            .isInstanceOf(SQLException.class);
                    assertThat(pool.statistics().activeConnections()).isEqualTo(1);
                }
                writer.commit();
            }
            DatabaseConnection.run(pool, c -> Steps.update(c, "INSERT INTO t VALUES (3)"));
            assertThat(Steps.number(pool, "SELECT sum(v) FROM t")).isEqualTo(4);
            assertThat(pool.statistics().totalCreated())
                    .as("a busy connection is kept")
                    .isEqualTo(2);
            Steps.closeQuiescent(pool);
        }
    }
}
