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
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which lane a statement runs on, shown by what waits and what does not. */
@Timeout(60)
class LaneRoutingTest {

    @TempDir
    Path folder;

    private DatabaseConnectionPool pool;

    @BeforeEach
    void open() throws SQLException {
        pool = Steps.file(folder)
                .poolSize(4)
                .poolTimeout(Duration.ofSeconds(20))
                .build();
        Steps.update(pool, "CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
    }

    @AfterEach
    void close() {
        pool.close();
    }

    /** Runs the step in another thread while this one holds the writer; whether it ended without the writer. */
    private boolean runsBesideAWriter(Steps.Step step) throws Exception {
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        Thread other;
        boolean ended;
        try (Connection writer = pool.getConnection()) {
            writer.setAutoCommit(false);
            Steps.update(writer, "INSERT INTO t (v) VALUES ('held')");
            other = Steps.started("other", thrown, () -> step.run(0));
            other.join(300);
            ended = !other.isAlive();
            writer.rollback();
        }
        Steps.join(other);
        assertThat(thrown).isEmpty();
        return ended;
    }

    private boolean runsBesideAWriter(String sql) throws Exception {
        return runsBesideAWriter(i -> {
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        });
    }

    @Test
    void reads_of_every_form_go_on_beside_a_writer() throws Exception {
        for (String sql : List.of(
                "SELECT count(*) FROM t",
                "WITH a(x) AS (SELECT count(*) FROM t) SELECT x FROM a",
                "VALUES (1), (2)",
                "EXPLAIN INSERT INTO t (v) VALUES (1)",
                "EXPLAIN QUERY PLAN DELETE FROM t",
                "PRAGMA table_info(t)",
                "PRAGMA user_version",
                "SELECT 1; SELECT count(*) FROM t")) {
            assertThat(runsBesideAWriter(sql)).as(sql).isTrue();
        }
    }

    @Test
    void writes_of_every_form_wait_for_the_writer() throws Exception {
        for (String sql : List.of(
                "INSERT INTO t (v) VALUES (1)",
                "WITH a(x) AS (SELECT 1) INSERT INTO t (v) SELECT x FROM a",
                "INSERT INTO t (v) VALUES (2) RETURNING id",
                "PRAGMA user_version=3",
                "SELECT 1; INSERT INTO t (v) VALUES (3)",
                "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET v = 9 WHERE 0; SELECT 1; END")) {
            assertThat(runsBesideAWriter(sql)).as(sql).isFalse();
        }
        assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(4);
        assertThat(Steps.number(pool, "PRAGMA user_version")).isEqualTo(3);
        assertThat(Steps.number(pool, "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'"))
                .isEqualTo(1);
    }

    @Test
    void the_wrapper_names_the_lane() throws Exception {
        try (ConnectionWrapper reading = pool.getConnection()) {
            reading.setReadOnly(true);
            Steps.number(reading, "SELECT 1");
            assertThat(reading.lane()).isEqualTo(Lane.READER);
        }
        try (ConnectionWrapper writing = pool.getConnection()) {
            writing.setAutoCommit(false);
            Steps.number(writing, "SELECT 1");
            assertThat(writing.lane()).isEqualTo(Lane.WRITER);
            writing.rollback();
        }
        assertThat(pool.<Lane, SQLException>read(c -> {
                    Steps.number(c, "SELECT 1");
                    return c.lane();
                }))
                .isEqualTo(Lane.READER);
    }

    @Test
    void an_open_result_set_keeps_its_state_and_the_next_read_sees_the_write() throws Exception {
        Steps.update(pool, "INSERT INTO t (v) VALUES (1), (2), (3)");
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id FROM t")) {
            assertThat(rows.next()).isTrue();
            Steps.update(connection, "INSERT INTO t (v) VALUES (4)");
            assertThat(Steps.number(connection, "SELECT count(*) FROM t")).isEqualTo(4);
            int left = 1;
            while (rows.next()) {
                left++;
            }
            assertThat(left).isEqualTo(3);
        }
        Steps.closeQuiescent(pool);
    }

    @Test
    void every_read_sees_the_last_acknowledged_commit_of_any_thread() throws Exception {
        Steps.update(pool, "INSERT INTO t (id, v) VALUES (1, 0)");
        java.util.concurrent.atomic.AtomicLong acknowledged = new java.util.concurrent.atomic.AtomicLong();
        Steps.allSucceed(4, thread -> {
            for (int i = 1; i <= 200; i++) {
                if (thread == 0) {
                    Steps.update(pool, "UPDATE t SET v = v + 1 WHERE id = 1");
                    acknowledged.set(i);
                } else {
                    long before = acknowledged.get();
                    assertThat(Steps.number(pool, "SELECT v FROM t")).isGreaterThanOrEqualTo(before);
                }
            }
        });
    }

    @Test
    void a_read_only_lease_reads_one_snapshot_and_refuses_writes() throws Exception {
        try (Connection reading = pool.readOnly().getConnection()) {
            assertThat(Steps.number(reading, "SELECT count(*) FROM t")).isZero();
            Steps.update(pool, "INSERT INTO t (v) VALUES (1)");
            assertThat(Steps.number(reading, "SELECT count(*) FROM t")).isZero();
            assertThatThrownBy(() -> Steps.update(reading, "INSERT INTO t (v) VALUES (2)"))
                    .extracting("SQLState")
                    .isEqualTo("25006");
        }
        assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(1);
    }

