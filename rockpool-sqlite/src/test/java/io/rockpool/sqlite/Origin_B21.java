package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.InvalidPoolConfigException;
import io.rockpool.testkit.FaultyServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B21: a start on a bad path wrote a line to the log and made a pool of nothing. */
@Timeout(60)
class Origin_B21 {

    @TempDir
    Path folder;

    @Test
    void a_path_that_leads_nowhere_fails_the_start() {
        Path nowhere = folder.resolve("missing").resolve("origin.db");
        assertThatThrownBy(() -> DatabaseConnectionPool.of("jdbc:sqlite:" + nowhere))
                .isInstanceOf(InvalidPoolConfigException.class)
                .hasMessageContaining(nowhere.toString());
    }

    @Test
    void a_file_that_is_no_database_fails_the_start() throws Exception {
        Files.writeString(Steps.database(folder), "no database".repeat(200));
        assertThatThrownBy(() -> Steps.file(folder).build())
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("origin.db");
        assertThat(Steps.openFiles(Steps.database(folder))).isZero();
    }

    @Test
    void a_database_that_is_down_fails_the_start_and_nothing_goes_on_trying() throws Exception {
        try (FaultyServer server = FaultyServer.start("b21")) {
            server.down();
            assertThatThrownBy(() -> Steps.server(server.url())
                            .poolTimeout(Duration.ofSeconds(5))
                            .build())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("connect refused");
            Steps.await(
                    "no housekeeper",
                    Duration.ofSeconds(5),
                    () -> !Steps.poolThreads().contains("rockpool-housekeeper"));
            assertThat(server.live()).isZero();
        }
    }
}
