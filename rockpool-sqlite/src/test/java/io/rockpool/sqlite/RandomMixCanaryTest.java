package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The mix's verdict finds a planted fault and names it: it cannot pass in silence. */
@Timeout(600)
class RandomMixCanaryTest {

    private static final int SEEDS = 5;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void a_planted_fault_is_found(MixFault fault) throws Exception {
        Pattern named = Pattern.compile(fault.verdict);
        String verdict = "";
        for (int seed = 1; seed <= SEEDS && !named.matcher(verdict).find(); seed++) {
            MixRun run = new MixRun(seed, folder, fault.promises());
            try (Connection old = DriverManager.getConnection(run.url())) {
                verdict = Objects.requireNonNullElse(run.on(pool -> fault.in(pool, pinned(old))), "");
            }
        }
        assertThat(verdict).containsPattern(named);
    }

    /** Reads what is there now for as long as it is open. */
    private static Connection pinned(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN");
            statement.executeQuery("SELECT count(*) FROM log").close();
        }
        return connection;
    }
}
