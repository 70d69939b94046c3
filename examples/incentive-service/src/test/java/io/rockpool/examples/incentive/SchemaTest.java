package io.rockpool.examples.incentive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaTest {
    @TempDir
    Path directory;

    @Test
    void a_new_database_starts_with_the_sample_company() throws Exception {
        try (DatabaseConnectionPool pool = pool()) {
            Schema.prepare(pool);
            Scoreboard board = Scoreboard.read(pool);
            assertThat(board.standings()).hasSize(12);
            assertThat(board.settings()).isEqualTo(Settings.SAMPLE);
            assertThat(board.voting()).isNull();
            assertThat(number(pool, "SELECT COUNT(*) FROM roles")).isEqualTo(4);
            assertThat(number(pool, "SELECT SUM(share_percent) FROM roles")).isEqualTo(100);
            assertThat(number(pool, "SELECT SUM(score) FROM employees"))
                    .isEqualTo(number(pool, "SELECT SUM(delta) FROM score_history"))
                    .isEqualTo(658);
        }
    }

    @Test
    void a_second_start_keeps_what_was_changed() throws Exception {
        try (DatabaseConnectionPool pool = pool()) {
            Schema.prepare(pool);
            DatabaseConnection.run(pool, conn -> {
                Sql.change(conn, "UPDATE employees SET name = 'Renamed' WHERE id = 1");
                Sql.change(conn, "DELETE FROM score_history");
            });
        }
        try (DatabaseConnectionPool pool = pool()) {
            Schema.prepare(pool);
            assertThat(number(pool, "SELECT COUNT(*) FROM employees WHERE name = 'Renamed'"))
                    .isEqualTo(1);
            assertThat(number(pool, "SELECT COUNT(*) FROM score_history")).isZero();
        }
    }

    @Test
    void a_database_of_another_program_is_refused_and_left_alone() throws Exception {
        try (DatabaseConnectionPool pool = pool()) {
            DatabaseConnection.run(pool, conn -> Sql.change(conn, "CREATE TABLE invoices (id INTEGER PRIMARY KEY)"));
            assertThatThrownBy(() -> Schema.prepare(pool))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContainingAll("invoices", "choose another file");
            assertThat(number(pool, "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table'"))
                    .isEqualTo(1);
        }
    }

    @Test
    void a_newer_schema_version_is_refused() throws Exception {
        try (DatabaseConnectionPool pool = pool()) {
            Schema.prepare(pool);
            DatabaseConnection.run(
                    pool, conn -> Sql.change(conn, "UPDATE settings SET value = '9' WHERE key = 'schema_version'"));
            assertThatThrownBy(() -> Schema.prepare(pool))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContainingAll("version 9", "only version 1");
        }
    }

    private DatabaseConnectionPool pool() throws SQLException {
        return DatabaseConnectionPool.builder()
                .url("jdbc:sqlite:" + directory.resolve("incentive.db"))
                .poolName("schema")
                .build();
    }

    private static long number(DatabaseConnectionPool pool, String sql) throws SQLException {
        return DatabaseConnection.read(
                pool, conn -> Sql.rows(conn, sql, row -> row.getLong(1)).get(0));
    }
}
