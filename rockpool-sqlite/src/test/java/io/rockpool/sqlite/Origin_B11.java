package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B11: a transaction that read first could not write once another had committed: "database is locked". */
@Timeout(60)
class Origin_B11 {

    private static final int THREADS = 8;
    private static final int TRANSACTIONS = 300; // the 16 x 10,000 of the goal are run by the launcher

    @TempDir
    Path folder;

    private DatabaseConnectionPool pool;

    @BeforeEach
    void start() throws SQLException {
        pool = Steps.file(folder).poolSize(THREADS).build();
        Steps.update(pool, "CREATE TABLE account (sum INTEGER)");
        Steps.update(pool, "INSERT INTO account VALUES (0)");
    }

    @AfterEach
    void end() throws SQLException {
        assertThat(Steps.number(pool, "SELECT sum FROM account")).isEqualTo((long) THREADS * TRANSACTIONS);
        assertThat(pool.statistics().unfinishedTransactions()).isZero();
        Steps.closeQuiescent(pool);
    }

    private static void readModifyWrite(Connection connection) throws SQLException {
        long sum = Steps.number(connection, "SELECT sum FROM account");
        Steps.update(connection, "UPDATE account SET sum = ?", sum + 1);
    }

    @Test
    void plain_read_modify_write_transactions_are_never_refused() throws Exception {
        Steps.allSucceed(THREADS, thread -> {
            for (int i = 0; i < TRANSACTIONS; i++) {
                try (Connection connection = pool.getConnection()) {
                    connection.setAutoCommit(false);
                    readModifyWrite(connection);
                    connection.commit();
                }
            }
        });
    }

    @Test
    void scoped_read_modify_write_transactions_are_never_refused() throws Exception {
        Steps.allSucceed(THREADS, thread -> {
            for (int i = 0; i < TRANSACTIONS; i++) {
                DatabaseConnection.run(pool, Origin_B11::readModifyWrite);
            }
        });
    }
}
