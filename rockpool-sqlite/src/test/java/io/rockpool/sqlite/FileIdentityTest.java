package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The file is deleted, moved or replaced while the pool has it open. */
@Timeout(60)
class FileIdentityTest {

    @TempDir
    Path folder;

    private DatabaseConnectionPool pool;

    @BeforeEach
    void open() throws SQLException {
        pool = Steps.file(folder).poolSize(4).build();
        Steps.update(pool, "CREATE TABLE t (v)");
        Steps.update(pool, "INSERT INTO t VALUES (1)");
        Steps.update(pool, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private Path file() {
        return Steps.database(folder);
    }

    private void remove() throws Exception {
        Files.delete(file());
        Files.deleteIfExists(Path.of(file() + "-wal"));
        Files.deleteIfExists(Path.of(file() + "-shm"));
    }

    private void writeIsRefused() {
        assertThatThrownBy(() -> Steps.update(pool, "INSERT INTO t VALUES (2)"))
                .extracting("SQLState")
                .isEqualTo("08006");
    }

    @Test
    void a_deleted_file_fails_the_next_write_is_not_made_anew_and_serves_again_when_put_back() throws Exception {
        remove();
        writeIsRefused();
        assertThatThrownBy(() -> Steps.update(pool, "INSERT INTO t VALUES (2)")).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> Steps.number(pool, "SELECT 1 FROM t")).isInstanceOf(SQLException.class);
        assertThat(file()).doesNotExist();
        Databases.wal(file(), "CREATE TABLE t (v)", "INSERT INTO t VALUES (7)");
        assertThat(Steps.number(pool, "SELECT v FROM t")).isEqualTo(7);
        Steps.update(pool, "INSERT INTO t VALUES (8)");
        assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(2);
    }

    @Test
    void a_connection_to_a_deleted_file_is_not_valid() throws Exception {
        try (Connection connection = pool.getConnection()) {
            assertThat(connection.isValid(1)).isTrue();
            remove();
            assertThat(connection.isValid(1)).isFalse();
        }
    }

    @Test
    void a_replaced_file_fails_the_next_write_once() throws Exception {
        Path other = Databases.wal(folder.resolve("other.db"), "CREATE TABLE t (v)", "INSERT INTO t VALUES (7)");
        remove();
        Files.move(other, file());
        writeIsRefused();
        assertThat(Steps.number(pool, "SELECT v FROM t")).isEqualTo(7);
        Steps.update(pool, "INSERT INTO t VALUES (8)");
        assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(2);
    }

    @Test
    void a_moved_file_fails_reads_within_some_ticks() throws Exception {
        Files.move(file(), folder.resolve("away.db"));
        Steps.await("a read fails", Steps.DEADLINE, () -> {
            try {
                Steps.number(pool, "SELECT v FROM t");
                return false;
            } catch (SQLException e) {
                assertThat(e.getSQLState()).isEqualTo("08006");
                return true;
            }
        });
        assertThat(file()).doesNotExist();
    }

    @Test
    void a_transaction_that_wrote_to_a_deleted_file_is_not_acknowledged() throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            Steps.update(connection, "INSERT INTO t VALUES (2)");
            remove();
            assertThatThrownBy(connection::commit).extracting("SQLState").isEqualTo("08006");
        }
        assertThat(file()).doesNotExist();
    }

    @Test
    void a_write_that_waited_while_the_file_was_deleted_is_not_acknowledged() throws Exception {
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        Thread waiter;
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            Steps.update(connection, "INSERT INTO t VALUES (2)");
            waiter = Steps.started("waiter", thrown, () -> Steps.update(pool, "INSERT INTO t VALUES (3)"));
            Steps.await("waits", Steps.DEADLINE, () -> waiter.getState() == Thread.State.TIMED_WAITING);
            remove();
            connection.rollback();
        }
        Steps.join(waiter);
        assertThat(thrown).singleElement().extracting("SQLState").isEqualTo("08006");
        assertThat(file()).doesNotExist();
    }

    @Test
    void a_reader_opened_after_the_file_was_deleted_makes_none_anew() throws Exception {
        Steps.update(pool, "INSERT INTO t VALUES (2)");
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT v FROM t")) {
            assertThat(rows.next()).isTrue();
            remove();
            try (Connection second = pool.getConnection()) {
                assertThatThrownBy(() -> Steps.number(second, "SELECT v FROM t"))
                        .extracting("SQLState")
                        .isEqualTo("08006");
            }
            assertThat(file()).doesNotExist();
        }
    }
}
