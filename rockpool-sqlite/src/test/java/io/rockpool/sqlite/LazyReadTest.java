package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.ConnectionWrapper;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.Lane;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A transaction that begins on a reader and goes to the writer with its first write. */
@Timeout(60)
class LazyReadTest {

    @TempDir
    Path folder;

    private DatabaseConnectionPool pool;

    @BeforeEach
    void open() throws SQLException {
        pool = Steps.file(folder)
                .poolSize(4)
                .option("sqlite.transaction-routing", "LAZY_READ")
                .option("sqlite.busy-timeout", "200")
                .build();
        Steps.update(pool, "CREATE TABLE t (v)");
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private static long rows(Connection connection) throws SQLException {
        return Steps.number(connection, "SELECT count(*) FROM t");
    }

    private static void insert(Connection connection) throws SQLException {
        Steps.update(connection, "INSERT INTO t VALUES (1)");
    }

    private void isRefused(Connection connection) throws SQLException {
        assertThatThrownBy(() -> insert(connection)).extracting("SQLState").isEqualTo("40001");
        connection.rollback();
        long before = rows(connection);
        insert(connection);
        connection.commit();
        assertThat(rows(connection)).isEqualTo(before + 1);
        connection.rollback();
    }

    @Test
    void it_reads_on_a_reader_and_writes_when_nothing_was_committed() throws Exception {
        try (ConnectionWrapper connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            assertThat(rows(connection)).isZero();
            assertThat(connection.lane()).isEqualTo(Lane.READER);
            insert(connection);
            assertThat(connection.lane()).isEqualTo(Lane.WRITER);
            assertThat(rows(connection)).isEqualTo(1);
            connection.commit();
        }
        Steps.closeQuiescent(pool);
    }

    @Test
    void it_fails_before_any_effect_when_this_process_committed_meanwhile() throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            rows(connection);
            Steps.update(pool, "INSERT INTO t VALUES (2)");
            assertThat(rows(connection)).isZero();
            isRefused(connection);
        }
        Steps.closeQuiescent(pool);
    }

    @Test
    void it_fails_before_any_effect_when_another_process_committed_meanwhile() throws Exception {
        try (Connection foreign = Databases.open(Steps.database(folder));
                Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            rows(connection);
            insert(foreign);
            isRefused(connection);
        }
    }

    @Test
    void an_open_result_set_refuses_the_first_write_and_closing_it_allows_it() throws Exception {
        Steps.update(pool, "INSERT INTO t VALUES (1), (2)");
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            try (ResultSet rows = statement.executeQuery("SELECT v FROM t")) {
                assertThat(rows.next()).isTrue();
                assertThatThrownBy(() -> insert(connection)).hasMessageContaining("result set");
            }
            insert(connection);
            connection.commit();
            assertThat(rows(connection)).isEqualTo(3);
        }
    }

    @Test
    void it_writes_on_a_connection_of_its_own() throws Exception {
        try (Connection connection = pool.getConnection()) {
            Steps.update(connection, "CREATE TEMP TABLE mine (v)");
            connection.setAutoCommit(false);
            rows(connection);
            insert(connection);
            connection.commit();
        }
        assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(1);
    }

    @Test
    void it_writes_where_there_is_a_single_lane() throws Exception {
        try (DatabaseConnectionPool memory = DatabaseConnectionPool.builder()
                .url("jdbc:sqlite::memory:")
                .option("sqlite.transaction-routing", "LAZY_READ")
                .build()) {
            Steps.update(memory, "CREATE TABLE t (v)");
            try (Connection connection = memory.getConnection()) {
                connection.setAutoCommit(false);
                rows(connection);
                insert(connection);
                connection.commit();
            }
        }
    }

    @Test
    void a_lock_of_another_process_at_the_first_write_has_its_state() throws Exception {
        try (Connection foreign = Databases.open(Steps.database(folder));
                Connection connection = pool.getConnection()) {
            Databases.run(foreign, "BEGIN IMMEDIATE");
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> insert(connection)).extracting("SQLState").isEqualTo("55P03");
            connection.rollback();
            Databases.run(foreign, "ROLLBACK");
        }
    }
}
