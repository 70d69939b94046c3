package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.ConnectionWrapper;
import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/** Origin defect B31: the wrapper passed everything through; a close() by its user closed the pooled connection itself. */
@Timeout(60)
class Origin_B31 {

    @TempDir
    Path folder;

    @Test
    void close_gives_back_and_the_physical_connection_lives_on() throws Exception {
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(1).maxOverflow(0).build()) {
            for (int use = 2; use < 100; use++) { // the first was the start's own
                try (ConnectionWrapper connection = pool.getConnection()) {
                    assertThat(connection.useCount()).isEqualTo(use);
                    assertThat(Steps.number(connection, "SELECT 1")).isEqualTo(1);
                }
            }
            assertThat(pool.statistics().totalCreated()).isEqualTo(1);
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void no_way_through_statements_results_or_metadata_leads_to_the_physical_connection() throws Exception {
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(1).maxOverflow(0).build()) {
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement();
                    PreparedStatement prepared = connection.prepareStatement("SELECT 1");
                    ResultSet rows = prepared.executeQuery();
                    ResultSet tables = connection.getMetaData().getTables(null, null, "%", null)) {
                assertThat(connection).isNotInstanceOf(SQLiteConnection.class);
                assertThat(statement.getConnection()).isSameAs(connection);
                assertThat(prepared.getConnection()).isSameAs(connection);
                assertThat(rows.getStatement()).isSameAs(prepared);
                assertThat(connection.getMetaData().getConnection()).isSameAs(connection);
                assertThat(owner(tables, connection)).isSameAs(connection);
                assertThat(connection.unwrap(Connection.class)).isSameAs(connection);
            }
            Steps.closeQuiescent(pool);
        }
    }

    /** JDBC allows a result set of metadata to have no statement. */
    private static Connection owner(ResultSet rows, Connection otherwise) throws SQLException {
        Statement statement = rows.getStatement();
        return statement == null ? otherwise : statement.getConnection();
    }

    @Test
    void a_physical_connection_that_was_asked_for_by_type_is_not_lent_again() throws Exception {
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(1).maxOverflow(0).build()) {
            SQLiteConnection physical;
            try (Connection connection = pool.getConnection()) {
                physical = connection.unwrap(SQLiteConnection.class);
            }
            assertThat(physical.isClosed()).isTrue();
            try (Connection connection = pool.getConnection()) {
                assertThat(Steps.number(connection, "SELECT 1")).isEqualTo(1);
            }
            Steps.closeQuiescent(pool);
        }
    }
}
