package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A database in memory, or one that is no WAL: a single lane for all leases. */
@Timeout(60)
class MemoryTest {

    private static DatabaseConnectionPool memory() throws SQLException {
        DatabaseConnectionPool pool = DatabaseConnectionPool.builder()
                .url("jdbc:sqlite::memory:")
                .poolSize(4)
                .build();
        Steps.update(pool, "CREATE TABLE t (v)");
        return pool;
    }

    @Test
    void all_leases_share_it_and_it_survives_evict_and_ends_with_the_pool() throws Exception {
        DatabaseConnectionPool pool = memory();
        Steps.allSucceed(8, i -> Steps.update(pool, "INSERT INTO t VALUES (1)"));
        pool.evict();
        assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(8);
        Steps.closeQuiescent(pool);
        try (DatabaseConnectionPool next = memory()) {
            assertThat(Steps.number(next, "SELECT count(*) FROM t")).isZero();
        }
    }

    @Test
    void a_read_only_lease_refuses_writes() throws Exception {
        try (DatabaseConnectionPool pool = memory()) {
            try (Connection connection = pool.readOnly().getConnection()) {
                assertThatThrownBy(() -> Steps.update(connection, "INSERT INTO t VALUES (1)"))
                        .extracting("SQLState")
                        .isEqualTo("25006");
            }
            assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isZero();
        }
    }

    @Test
    void a_rollback_journal_serves_eight_threads(@TempDir Path folder) throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(8)
                .option("sqlite.journal-mode", "DELETE")
                .build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            Steps.allSucceed(8, thread -> {
                for (int i = 0; i < 20; i++) {
                    DatabaseConnection.run(pool, c -> {
                        long before = Steps.number(c, "SELECT count(*) FROM t");
                        Steps.update(c, "INSERT INTO t VALUES (" + before + ")");
                    });
                    assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isPositive();
                }
            });
            assertThat(Steps.number(pool, "SELECT count(DISTINCT v) FROM t")).isEqualTo(160);
            Steps.closeQuiescent(pool);
        }
    }
}
