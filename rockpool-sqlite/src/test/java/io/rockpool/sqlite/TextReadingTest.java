package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConnection;

/** Texts are read past the driver's own way where a database stores them in UTF-8: no answer differs by it. */
@Timeout(60)
class TextReadingTest {

    private static final List<String> TEXTS =
            List.of("", "a", "Grüße", "\u4e2d\u6587", "\ud83d\udc1f\ud83c\udf0a", "before\0after", "x".repeat(100_000));

    /** As SQL, for the driver knows no way to bind most of them. */
    private static final List<String> VALUES = List.of(
            "NULL", "'text'", "''", "42", "-9223372036854775808", "0.1", "1e300", "x'616263'", "x''", "zeroblob(3)");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16le", "UTF-16be"})
    void every_text_comes_back_as_it_was_stored(String encoding) throws Exception {
        Databases.made(
                Steps.database(folder),
                "PRAGMA encoding='" + encoding + "'",
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
        try (DatabaseConnectionPool pool = pool();
                Connection connection = pool.getConnection()) {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t (v) VALUES (?)")) {
                for (String text : TEXTS) {
                    insert.setString(1, text);
                    insert.executeUpdate();
                }
            }
            assertThat(Steps.text(connection, "PRAGMA encoding")).isEqualTo(encoding);
            for (boolean inTransaction : new boolean[] {false, true}) {
                connection.setAutoCommit(!inTransaction);
                assertThat(texts(connection)).isEqualTo(TEXTS);
            }
            connection.rollback();
        }
    }

