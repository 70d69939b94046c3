package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.testkit.Fault;
import io.rockpool.testkit.FaultyServer;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Origin defect B26: a ROLLBACK that failed was swallowed, and the real exception only logged. */
@Timeout(60)
class Origin_B26 {

    @Test
    void the_works_own_exception_arrives_with_the_failed_rollback_in_it() throws Exception {
        try (FaultyServer server = FaultyServer.start("b26");
                DatabaseConnectionPool pool =
                        Steps.server(server.url()).poolSize(1).maxOverflow(0).build()) {
            server.script(Fault.on("Connection.rollback").throwSql("08006", "no rollback"));
            IllegalStateException original = new IllegalStateException("work failed");
            assertThatThrownBy(() -> DatabaseConnection.run(pool, c -> {
                        Steps.update(c, "INSERT a 1");
                        throw original;
                    }))
                    .isSameAs(original)
                    .satisfies(thrown -> assertThat(thrown.getSuppressed())
                            .anySatisfy(s -> assertThat(s).hasMessageContaining("no rollback")));
            server.clearFaults();
            assertThat(pool.statistics().activeConnections()).isZero();
            DatabaseConnection.run(pool, c -> Steps.update(c, "INSERT b 1"));
            assertThat(server.value("a")).isEqualTo(OptionalLong.empty());
            assertThat(pool.statistics().totalCreated())
                    .as("the connection was replaced")
                    .isEqualTo(2);
            Steps.closeQuiescent(pool);
            server.assertSound();
        }
    }
}
