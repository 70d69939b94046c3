package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.rockpool.DatabaseConnectionPool;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLXML;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;

/** The driver's traps in calls of JDBC that it takes, ignores or does not have; docs/sqlite-driver-traps.md. */
@Timeout(60)
class JdbcSurfaceTest {

    @TempDir
    Path folder;

    private DatabaseConnectionPool pool;

    @BeforeEach
    void open() throws SQLException {
        pool = Steps.file(folder).poolSize(2).maxOverflow(0).build();
        Steps.update(pool, "CREATE TABLE t (v)");
        Steps.update(pool, "INSERT INTO t VALUES (1), (2)");
    }

    @AfterEach
    void close() {
        Steps.closeQuiescent(pool);
    }

    // ---- is it valid, and how it ends

    @Test
    void is_valid_refuses_a_negative_timeout_and_answers_false_once_given_back() throws Exception {
        Connection connection = pool.getConnection();
        assertThat(connection.isValid(0)).isTrue();
        assertThat(connection.isValid(1)).isTrue();
        assertThatThrownBy(() -> connection.isValid(-1))
                .isInstanceOf(SQLException.class)
                .extracting("SQLState")
                .isEqualTo("22023");
        connection.close();
        assertThat(connection.isValid(1)).isFalse();
    }

    @Test
    void is_valid_answers_false_after_an_error_that_broke_the_session_and_never_throws_for_it() throws Exception {
        try (Connection connection = pool.getConnection()) {
            Path moved = folder.resolve("away.db");
            Files.move(Steps.database(folder), moved);
            assertThatThrownBy(() -> Steps.update(connection, "INSERT INTO t VALUES (3)"))
                    .extracting("SQLState")
                    .isEqualTo("08006");
            assertThat(connection.isValid(1)).isFalse();
            Files.move(moved, Steps.database(folder));
            assertThat(connection.isValid(1)).as("it is not taken back").isFalse();
        }
        assertThat(pool.getConnection()).satisfies(next -> {
            assertThat(next.isValid(1)).isTrue();
            next.close();
        });
    }

    @Test
    void abort_needs_an_executor_and_may_be_repeated() throws Exception {
        Connection connection = pool.getConnection();
        assertThatThrownBy(() -> connection.abort(null)).extracting("SQLState").isEqualTo("22023");
        assertThat(connection.isClosed()).isFalse();
        connection.abort(Runnable::run);
        connection.abort(Runnable::run);
        connection.close();
        assertThat(connection.isClosed()).isTrue();
        assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(2);
    }

    @Test
    void close_ends_open_statements_which_know_it_and_may_be_repeated() throws Exception {
        Connection connection = pool.getConnection();
        connection.setAutoCommit(false);
        PreparedStatement prepared = connection.prepareStatement("SELECT v FROM t");
        ResultSet rows = prepared.executeQuery();
        rows.next();
        connection.close();
        connection.close();
        assertThat(prepared.isClosed()).isTrue();
        assertThat(rows.isClosed()).isTrue();
        assertThatThrownBy(prepared::executeQuery).extracting("SQLState").isEqualTo("08003");
        prepared.close();
        rows.close();
        Steps.update(pool, "DROP TABLE t"); // fails while a statement of it is under way
    }

    @Test
    void a_pool_that_closes_over_open_rows_leaves_no_file_open() throws Exception {
        assumeThat(Path.of("/proc/self/fd")).as("a system with /proc").isDirectory();
        Path own = Files.createDirectory(folder.resolve("own"));
        DatabaseConnectionPool leaking = Steps.file(own).poolSize(2).build();
        Steps.update(leaking, "CREATE TABLE t AS SELECT 1 AS v UNION ALL SELECT 2");
        Connection connection = leaking.getConnection();
        connection.createStatement().execute("CREATE TEMP TABLE mine (v)");
        connection.createStatement().executeQuery("SELECT v FROM t").next();
        assertThat(Steps.openFiles(own)).isPositive();
        leaking.close();
        assertThat(Steps.openFiles(own)).isZero();
    }

    // ---- settings without effect

    @Test
    void there_is_no_network_timeout_catalog_or_schema_and_setting_them_leaves_nothing() throws Exception {
        for (int i = 0; i < 2; i++) {
            try (Connection connection = pool.getConnection()) {
                assertThat(connection.getNetworkTimeout()).isZero();
                assertThat(connection.getSchema()).isNull();
                assertThat(connection.getCatalog()).isNull();
                assertThat(connection.getClientInfo("ApplicationName")).isNull();
                connection.setNetworkTimeout(Runnable::run, 5_000);
                connection.setSchema("mine");
                connection.setCatalog("mine");
                connection.setClientInfo("ApplicationName", "mine");
                assertThat(connection.getNetworkTimeout()).as("not claimed").isZero();
                assertThat(connection.getSchema()).isNull();
                assertThat(connection.getCatalog()).isNull();
                connection.beginRequest();
                assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isEqualTo(2);
                connection.endRequest();
                assertThat((Throwable) connection.getWarnings()).isNull();
            }
        }
    }