    @Test
    void a_read_only_lease_with_a_connection_of_its_own_refuses_writes() throws Exception {
        try (Connection connection = pool.getConnection()) {
            Steps.update(connection, "CREATE TEMP TABLE mine (v)");
            connection.setReadOnly(true);
            assertThatThrownBy(() -> Steps.update(connection, "INSERT INTO t (v) VALUES (2)"))
                    .extracting("SQLState")
                    .isEqualTo("25006");
        }
        assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isZero();
    }

    @Test
    void session_state_stays_with_its_lease() throws Exception {
        try (Connection connection = pool.getConnection()) {
            Steps.update(connection, "CREATE TEMP TABLE mine (v)");
            Steps.update(connection, "INSERT INTO mine VALUES (7)");
            assertThat(Steps.number(connection, "SELECT v FROM mine")).isEqualTo(7);
            Steps.update(connection, "ATTACH '" + folder.resolve("other.db") + "' AS other");
            Steps.update(connection, "CREATE TABLE other.o (v)");
            Steps.update(connection, "PRAGMA foreign_keys=OFF");
            assertThat(Steps.number(connection, "PRAGMA foreign_keys")).isZero();
            Steps.update(connection, "INSERT INTO t (v) VALUES (1)");
        }
        for (int i = 0; i < 5; i++) {
            assertThat(Steps.number(pool, "PRAGMA foreign_keys")).isEqualTo(1);
            assertThat(Steps.number(pool, "SELECT count(*) FROM pragma_database_list WHERE name = 'other'"))
                    .isZero();
            assertThatThrownBy(() -> Steps.number(pool, "SELECT v FROM mine")).hasMessageContaining("no such table");
        }
        assertThat(Steps.number(pool, "SELECT count(*) FROM t")).isEqualTo(1);
        Steps.closeQuiescent(pool);
    }

    @Test
    void what_a_session_changed_last_is_its_own_whoever_writes_in_between() throws Exception {
        try (Connection one = pool.getConnection();
                Connection two = pool.getConnection()) {
            Steps.update(one, "INSERT INTO t (id, v) VALUES (10, 1)");
            Steps.update(two, "INSERT INTO t (id, v) VALUES (20, 1), (21, 1)");
            assertThat(Steps.number(one, "SELECT last_insert_rowid()")).isEqualTo(10);
            assertThat(Steps.number(one, "SELECT changes()")).isEqualTo(1);
            assertThat(Steps.number(two, "SELECT last_insert_rowid()")).isEqualTo(21);
            assertThat(Steps.number(two, "SELECT changes()")).isEqualTo(2);
        }
    }

    @Test
    void a_later_lease_hears_nothing_of_what_an_earlier_one_changed() throws Exception {
        try (DatabaseConnectionPool one =
                Steps.file(folder).poolSize(1).maxOverflow(0).build()) {
            try (Connection earlier = one.getConnection()) {
                Steps.update(earlier, "INSERT INTO t (id, v) VALUES (10, 1)");
                assertThat(Steps.number(earlier, "SELECT last_insert_rowid()")).isEqualTo(10);
            }
            try (Connection later = one.getConnection()) {
                assertThat(Steps.number(later, "SELECT last_insert_rowid()")).isZero();
                assertThat(Steps.number(later, "SELECT total_changes()")).isZero();
                assertThat(Steps.number(later, "SELECT changes()")).isZero();
            }
        }
    }

    @Test
    void metadata_in_a_transaction_sees_its_own_tables() throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            Steps.update(connection, "CREATE TABLE fresh (v)");
            try (ResultSet tables = connection.getMetaData().getTables(null, null, "fresh", null)) {
                assertThat(tables.next()).isTrue();
            }
            connection.rollback();
            try (ResultSet tables = connection.getMetaData().getTables(null, null, "fresh", null)) {
                assertThat(tables.next()).isFalse();
            }
        }
    }

    @Test
    void an_upsert_tells_no_row_id_of_another_session() throws Exception {
        Steps.update(pool, "INSERT INTO t (id, v) VALUES (1, 1)");
        try (Connection one = pool.getConnection();
                Connection two = pool.getConnection()) {
            Steps.update(two, "INSERT INTO t (id, v) VALUES (99, 1)");
            Steps.update(one, "INSERT INTO t (id, v) VALUES (1, 2) ON CONFLICT(id) DO UPDATE SET v = 2");
            assertThat(Steps.number(one, "SELECT last_insert_rowid()")).isNotEqualTo(99);
        }
    }

    @Test
    void a_returning_insert_counts_its_rows() throws Exception {
        try (Connection one = pool.getConnection()) {
            try (Statement s = one.createStatement();
                    ResultSet r = s.executeQuery("INSERT INTO t (v) VALUES (1), (2), (3) RETURNING id")) {
                while (r.next()) {}
            }
            assertThat(Steps.number(one, "SELECT changes()")).isEqualTo(3);
        }
    }
}
