package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.testkit.FaultyServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteCommitListener;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteDataSource;

/** Origin defect B24: an empty block cost five statements: two or three SELECT 1, BEGIN and COMMIT. */
@Timeout(60)
class Origin_B24 {

    @TempDir
    Path folder;

    @Test
    void an_empty_borrow_and_an_empty_scope_make_no_driver_call() throws Exception {
        try (FaultyServer server = FaultyServer.start("b24");
                DatabaseConnectionPool pool =
                        Steps.server(server.url()).poolSize(1).build()) {
            server.startTrace();
            pool.getConnection().close();
            DatabaseConnection.run(pool, connection -> {});
            DatabaseConnection.open(pool).close();
            assertThat(server.trace()).isEmpty();
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_scope_with_one_statement_begins_and_commits_around_it_and_does_no_more() throws Exception {
        try (FaultyServer server = FaultyServer.start("b24");
                DatabaseConnectionPool pool =
                        Steps.server(server.url()).poolSize(1).build()) {
            server.startTrace();
            DatabaseConnection.run(pool, c -> Steps.update(c, "INSERT a 1"));
            assertThat(server.trace().stream().filter(call -> call.contains("setAutoCommit false")))
                    .hasSize(1);
            assertThat(server.trace().stream().filter(call -> call.contains("Connection.commit")))
                    .hasSize(1);
            assertThat(server.trace().stream().filter(call -> call.contains("Statement.execute")))
                    .hasSize(1);
            assertThat(server.trace()).noneMatch(call -> call.contains("isValid") || call.contains("SELECT"));
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void on_sqlite_a_scope_with_one_statement_is_one_commit_and_no_rollback() throws Exception {
        AtomicInteger commits = new AtomicInteger();
        AtomicInteger rollbacks = new AtomicInteger();
        SQLiteDataSource source = new SQLiteDataSource();
        source.setUrl(Steps.url(folder));
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(1)
                .maxOverflow(0)
                .dataSource(new Watched(source, commits, rollbacks))
                .build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            commits.set(0);
            rollbacks.set(0);
            DatabaseConnection.run(pool, connection -> {});
            DatabaseConnection.open(pool).close();
            assertThat(commits).hasValue(0);
            DatabaseConnection.run(pool, c -> Steps.update(c, "INSERT INTO t VALUES (1)"));
            assertThat(commits).hasValue(1);
            assertThat(rollbacks).hasValue(0);
            Steps.closeQuiescent(pool);
        }
    }

    /** Opens connections that count the engine's own commits and rollbacks. */
    private static final class Watched extends SQLiteDataSource {
        private final SQLiteDataSource source;
        private final AtomicInteger commits;
        private final AtomicInteger rollbacks;

        Watched(SQLiteDataSource source, AtomicInteger commits, AtomicInteger rollbacks) {
            this.source = source;
            this.commits = commits;
            this.rollbacks = rollbacks;
        }

        @Override
        public Connection getConnection() throws SQLException {
            SQLiteConnection connection = source.getConnection("", "");
            connection.addCommitListener(new SQLiteCommitListener() {
                @Override
                public void onCommit() {
                    commits.incrementAndGet();
                }

                @Override
                public void onRollback() {
                    rollbacks.incrementAndGet();
                }
            });
            return connection;
        }
    }

    @Test
    void sqlite_is_not_locked_before_the_first_statement() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(3)
                .option("sqlite.busy-timeout", "0")
                .build()) {
            Steps.update(pool, "CREATE TABLE t (v)");
            try (DatabaseConnection idle = DatabaseConnection.open(pool);
                    Connection plain = pool.getConnection()) {
                plain.setAutoCommit(false);
                DatabaseConnection.run(pool, c -> Steps.update(c, "INSERT INTO t VALUES (1)"));
                Steps.update(plain, "INSERT INTO t VALUES (2)");
                assertThatThrownBy(() -> Steps.update(idle.connection(), "INSERT INTO t VALUES (3)"))
                        .as("now the lock is taken")
                        .isInstanceOf(SQLException.class);
                plain.commit();
                DatabaseConnection.run(pool, c -> Steps.update(c, "INSERT INTO t VALUES (4)")); // free after the commit
            }
            assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(3);
            Steps.closeQuiescent(pool);
        }
    }
}