    @Test
    void a_fetch_size_is_kept_by_its_statement_and_changes_no_rows() throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.setFetchSize(1);
            assertThat(statement.getFetchSize()).isEqualTo(1);
            try (ResultSet rows = statement.executeQuery("SELECT v FROM t")) {
                assertThat(rows.next() && rows.next()).isTrue();
            }
            assertThat((Throwable) statement.getWarnings()).isNull();
        }
    }

    @Test
    void the_keys_of_a_batch_are_its_last_entrys() throws Exception {
        try (Connection connection = pool.getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO t VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
            for (int i = 0; i < 3; i++) {
                insert.setInt(1, i);
                insert.addBatch();
            }
            assertThat(insert.executeBatch()).containsExactly(1, 1, 1);
            try (ResultSet keys = insert.getGeneratedKeys()) {
                assertThat(keys.next()).isTrue();
                assertThat(keys.getInt(1)).isEqualTo(5);
            }
        }
    }

    // ---- transactions and cursors

    @Test
    void the_four_isolation_levels_are_taken_and_no_other() throws Exception {
        try (Connection connection = pool.getConnection()) {
            for (int level : new int[] {1, 2, 4, 8}) {
                connection.setTransactionIsolation(level);
                assertThat(connection.getTransactionIsolation()).isEqualTo(level);
            }
            for (int level : new int[] {Connection.TRANSACTION_NONE, 3, 16, -1}) {
                assertThatThrownBy(() -> connection.setTransactionIsolation(level))
                        .extracting("SQLState")
                        .isEqualTo("22023");
            }
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
        }
    }

    @Test
    void only_forward_read_only_cursors_are_made() throws Exception {
        try (Connection connection = pool.getConnection()) {
            int[][] refused = {
                {ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY, ResultSet.CLOSE_CURSORS_AT_COMMIT},
                {ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_UPDATABLE, ResultSet.CLOSE_CURSORS_AT_COMMIT},
                {ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY, ResultSet.HOLD_CURSORS_OVER_COMMIT},
            };
            for (int[] r : refused) {
                assertThatThrownBy(() -> connection.createStatement(r[0], r[1], r[2]))
                        .isInstanceOf(SQLFeatureNotSupportedException.class);
                assertThatThrownBy(() -> connection.prepareStatement("SELECT 1", r[0], r[1], r[2]))
                        .isInstanceOf(SQLFeatureNotSupportedException.class);
            }
            connection.createStatement(1003, 1007, 2).close();
            assertThat(connection.getHoldability()).isEqualTo(ResultSet.CLOSE_CURSORS_AT_COMMIT);
            connection.setHoldability(ResultSet.CLOSE_CURSORS_AT_COMMIT);
            assertThatThrownBy(() -> connection.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT))
                    .isInstanceOf(SQLException.class);
        }
    }

    // ---- what is not supported

    /** Calls every method of JDBC's interfaces; answers are as they are, but no error is one JDBC does not foresee. */
    @Test
    void no_call_of_jdbc_ends_in_anything_but_an_answer_or_an_sql_exception() throws Exception {
        List<String> wrong = new ArrayList<>();
        int calls = 0;
        for (Class<?> type : new Class<?>[] {
            Connection.class, Statement.class, PreparedStatement.class, ResultSet.class, DatabaseMetaData.class
        }) {
            for (Method method : type.getDeclaredMethods()) {
                if (Modifier.isStatic(method.getModifiers())
                        || method.getName().equals("abort")
                        || method.isSynthetic()) {
                    continue;
                }
                calls++;
                try (Connection connection = pool.getConnection();
                        PreparedStatement statement = connection.prepareStatement("SELECT v FROM t WHERE v >= ?")) {
                    statement.setInt(1, 1);
                    Object target = target(type, connection, statement);
                    method.invoke(target, arguments(method));
                } catch (InvocationTargetException e) {
                    if (!(e.getCause() instanceof SQLException)) {
                        wrong.add(method + ": " + e.getCause());
                    }
                }
            }
        }
        assertThat(calls).isGreaterThan(400);
        assertThat(wrong).isEmpty();
        assertThat(pool.statistics().closedByCause())
                .as("none broke its session")
                .isEmpty();
    }

    private static Object target(Class<?> type, Connection connection, PreparedStatement statement)
            throws SQLException {
        if (type == Connection.class) {
            return connection;
        }
        if (type == DatabaseMetaData.class) {
            return connection.getMetaData();
        }
        if (type == ResultSet.class) {
            ResultSet rows = statement.executeQuery();
            rows.next();
            return rows;
        }
        return statement;
    }

    private static Object[] arguments(Method method) {
        Object[] arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = argument(method.getParameterTypes()[i]);
        }
        return arguments;
    }

    private static Object argument(Class<?> type) {
        Map<Class<?>, Object> known = Map.of(
                boolean.class,
                true,
                int.class,
                1,
                long.class,
                1L,
                short.class,
                (short) 1,
                byte.class,
                (byte) 1,
                float.class,
                1f,
                double.class,
                1d,
                String.class,
                "v",
                Executor.class,
                (Executor) Runnable::run,
                Class.class,
                String.class);
        Object value = known.get(type);
        if (type == int[].class) {
            return new int[] {1};
        }
        if (type == String[].class) {
            return new String[] {"v"};
        }
        if (value != null || !type.isInterface()) {
            return value;
        }
        return Proxy.newProxyInstance(
                JdbcSurfaceTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> null);
    }

    @Test
    void types_that_sqlite_does_not_have_are_refused_and_never_null() throws Exception {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT ?")) {
            statement.setString(1, "x");
            ResultSet rows = statement.executeQuery();
            rows.next();
            for (Steps.Action unsupported : new Steps.Action[] {
                () -> connection.createArrayOf("TEXT", new Object[] {"a"}),
                () -> connection.createStruct("S", new Object[] {"a"}),
                connection::createBlob,
                connection::createClob,
                connection::createNClob,
                connection::createSQLXML,
                () -> connection.setShardingKey(null),
                () -> rows.getArray(1),
                () -> rows.getBlob(1),
                () -> rows.getNClob(1),
                () -> rows.getNString(1),
                () -> rows.getRef(1),
                () -> rows.getRowId(1),
                () -> rows.getSQLXML(1),
                () -> rows.getURL(1),
                () -> rows.updateString(1, "y"),
                () -> statement.setArray(1, null),
                () -> statement.setNString(1, "y"),
                () -> statement.setRowId(1, null),
                () -> statement.setSQLXML(1, (SQLXML) argument(SQLXML.class)),
            }) {
                assertThatThrownBy(unsupported::run).isInstanceOf(SQLFeatureNotSupportedException.class);
            }
            assertThatThrownBy(() -> connection.prepareCall("call x")).isInstanceOf(SQLException.class);
            assertThatThrownBy(rows::previous).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void unwrap_to_what_it_is_not_is_an_sql_exception() throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1")) {
            assertThat(connection.isWrapperFor(SQLiteConnection.class)).isTrue();
            assertThat(connection.isWrapperFor(String.class)).isFalse();
            for (Steps.Action wrong : new Steps.Action[] {
                () -> connection.unwrap(String.class),
                () -> statement.unwrap(String.class),
                () -> rows.unwrap(String.class),
                () -> rows.getMetaData().unwrap(String.class),
                () -> connection.getMetaData().unwrap(String.class),
            }) {
                assertThatThrownBy(wrong::run)
                        .isInstanceOf(SQLException.class)
                        .extracting("SQLState")
                        .isEqualTo("0A000");
            }
            assertThatCode(() -> connection.unwrap(SQLiteConnection.class)).doesNotThrowAnyException();
        }
    }

    // ---- metadata

    @Test
    void metadata_claims_what_is_so() throws Exception {
        try (Connection connection = pool.getConnection()) {
            DatabaseMetaData metadata = connection.getMetaData();
            assertThat(metadata.getConnection()).isSameAs(connection);
            assertThat(metadata.supportsTransactionIsolationLevel(Connection.TRANSACTION_SERIALIZABLE))
                    .isTrue();
            assertThat(metadata.getDefaultTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(metadata.getResultSetHoldability()).isEqualTo(ResultSet.CLOSE_CURSORS_AT_COMMIT);
            assertThat(metadata.supportsResultSetType(ResultSet.TYPE_SCROLL_SENSITIVE))
                    .isFalse();
            try (ResultSet one = metadata.getColumns(null, null, "t", null)) {
                assertThat(one.next()).isTrue();
                try (ResultSet two = metadata.getColumns(null, null, "t", null)) {
                    assertThat(two.next()).isTrue();
                }
                assertThat(one.getString("COLUMN_NAME")).isEqualTo("v");
                assertThat(one.next())
                        .as("one column, and the other rows do not matter")
                        .isFalse();
            }
        }
    }

    /** The driver has one result set for both. */
    @Test
    void a_list_of_metadata_that_is_asked_for_anew_closes_the_earlier_one() throws Exception {
        try (Connection connection = pool.getConnection()) {
            DatabaseMetaData metadata = connection.getMetaData();
            ResultSet one = metadata.getTableTypes();
            assertThat(one.next()).isTrue();
            try (ResultSet two = metadata.getTableTypes()) {
                assertThat(two.next()).isTrue();
                assertThat(one.isClosed()).isTrue();
                assertThatThrownBy(one::next).extracting("SQLState").isEqualTo("24000");
                one.close();
                assertThat(two.getString(1)).isEqualTo("GLOBAL TEMPORARY");
            }
            assertThat(Steps.number(connection, "SELECT 1")).isEqualTo(1);
        }
    }

    /** The driver's metadata has a finalizer that closes what it made, and waits for its connection's monitors. */
    @Test
    void metadata_that_was_collected_disturbs_neither_its_rows_nor_its_connection() throws Exception {
        try (Connection connection = pool.getConnection();
                ResultSet tables = connection.getMetaData().getTables(null, null, "t", null)) {
            for (int i = 0; i < 3; i++) {
                System.gc();
                System.runFinalization();
            }
            assertThat(tables.next()).isTrue();
            assertThat(tables.getString("TABLE_NAME")).isEqualTo("t");
            assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isEqualTo(2);
        }
    }
}
