package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/** A read scope refuses writes, from a connection's first lease on, and what follows it does not. */
class ReadOnlyScopeTest {

    private static final String INSERT = "INSERT INTO t VALUES (1)";

    @TempDir
    Path folder;

    private DatabaseConnectionPool pool;

    @BeforeEach
    void open() throws SQLException {
        pool = DatabaseConnectionPool.builder()
                .url("jdbc:sqlite:" + folder.resolve("app.db"))
                .poolSize(1)
                .maxOverflow(0)
                .build();
        try (Connection connection = pool.getConnection()) {
            execute(connection, "CREATE TABLE t (x)");
        }
    }

    @AfterEach
    void close() {
        pool.close();
    }

    /** The flag of a prepared pragma was set when it was compiled, and not when it was first run. */
    @Test
    void the_first_read_scope_of_a_connection_refuses_writes() throws SQLException {
        for (int lease = 0; lease < 4; lease++) {
            assertReadScopeRefusesWrites();
        }
        assertThat(rows()).isZero();
    }

    @Test
    void a_scope_that_writes_follows_a_read_scope() throws SQLException {
        for (int i = 1; i <= 3; i++) {
            read();
            DatabaseConnection.run(pool, connection -> execute(connection, INSERT));
            assertThat(rows()).isEqualTo(i);
            assertReadScopeRefusesWrites();
        }
    }

    @Test
    void a_read_scope_that_failed_leaves_no_refusal_behind() throws SQLException {
        assertReadScopeRefusesWrites();
        try (Connection connection = pool.getConnection()) {
            execute(connection, INSERT);
        }
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void autocommit_transactions_and_batches_write_after_a_read_scope() throws SQLException {
        read();
        try (Connection connection = pool.getConnection();
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.executeUpdate();
        }
        read();
        try (Connection connection = pool.getConnection();
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.addBatch();
            insert.executeBatch();
        }
        read();
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            execute(connection, INSERT);
            connection.commit();
        }
        read();
        try (Connection connection = pool.getConnection()) {
            execute(connection, "BEGIN");
            execute(connection, INSERT);
            execute(connection, "COMMIT");
        }
        assertThat(rows()).isEqualTo(4);
    }

    @Test
    void the_drivers_own_connection_writes_after_a_read_scope() throws SQLException {
        read();
        try (Connection connection = pool.getConnection()) {
            execute(connection.unwrap(SQLiteConnection.class), INSERT);
        }
        read();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(
                            () -> statement.unwrap(org.sqlite.jdbc4.JDBC4Statement.class)) // it serves other leases too
                    .isInstanceOf(SQLException.class);
        }
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void set_read_only_refuses_writes_whatever_came_before_and_ends_with_the_lease() throws SQLException {
        for (int i = 0; i < 2; i++) {
            read();
            try (Connection connection = pool.getConnection()) {
                connection.setReadOnly(true);
                assertThatThrownBy(() -> execute(connection, INSERT)).isInstanceOf(SQLException.class);
                connection.setAutoCommit(false);
                assertThatThrownBy(() -> execute(connection, INSERT)).isInstanceOf(SQLException.class);
                connection.rollback();
                connection.setAutoCommit(true);
                assertThatThrownBy(() -> execute(connection, INSERT)).isInstanceOf(SQLException.class);
                connection.setReadOnly(false);
                execute(connection, INSERT);
                connection.setReadOnly(true);
            }
            assertReadScopeRefusesWrites();
            try (Connection connection = pool.getConnection()) {
                execute(connection, INSERT);
            }
        }
        assertThat(rows()).isEqualTo(4);
    }

    @Test
    void set_read_only_does_not_open_a_read_scope() throws SQLException {
        assertThatThrownBy(() -> DatabaseConnection.read(pool, connection -> {
                    connection.setReadOnly(true);
                    connection.setReadOnly(false);
                    execute(connection, INSERT);
                    return 0;
                }))
                .isInstanceOf(SQLException.class);
        assertReadScopeRefusesWrites();
        assertThat(rows()).isZero();
    }

    private void assertReadScopeRefusesWrites() {
        assertThatThrownBy(() -> DatabaseConnection.read(pool, connection -> {
                    execute(connection, INSERT);
                    return 0;
                }))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("readonly");
    }

    private void read() throws SQLException {
        assertThat(rows()).isNotNegative();
    }

    private int rows() throws SQLException {
        return DatabaseConnection.read(pool, connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT count(*) FROM t")) {
                row.next();
                return row.getInt(1);
            }
        });
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
