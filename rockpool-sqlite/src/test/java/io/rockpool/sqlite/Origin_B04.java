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

/** Origin defect B4: after a failed commit the connection was pooled inside its transaction, holding the write lock. */
@Timeout(60)
class Origin_B04 {

    @TempDir
    Path folder;

    @Test
    void after_a_failed_commit_a_thousand_borrows_and_writes_succeed() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(2)
                .maxOverflow(0)
                .option("sqlite.busy-timeout", "100")
                .build()) {
            Origin_B03.createFamily(pool);
            assertThatThrownBy(() -> DatabaseConnection.run(pool, c -> Steps.update(c, Origin_B03.ORPHAN)))
                    .isInstanceOf(SQLException.class);
            Connection left = pool.getConnection();
            left.setAutoCommit(false);
            Steps.update(left, Origin_B03.ORPHAN);
            assertThatThrownBy(left::commit).isInstanceOf(SQLException.class);
            left.close(); // without a rollback: the pool does it

            for (int i = 0; i < 1_000; i++) {
                int id = i;
                if (i % 2 == 0) {
                    Steps.update(pool, "INSERT INTO parent VALUES (?)", id);
                } else {
                    DatabaseConnection.run(pool, c -> Steps.update(c, "INSERT INTO parent VALUES (?)", id));
                }
            }
            assertThat(Steps.number(pool, "SELECT count(*) FROM parent")).isEqualTo(1_000);
            assertThat(Steps.number(pool, "SELECT count(*) FROM child")).isZero();
            assertThat(pool.statistics().unfinishedTransactions()).isEqualTo(1);
            Steps.closeQuiescent(pool);
        }
    }
}
