package io.rockpool.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnection;
import io.rockpool.testkit.Fault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Work that is open at the end of a lease is rolled back, and told of. */
@Timeout(60)
class UnfinishedWorkTest {

    @RegisterExtension
    final ServedPool served = new ServedPool();

    private void assertRolledBackAndTold(String sql) {
        assertThat(served.server.values()).isEmpty();
        assertThat(served.server.calls("Connection.commit")).isZero();
        assertThat(served.pool.statistics().unfinishedTransactions()).isEqualTo(1);
        assertThat(served.unfinished).containsExactly(sql);
        assertThat(served.state().isDefault()).isTrue();
        assertThat(served.server.opened()).as("the connection serves on").isEqualTo(1);
    }

    private void assertNothingTold() {
        assertThat(served.pool.statistics().unfinishedTransactions()).isZero();
        assertThat(served.unfinished).isEmpty();
        assertThat(served.state().isDefault()).isTrue();
    }

    @Test
    void open_work_is_rolled_back_counted_and_told_without_literals() throws SQLException {
        try (Connection connection = served.borrow()) {
            connection.setAutoCommit(false);
            ServedPool.execute(connection, "INSERT a 17");
        }
        assertRolledBackAndTold("INSERT a ?");
    }

    @Test
    void a_prepared_statement_is_told_without_its_values() throws SQLException {
        try (Connection connection = served.borrow()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement("INSERT secret ?")) {
                statement.setLong(1, 4711);
                statement.executeUpdate();
            }
        }
        assertRolledBackAndTold("INSERT secret ?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"BEGIN", "begin", "START TRANSACTION", "-- now\nBEGIN", "BEGIN;"})
    void a_transaction_begun_by_text_is_rolled_back_and_told(String begin) throws SQLException {
        try (Connection connection = served.borrow()) {
            ServedPool.execute(connection, begin.startsWith("--") ? "BEGIN" : begin);
            ServedPool.execute(connection, "INSERT a 1");
        }
        assertRolledBackAndTold("INSERT a ?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"COMMIT", "END", "ROLLBACK", "commit;"})
    void a_transaction_begun_and_ended_by_text_is_nothing_to_tell(String end) throws SQLException {
        try (Connection connection = served.borrow()) {
            ServedPool.execute(connection, "BEGIN");
            ServedPool.execute(connection, "INSERT a 1");
            ServedPool.execute(connection, end);
        }
        assertNothingTold();
        assertThat(served.server.values().isEmpty()).isEqualTo(end.equals("ROLLBACK"));
    }

    @Test
    void a_second_transaction_by_text_left_open_is_told() throws SQLException {
        try (Connection connection = served.borrow()) {
            ServedPool.execute(connection, "BEGIN");
            ServedPool.execute(connection, "ROLLBACK");
            ServedPool.execute(connection, "BEGIN");
            ServedPool.execute(connection, "INSERT a 1");
        }
        assertRolledBackAndTold("INSERT a ?");
    }

    @Test
    void a_commit_by_text_that_failed_leaves_no_transaction_behind() throws SQLException {
        served.server.script(Fault.on("Statement.executeUpdate").nth(3).throwSql("HY000", "busy"));
        try (Connection connection = served.borrow()) {
            ServedPool.execute(connection, "BEGIN");
            ServedPool.execute(connection, "INSERT a 1");
            try {
                ServedPool.execute(connection, "COMMIT");
            } catch (SQLException e) {
                assertThat(e.getSQLState()).isEqualTo("HY000");
            }
        }
        assertThat(served.state().isDefault()).isTrue();
        assertThat(served.server.values()).isEmpty();
    }

    @Test
    void ended_work_is_nothing_to_tell() throws SQLException {
        try (Connection connection = served.borrow()) {
            connection.setAutoCommit(false);
            ServedPool.execute(connection, "INSERT a 1");
            connection.commit();
            ServedPool.execute(connection, "INSERT b 1");
            connection.rollback();
        }
        assertNothingTold();
        assertThat(served.server.values()).containsOnlyKeys("a");
    }

    @Test
    void leaving_autocommit_alone_is_nothing_to_tell() throws SQLException {
        try (Connection connection = served.borrow()) {
            connection.setAutoCommit(false);
        }
        assertNothingTold();
    }

    @Test
    void a_second_transaction_left_open_in_a_scope_is_told() throws SQLException {
        try (DatabaseConnection scope = DatabaseConnection.open(served.pool)) {
            ServedPool.query(scope.connection(), "SELECT 1");
            scope.commit();
            ServedPool.execute(scope.connection(), "INSERT a 1");
        }
        assertThat(served.server.values()).isEmpty();
        assertThat(served.unfinished).containsExactly("INSERT a ?");
        assertThat(served.pool.statistics().unfinishedTransactions()).isEqualTo(1);
    }

    @Test
    void work_before_an_abort_is_gone() throws SQLException {
        Connection connection = served.borrow();
        connection.setAutoCommit(false);
        ServedPool.execute(connection, "INSERT a 1");
        connection.abort(Runnable::run);
        try (Connection next = served.borrow()) {
            assertThat(ServedPool.query(next, "COUNT")).isZero();
        }
        assertThat(served.server.aborted()).isEqualTo(1);
        assertThat(served.closed("aborted")).isEqualTo(1);
    }

    @Test
    void open_statements_and_result_sets_are_closed_at_return() throws SQLException {
        List<Statement> open = new ArrayList<>();
        try (Connection connection = served.borrow()) {
            for (int i = 0; i < 50; i++) {
                Statement statement = connection.createStatement();
                statement.executeQuery("SELECT 1").next();
                open.add(statement);
                open.add(connection.prepareStatement("SELECT ?"));
                open.add(connection.prepareCall("SELECT 1"));
                connection.getMetaData().getTables(null, null, null, null);
            }
            assertThat(served.server.openStatements()).isEqualTo(150);
            open.get(0).close();
            open.get(149).close();
            open.get(70).close();
        }
        assertThat(served.server.openStatements()).isZero();
        assertThat(served.server.calls("Statement.close")).isEqualTo(150);
        assertThat(served.state().isDefault()).isTrue();
        for (Statement statement : open) {
            assertThat(statement.isClosed()).isTrue();
        }
    }

    @Test
    void every_statement_is_tried_when_one_cannot_be_closed() throws SQLException {
        Connection connection = served.borrow();
        for (int i = 0; i < 5; i++) {
            connection.createStatement();
        }
        served.server.script(Fault.on("Statement.close").times(2).throwError(new SQLException("no", "HY000")));
        connection.close();
        assertThat(served.server.calls("Statement.close")).isEqualTo(5);
        assertThat(served.closed("reset_failed")).isEqualTo(1);
    }
}
