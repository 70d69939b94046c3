package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/** The driver's traps around statements and result sets; docs/sqlite-driver-traps.md. */
@Timeout(60)
class StatementTrapsTest {

    private static final String OVERFLOWS = "SELECT abs(v) FROM t WHERE v <= ?";

    @TempDir
    Path folder;

    private DatabaseConnectionPool pool;

    @BeforeEach
    void open() throws Exception {
        pool = Steps.file(folder).poolSize(2).option("sqlite.busy-timeout", "0").build();
        Steps.update(pool, "CREATE TABLE t (v INTEGER PRIMARY KEY, w)");
        Steps.update(pool, "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    }

    @AfterEach
    void close() {
        Steps.closeQuiescent(pool);
    }

    // ---- reuse

    @Test
    void a_statement_that_failed_runs_again_in_its_own_lease_and_in_the_next() throws Exception {
        Steps.update(pool, "INSERT INTO t VALUES (-9223372036854775808, 'no abs')");
        try (Connection connection = pool.getConnection();
                PreparedStatement failing = connection.prepareStatement(OVERFLOWS)) {
            failing.setLong(1, Long.MIN_VALUE);
            for (int i = 0; i < 3; i++) { // an error finalises the driver's statement
                assertThatThrownBy(() -> {
                            try (ResultSet rows = failing.executeQuery()) {
                                rows.next();
                            }
                        })
                        .hasMessageContaining("integer overflow");
                assertThat(failing.isClosed()).isFalse();
            }
            Steps.update(connection, "DELETE FROM t WHERE v < 0");
            failing.setLong(1, 1);
            try (ResultSet rows = failing.executeQuery()) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getLong(1)).isEqualTo(1);
            }
        }
        try (Connection next = pool.getConnection();
                PreparedStatement same = next.prepareStatement(OVERFLOWS)) {
            same.setLong(1, 2);
            try (ResultSet rows = same.executeQuery()) {
                assertThat(rows.next()).isTrue();
            }
        }
    }

