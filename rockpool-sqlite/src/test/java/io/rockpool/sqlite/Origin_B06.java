package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B6: an open transaction, temporary tables, pragmas and settings went on to the next borrower. */
@Timeout(60)
class Origin_B06 {

    @TempDir
    Path folder;

    private DatabaseConnectionPool pool;

    @BeforeEach
    void start() throws SQLException {
        pool = Steps.file(folder).poolSize(1).maxOverflow(0).build();
        Steps.update(pool, "CREATE TABLE t (v)");
    }

    @AfterEach
    void end() {
        Steps.closeQuiescent(pool);
    }

    /** Everything a borrower can see of the session it gets. */
    private static Map<String, Object> session(Connection c) throws SQLException {
        Map<String, Object> seen = new LinkedHashMap<>();
        for (String pragma : new String[] {
            "foreign_keys",
            "synchronous",
            "cache_size",
            "temp_store",
            "mmap_size",
            "busy_timeout",
            "query_only",
            "journal_mode",
            "recursive_triggers",
            "read_uncommitted"
        }) {
            seen.put(pragma, Steps.text(c, "PRAGMA " + pragma));
        }
        seen.put("like", Steps.text(c, "SELECT 'A' LIKE 'a'"));
        seen.put("temporary", Steps.text(c, "SELECT group_concat(name) FROM temp.sqlite_schema"));
        seen.put("attached", Steps.text(c, "SELECT group_concat(name) FROM pragma_database_list WHERE name <> 'temp'"));
        seen.put("autocommit", c.getAutoCommit());
        seen.put("readOnly", c.isReadOnly());
        seen.put("isolation", c.getTransactionIsolation());
        seen.put("typeMap", c.getTypeMap());
        seen.put("holdability", c.getHoldability());
        seen.put("catalog", c.getCatalog());
        seen.put("schema", c.getSchema());
        seen.put("warnings", c.getWarnings());
        seen.put("clientInfo", c.getClientInfo());
        return seen;
    }

    @Test
    void the_next_borrower_sees_the_defaults_whatever_was_changed() throws Exception {
        Map<String, Object> fresh;
        try (Connection first = pool.getConnection()) {
            fresh = session(first);
        }
        try (Connection dirty = pool.getConnection()) {
            dirty.setTransactionIsolation(Connection.TRANSACTION_READ_UNCOMMITTED);
            dirty.setTypeMap(Map.of("X", String.class));
            dirty.setReadOnly(true);
            Properties info = new Properties();
            info.setProperty("ApplicationName", "b06");
            dirty.setClientInfo(info);
            dirty.setAutoCommit(false);
            Steps.number(dirty, "SELECT count(*) FROM t");
        }
        try (Connection next = pool.getConnection()) {
            assertThat(session(next)).isEqualTo(fresh);
        }
        try (Connection dirty = pool.getConnection()) {
            Steps.update(dirty, "CREATE TEMP TABLE secret AS SELECT 'another user' AS row");
            Steps.update(dirty, "CREATE TEMP VIEW seen AS SELECT 1");
            Steps.update(dirty, "ATTACH ? AS other", folder.resolve("other.db").toString());
            for (String pragma : new String[] {
                "foreign_keys=OFF", "synchronous=OFF", "cache_size=7", "temp_store=FILE", "mmap_size=0",
                "busy_timeout=1", "recursive_triggers=ON", "read_uncommitted=ON", "case_sensitive_like=ON",
                        "query_only=ON"
            }) {
                Steps.update(dirty, "PRAGMA " + pragma);
            }
        }
        try (Connection next = pool.getConnection()) {
            assertThat(session(next)).isEqualTo(fresh);
        }
    }

    @Test
    void work_that_is_left_open_is_rolled_back_and_reported() throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            Steps.update(connection, "INSERT INTO t VALUES (1)");
        }
        assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isZero();
        assertThat(pool.statistics().unfinishedTransactions()).isEqualTo(1);
    }

    @Test
    void open_statements_and_result_sets_are_closed() throws Exception {
        Connection connection = pool.getConnection();
        Steps.update(connection, "INSERT INTO t VALUES (1), (2), (3)");
        PreparedStatement prepared = connection.prepareStatement("SELECT v FROM t");
        ResultSet rows = prepared.executeQuery();
        assertThat(rows.next()).isTrue();
        Statement inserting = connection.createStatement();
        inserting.executeUpdate("INSERT INTO t VALUES (4)");
        connection.close();

        assertThat(prepared.isClosed()).isTrue();
        assertThat(rows.isClosed()).isTrue();
        assertThatThrownBy(rows::next)
                .isInstanceOf(SQLException.class)
                .extracting("SQLState")
                .isEqualTo("08003");
        try (Connection next = pool.getConnection()) { // fails while any statement of the connection is under way
            Steps.update(next, "VACUUM");
            assertThat(Steps.text(next, "PRAGMA wal_checkpoint(TRUNCATE)")).isEqualTo("0");
        }
        assertThat(pool.statistics().totalCreated()).isEqualTo(1);
    }
}
