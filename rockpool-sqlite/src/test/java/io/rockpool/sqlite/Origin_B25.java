package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.ConnectionWrapper;
import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B25: a commit inside the block left the rest in autocommit: stored although "rolled back" afterwards. */
@Timeout(60)
class Origin_B25 {

    @TempDir
    Path folder;

    private DatabaseConnectionPool pool;

    @BeforeEach
    void start() throws SQLException {
        pool = Steps.file(folder).poolSize(1).maxOverflow(0).build();
        Steps.update(pool, "CREATE TABLE t (v)");
        Steps.update(pool, "INSERT INTO t VALUES (1)");
    }

    @AfterEach
    void unchanged() throws SQLException {
        assertThat(Steps.number(pool, "SELECT v FROM t")).isEqualTo(1);
        Steps.closeQuiescent(pool);
    }

    private interface Ending {
        void end(ConnectionWrapper connection) throws SQLException;
    }

    private void refused(Ending ending) {
        assertThatThrownBy(() -> DatabaseConnection.run(pool, c -> {
                    Steps.update(c, "UPDATE t SET v = 2");
                    ending.end(c);
                    Steps.update(c, "UPDATE t SET v = 3");
                }))
                .isInstanceOf(SQLException.class)
                .extracting("SQLState")
                .isEqualTo("2D000");
    }

    @Test
    void ending_the_transaction_by_hand_inside_a_scope_is_refused() {
        List.<Ending>of(Connection::commit, Connection::rollback, c -> c.setAutoCommit(true), Connection::close)
                .forEach(this::refused);
    }

    @Test
    void ending_the_transaction_by_text_inside_a_scope_is_refused() {
        for (String sql : List.of("COMMIT", "ROLLBACK", "END", " /* by text */ commit;", "END TRANSACTION")) {
            refused(c -> Steps.update(c, sql));
            refused(c -> {
                try (java.sql.Statement statement = c.createStatement()) {
                    statement.executeUpdate(sql);
                }
            });
        }
    }

    @Test
    void after_a_commit_by_text_a_plain_transaction_goes_on_as_a_new_one() throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            Steps.update(connection, "UPDATE t SET v = 7");
            Steps.update(connection, "ROLLBACK");
            Steps.update(connection, "UPDATE t SET v = 8");
            connection.rollback();
            Steps.update(connection, "UPDATE t SET v = 1");
            Steps.update(connection, "COMMIT");
            Steps.update(connection, "UPDATE t SET v = 9"); // left open: rolled back by the pool
        }
        assertThat(pool.statistics().unfinishedTransactions()).isEqualTo(1);
        try (Connection connection = pool.getConnection()) {
            Steps.update(connection, "BEGIN");
            Steps.update(connection, "UPDATE t SET v = 1");
            Steps.update(connection, "COMMIT");
        }
        assertThat(pool.statistics().unfinishedTransactions())
                .as("what text committed is finished")
                .isEqualTo(1);
    }

    @Test
    void work_after_a_refused_commit_is_rolled_back_with_the_rest() {
        IllegalStateException failure = new IllegalStateException("work failed");
        assertThatThrownBy(() -> DatabaseConnection.run(pool, c -> {
                    Steps.update(c, "UPDATE t SET v = 2");
                    try {
                        c.commit();
                    } catch (SQLException refused) {
                        assertThat(refused.getSQLState()).isEqualTo("2D000");
                    }
                    Steps.update(c, "UPDATE t SET v = 3");
                    throw failure;
                }))
                .isSameAs(failure);
    }
}
