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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B3: an error of COMMIT was logged and swallowed; the block ended normally and the data was gone. */
@Timeout(60)
class Origin_B03 {

    static final String ORPHAN = "INSERT INTO child VALUES (1, 999)";

    @TempDir
    Path folder;

    private DatabaseConnectionPool pool;

    @BeforeEach
    void schema() throws SQLException {
        pool = Steps.file(folder).poolSize(1).maxOverflow(0).build();
        createFamily(pool);
    }

    /** A child whose parent is looked for at commit. */
    static void createFamily(DatabaseConnectionPool pool) throws SQLException {
        Steps.update(pool, "CREATE TABLE parent (id INTEGER PRIMARY KEY)");
        Steps.update(
                pool,
                "CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER"
                        + " REFERENCES parent DEFERRABLE INITIALLY DEFERRED)");
    }

    @Test
    void a_scope_whose_commit_fails_throws_and_stores_nothing() throws Exception {
        assertThatThrownBy(() -> DatabaseConnection.run(pool, c -> Steps.update(c, ORPHAN)))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("FOREIGN KEY");
        assertThat(Steps.number(pool, "SELECT count(*) FROM child")).isZero();
        Steps.closeQuiescent(pool);
    }

    @Test
    void a_plain_commit_that_fails_throws_and_stores_nothing() throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            Steps.update(connection, ORPHAN);
            assertThatThrownBy(connection::commit)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("FOREIGN KEY");
        }
        assertThat(Steps.number(pool, "SELECT count(*) FROM child")).isZero();
        Steps.closeQuiescent(pool);
    }

    @Test
    void a_commit_whose_answer_is_lost_throws_too() throws Exception {
        try (FaultyServer server = FaultyServer.start("b03")) {
            try (DatabaseConnectionPool network =
                    Steps.server(server.url()).poolSize(1).build()) {
                server.script(Fault.on("Connection.commit")
                        .nth(1)
                        .throwSql("08006", "no answer")
                        .afterEffect());
                assertThatThrownBy(() -> DatabaseConnection.run(network, c -> Steps.update(c, "INSERT a 1")))
                        .isInstanceOf(SQLException.class)
                        .hasMessageContaining("no answer");
            }
        }
        pool.close();
    }
}