    @Test
    void a_database_that_is_made_by_the_pool_is_read_right_from_its_first_table_on() throws Exception {
        try (DatabaseConnectionPool pool = pool();
                Connection connection = pool.getConnection()) {
            assertThat(Steps.text(connection, "SELECT 'Grüße'"))
                    .as("no table yet")
                    .isEqualTo("Grüße");
            connection.setAutoCommit(false);
            Steps.update(connection, "CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
            Steps.update(connection, "INSERT INTO t (v) VALUES ('Grüße')");
            assertThat(texts(connection)).containsExactly("Grüße");
            connection.rollback();
            connection.setAutoCommit(true);
            assertThat(Steps.text(connection, "SELECT 'Grüße'"))
                    .as("none again")
                    .isEqualTo("Grüße");
            Steps.update(connection, "CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
            Steps.update(connection, "INSERT INTO t (v) VALUES ('Grüße')");
            assertThat(texts(connection)).containsExactly("Grüße");
        }
    }

    @Test
    void values_of_every_type_read_as_text_are_what_the_driver_makes_of_them() throws Exception {
        String sql = "SELECT 'first' AS a, " + String.join(", ", VALUES) + " AS last";
        List<BiFunction<ResultSet, Integer, Object>> ways = List.of(
                (row, column) -> answer(() -> row.getString(column)),
                (row, column) -> answer(() -> row.getString(column) + row.wasNull()),
                (row, column) -> answer(() -> row.getObject(column) + "/" + row.getString(column)),
                (row, column) -> answer(() -> row.getString(column) + row.getLong(column) + row.wasNull()),
                (row, column) -> answer(() -> row.getDouble(column) + row.getString(column) + row.getString(column)));
        Databases.made(Steps.database(folder), "CREATE TABLE t (v)");
        try (DatabaseConnectionPool pool = pool();
                Connection pooled = pool.getConnection();
                Connection plain = Databases.open(Steps.database(folder))) {
            for (BiFunction<ResultSet, Integer, Object> way : ways) {
                List<Object> answers = answers(pooled, sql, way);
                assertThat(answers).isEqualTo(answers(plain, sql, way)).hasSize(VALUES.size() + 1);
            }
        }
    }

    /** The driver's own way turns the value it reads into a text for good. */
    @Test
    void a_blob_that_was_read_as_text_stays_a_blob() throws Exception {
        Databases.made(Steps.database(folder), "CREATE TABLE t (v)");
        try (DatabaseConnectionPool pool = pool();
                Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT x'616263'");
                ResultSet row = statement.executeQuery()) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("abc");
            assertThat(row.getObject(1)).isEqualTo(new byte[] {'a', 'b', 'c'});
            assertThat(row.getString(1)).isEqualTo("abc");
        }
    }

    @Test
    void was_null_speaks_of_the_column_read_last() throws Exception {
        Databases.made(Steps.database(folder), "CREATE TABLE t (v)");
        try (DatabaseConnectionPool pool = pool();
                Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT NULL AS n, 'a' AS a, 1 AS i");
                ResultSet row = statement.executeQuery()) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString("n")).isNull();
            assertThat(row.wasNull()).isTrue();
            assertThat(row.getString("a")).isEqualTo("a");
            assertThat(row.wasNull()).isFalse();
            assertThat(row.wasNull()).as("asked again").isFalse();
            assertThat(row.getObject(1)).isNull();
            assertThat(row.wasNull()).isTrue();
            assertThat(row.getString(3)).isEqualTo("1");
            assertThat(row.wasNull()).isFalse();
            assertThat(row.getLong("n")).isZero();
            assertThat(row.wasNull()).isTrue();
        }
    }

    @Test
    void a_column_or_a_row_that_is_not_there_is_the_drivers_error() throws Exception {
        Databases.made(Steps.database(folder), "CREATE TABLE t (v)");
        try (DatabaseConnectionPool pool = pool();
                Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT 'a' AS a")) {
            ResultSet row = statement.executeQuery();
            assertThat(row.next()).isTrue();
            assertThatThrownBy(() -> row.getString(0)).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> row.getString(2)).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> row.getString("b")).isInstanceOf(SQLException.class);
            assertThat(row.getString(1)).isEqualTo("a");
            row.close();
            assertThatThrownBy(() -> row.getString(1)).hasMessageContaining("is closed");
        }
    }

    @Test
    void before_its_row_and_after_it_is_the_drivers_answer() throws Exception {
        Databases.made(Steps.database(folder), "CREATE TABLE t (v)");
        try (DatabaseConnectionPool pool = pool();
                Connection pooled = pool.getConnection();
                Connection plain = Databases.open(Steps.database(folder))) {
            assertThat(besideItsRow(pooled)).isEqualTo(besideItsRow(plain));
        }
    }

    @Test
    void functions_of_the_callers_own_return_texts_in_any_encoding_as_before() throws Exception {
        Databases.made(Steps.database(folder), "PRAGMA encoding='UTF-16le'", "CREATE TABLE t (v)");
        try (DatabaseConnectionPool pool = pool();
                Connection connection = pool.getConnection()) {
            org.sqlite.Function.create(
                    connection.unwrap(SQLiteConnection.class), "greeting", new org.sqlite.Function() {
                        @Override
                        protected void xFunc() throws SQLException {
                            result("Grüße");
                        }
                    });
            assertThat(Steps.text(connection, "SELECT greeting()")).isEqualTo("Grüße");
        }
    }

    private DatabaseConnectionPool pool() throws SQLException {
        return Steps.file(folder).poolSize(2).build();
    }

    private static List<String> texts(Connection connection) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT v FROM t ORDER BY id");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                String text = rows.getString(1);
                assertThat(rows.getString("v")).isEqualTo(text);
                texts.add(text);
            }
        }
        return texts;
    }

    private static List<Object> answers(Connection connection, String sql, BiFunction<ResultSet, Integer, Object> way)
            throws SQLException {
        List<Object> answers = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(sql);
                ResultSet row = select.executeQuery()) {
            assertThat(row.next()).isTrue();
            for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
                answers.add(way.apply(row, column));
            }
        }
        return answers;
    }

    private static String besideItsRow(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT 'a'");
                ResultSet row = select.executeQuery()) {
            Object before = answer(() -> row.getString(1));
            row.next();
            row.next();
            return before + ", " + answer(() -> row.getString(1));
        }
    }

    private interface Question {
        Object ask() throws SQLException;
    }

    /** A blob as an object is another object each time: of those only that there is one. */
    private static Object answer(Question question) {
        try {
            return String.valueOf(question.ask()).replaceAll("\\[B@[0-9a-f]+", "[B ");
        } catch (SQLException e) {
            return e.getMessage();
        }
    }
}