    @Test
    void a_statement_that_failed_in_the_midst_of_its_rows_runs_again() throws Exception {
        Steps.update(pool, "INSERT INTO t VALUES (-9223372036854775808, 'no abs')");
        String failsLate = "SELECT abs(v) FROM t ORDER BY v + 0 DESC";
        String failsAtSecond = "SELECT abs(v) FROM (SELECT 1 AS v UNION ALL SELECT v FROM t WHERE v < 0)";
        for (String sql : new String[] {failsLate, failsAtSecond, failsAtSecond}) {
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                assertThatThrownBy(() -> {
                            try (ResultSet rows = statement.executeQuery(sql)) {
                                while (rows.next()) {}
                            }
                        })
                        .hasMessageContaining("integer overflow");
                assertThat(Steps.number(connection, "SELECT 1")).isEqualTo(1);
            }
        }
        Steps.update(pool, "DELETE FROM t WHERE v < 0");
        assertThat(Steps.number(pool, failsAtSecond)).isEqualTo(1);
    }

    @Test
    void a_write_that_broke_a_constraint_runs_again_with_other_values() throws Exception {
        try (Connection connection = pool.getConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
            insert.setInt(1, 1);
            insert.setString(2, "again");
            assertThatThrownBy(insert::executeUpdate).extracting("SQLState").isEqualTo("23505");
            insert.setInt(1, 4);
            assertThat(insert.executeUpdate()).isEqualTo(1);
            assertThat(insert.getUpdateCount()).isEqualTo(1);
        }
    }

    @Test
    void the_cache_drops_a_statement_that_the_driver_has_finalised() throws Exception {
        try (Connection connection = pool.getConnection()) {
            SQLiteConnection driver = connection.unwrap(SQLiteConnection.class);
            StatementCache cache = new StatementCache(driver, 4);
            String sql = "SELECT abs(-9223372036854775808)";
            LaneStatement failing = cache.take(sql);
            assertThatThrownBy(() -> failing.query(new Object[0], 0)).hasMessageContaining("integer overflow");
            assertThat(failing.isUsable()).isFalse();
            cache.giveBack(failing);
            LaneStatement fresh = cache.take(sql);
            assertThat(fresh).isNotSameAs(failing);
            assertThat(fresh.isUsable()).isTrue();
            cache.giveBack(fresh);
            assertThat(cache.take(sql)).as("a sound one is kept").isSameAs(fresh);
        }
    }

    @Test
    void the_cache_closes_what_it_no_longer_keeps() throws Exception {
        try (Connection connection = pool.getConnection()) {
            StatementCache cache = new StatementCache(connection.unwrap(SQLiteConnection.class), 2);
            LaneStatement first = cache.take("SELECT 1");
            cache.giveBack(first);
            LaneStatement used = cache.take("SELECT 2");
            LaneStatement second = cache.take("SELECT 2");
            assertThat(second).as("one in use is not shared").isNotSameAs(used);
            cache.giveBack(second);
            assertThat(second.isUsable()).isFalse();
            cache.giveBack(cache.take("SELECT 3"));
            assertThat(first.isUsable()).as("the eldest").isFalse();
            cache.clear();
            assertThat(used.isUsable()).as("in use while the cache is cleared").isTrue();
            cache.giveBack(used);
            assertThat(used.isUsable()).isFalse();
        }
    }

    @Test
    void the_same_text_twice_at_once_has_two_result_sets() throws Exception {
        try (Connection connection = pool.getConnection();
                PreparedStatement one = connection.prepareStatement("SELECT v FROM t ORDER BY v");
                PreparedStatement two = connection.prepareStatement("SELECT v FROM t ORDER BY v");
                ResultSet left = one.executeQuery()) {
            left.next();
            try (ResultSet right = two.executeQuery()) {
                right.next();
                right.next();
                assertThat(right.getInt(1)).isEqualTo(2);
                assertThat(left.getInt(1)).isEqualTo(1);
            }
            assertThat(left.next()).isTrue();
            assertThat(left.getInt(1)).isEqualTo(2);
        }
    }

    @Test
    void a_result_set_of_an_earlier_execution_never_shows_rows_of_a_later_one() throws Exception {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT v FROM t ORDER BY v")) {
            ResultSet stale = statement.executeQuery();
            stale.next();
            try (ResultSet fresh = statement.executeQuery()) {
                assertThat(fresh).isNotSameAs(stale);
                assertThat(stale.isClosed()).isTrue();
                assertThatThrownBy(stale::next).isInstanceOf(SQLException.class);
                stale.close();
                assertThat(fresh.next()).isTrue();
                assertThat(fresh.getInt(1)).isEqualTo(1);
            }
        }
    }

    @Test
    void parameters_row_limits_and_timeouts_do_not_reach_the_next_lease() throws Exception {
        String sql = "SELECT v FROM t WHERE v > ?";
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, 0);
            statement.setMaxRows(1);
            statement.setQueryTimeout(7);
            assertThat(rows(statement)).isEqualTo(1);
            assertThat(rows(statement)).as("they stay with their statement").isEqualTo(1);
        }
        try (Connection next = pool.getConnection();
                PreparedStatement statement = next.prepareStatement(sql)) {
            assertThat(statement.getMaxRows()).isZero();
            assertThat(statement.getQueryTimeout()).isZero();
            assertThatThrownBy(statement::executeQuery).extracting("SQLState").isEqualTo("07001");
            statement.setInt(1, 0);
            assertThat(rows(statement)).isEqualTo(3);
            statement.clearParameters();
            assertThatThrownBy(statement::executeQuery).extracting("SQLState").isEqualTo("07001");
        }
    }

    private static int rows(PreparedStatement statement) throws SQLException {
        int count = 0;
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                count++;
            }
        }
        return count;
    }

    @Test
    void close_on_completion_closes_one_statement_and_not_the_next_of_its_text() throws Exception {
        String sql = "SELECT v FROM t";
        try (Connection connection = pool.getConnection()) {
            PreparedStatement once = connection.prepareStatement(sql);
            once.closeOnCompletion();
            assertThat(rows(once)).isEqualTo(3);
            assertThat(once.isClosed()).isTrue();
            try (PreparedStatement other = connection.prepareStatement(sql)) {
                assertThat(other.isCloseOnCompletion()).isFalse();
                assertThat(rows(other)).isEqualTo(3);
                assertThat(rows(other)).isEqualTo(3);
                assertThat(other.isClosed()).isFalse();
            }
        }
    }

    // ---- schema

    @Test
    void the_columns_of_a_result_outlive_its_rows_and_lead_nowhere() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder).build();
                Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            ResultSet rows = statement.executeQuery("SELECT 1 AS one, 'b' AS two");
            ResultSetMetaData columns = rows.getMetaData();
            assertThat(columns.getColumnLabel(2)).isEqualTo("two");
            assertThat(columns.isWrapperFor(ResultSet.class)).isFalse();
            assertThatThrownBy(() -> columns.unwrap(ResultSet.class)).isInstanceOf(SQLException.class);
            rows.close();
            assertThat(columns.getColumnCount()).isEqualTo(2);
            assertThat(columns.getColumnLabel(1)).isEqualTo("one");
            assertThatThrownBy(rows::getMetaData).extracting("SQLState").isEqualTo("24000");
        }
    }

    @Test
    void the_columns_of_a_statement_are_those_of_now() throws Exception {
        try (DatabaseConnectionPool pool = Steps.file(folder).build();
                Connection connection = pool.getConnection();
                Connection raw = DriverManager.getConnection("jdbc:sqlite:" + Steps.database(folder))) {
            Steps.update(connection, "CREATE TABLE aging (a)");
            try (PreparedStatement all = connection.prepareStatement("SELECT * FROM aging")) {
                all.executeQuery().close();
                assertThat(all.getMetaData().getColumnCount()).isEqualTo(1);
                Databases.run(raw, "ALTER TABLE aging ADD COLUMN b");
                assertThat(all.getMetaData().getColumnCount()).isEqualTo(2);
            }
        }
    }

    @Test
    void a_select_of_all_columns_sees_what_another_connection_added() throws Exception {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT * FROM t")) {
            assertThat(columns(statement)).isEqualTo(2);
            try (Connection foreign = Databases.open(Steps.database(folder))) {
                Databases.run(foreign, "ALTER TABLE t ADD COLUMN x");
            }
            assertThat(columns(statement)).as("another process").isEqualTo(3);
            Steps.update(pool, "ALTER TABLE t ADD COLUMN y");
            assertThat(columns(statement)).as("this pool").isEqualTo(4);
        }
    }

    private static int columns(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            rows.next();
            rows.getObject(rows.getMetaData().getColumnCount());
            return rows.getMetaData().getColumnCount();
        }
    }

    @Test
    void a_statement_survives_that_its_table_was_dropped_and_made_anew() throws Exception {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT v FROM t")) {
            assertThat(rows(statement)).isEqualTo(3);
            try (Connection foreign = Databases.open(Steps.database(folder))) {
                Databases.run(foreign, "DROP TABLE t");
                assertThatThrownBy(statement::executeQuery).hasMessageContaining("no such table");
                Databases.run(foreign, "CREATE TABLE t (v)", "INSERT INTO t VALUES (9)");
            }
            assertThat(rows(statement)).isEqualTo(1);
        }
    }

    @Test
    void statements_that_were_run_block_neither_drop_nor_vacuum() throws Exception {
        try (Connection connection = pool.getConnection();
                PreparedStatement select = connection.prepareStatement("SELECT v FROM t");
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO t (w) VALUES ('k')", Statement.RETURN_GENERATED_KEYS)) {
            rows(select);
            insert.executeUpdate();
            ResultSet keys = insert.getGeneratedKeys();
            assertThat(keys.next()).isTrue();
            assertThat(keys.getInt(1)).isEqualTo(4);
            Steps.update(connection, "VACUUM"); // the driver leaves a statement open for the keys
            Steps.update(connection, "DROP TABLE t");
        }
        Steps.update(pool, "CREATE TABLE t (v)");
    }

    // ---- open results

    @Test
    void a_result_set_left_open_pins_its_snapshot_no_longer_than_its_lease() throws Exception {
        try (Connection foreign = Databases.open(Steps.database(folder))) {
            try (Connection connection = pool.getConnection()) {
                ResultSet left = connection.createStatement().executeQuery("SELECT v FROM t");
                left.next();
                Databases.run(foreign, "INSERT INTO t VALUES (10, 'new')");
                assertThat(Steps.number(foreign, "PRAGMA wal_checkpoint(TRUNCATE)"))
                        .as("it is in the way")
                        .isEqualTo(1);
                Steps.update(connection, "INSERT INTO t VALUES (11, 'not refused as stale')");
            }
            assertThat(Steps.number(foreign, "PRAGMA wal_checkpoint(TRUNCATE)")).isZero();
        }
    }

    @Test
    void a_returned_row_is_stored_once_its_result_set_is_closed() throws Exception {
        try (Connection foreign = Databases.open(Steps.database(folder));
                Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            ResultSet rows = statement.executeQuery("INSERT INTO t VALUES (4, 'd'), (5, 'e') RETURNING v");
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(4);
            assertThat(Steps.number(foreign, "SELECT count(*) FROM t"))
                    .as("not yet")
                    .isEqualTo(3);
            rows.close();
            assertThat(Steps.number(foreign, "SELECT count(*) FROM t")).isEqualTo(5);
            statement.executeQuery("INSERT INTO t VALUES (6, 'f') RETURNING v"); // left open
        }
        assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(6);
    }

    @Test
    void returned_rows_that_cannot_be_stored_are_an_error_though_not_all_were_read() throws Exception {
        Steps.update(pool, "CREATE TABLE child (t REFERENCES t DEFERRABLE INITIALLY DEFERRED)");
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> {
                        try (ResultSet rows = statement.executeQuery("INSERT INTO child VALUES (99) RETURNING t")) {
                            rows.next();
                        }
                    })
                    .extracting("SQLState")
                    .isEqualTo("23503");
            assertThat(Steps.number(connection, "SELECT count(*) FROM child")).isZero();
            Steps.update(connection, "INSERT INTO child VALUES (1)");
        }
    }

    @Test
    void execute_update_refuses_what_returns_rows_and_keeps_nothing_open() throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeUpdate("SELECT v FROM t")).isInstanceOf(SQLException.class);
            assertThat(statement.getResultSet()).isNull();
        }
    }

    // ---- keys

    @Test
    void keys_are_there_for_who_asked_and_for_nobody_else() throws Exception {
        try (Connection connection = pool.getConnection()) {
            try (PreparedStatement asks =
                    connection.prepareStatement("INSERT INTO t (w) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
                asks.setString(1, "k");
                asks.executeUpdate();
                Steps.update(pool, "INSERT INTO t VALUES (100, 'of another session')");
                try (ResultSet keys = asks.getGeneratedKeys()) {
                    assertThat(keys.next()).isTrue();
                    assertThat(keys.getLong(1)).isEqualTo(4);
                    assertThat(keys.next()).isFalse();
                }
            }
            try (Statement silent = connection.createStatement()) {
                silent.executeUpdate("INSERT INTO t (w) VALUES ('x')");
                assertThatThrownBy(silent::getGeneratedKeys).isInstanceOf(SQLException.class);
                silent.executeUpdate("INSERT INTO t (w) VALUES ('y')", new String[] {"v"});
                assertThat(silent.getGeneratedKeys().next()).isTrue();
                silent.execute("UPDATE t SET w = 'z'", Statement.RETURN_GENERATED_KEYS);
                assertThat(silent.getGeneratedKeys().next()).isFalse();
            }
        }
    }

    // ---- several statements in one text

    @Test
    void every_statement_of_a_text_is_run_whichever_call_runs_it() throws Exception {
        String script = "INSERT INTO t (w) VALUES ('s;1'); INSERT INTO t (w) VALUES ('s2')";
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                PreparedStatement prepared = connection.prepareStatement(script)) {
            assertThat(statement.executeUpdate(script)).isEqualTo(2);
            assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isEqualTo(5);
            assertThat(statement.execute(script)).isFalse();
            assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isEqualTo(7);
            prepared.executeUpdate();
            assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isEqualTo(9);
        }
    }
}
