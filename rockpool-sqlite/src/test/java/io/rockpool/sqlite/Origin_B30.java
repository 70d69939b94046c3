package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Origin defect B30: pragmas were sent and never read back; foreign keys stayed off, WAL could be refused unseen. */
@Timeout(60)
class Origin_B30 {

    @TempDir
    Path folder;

    @Test
    void every_connection_enforces_foreign_keys_in_a_wal() throws Exception {
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(3).maxOverflow(0).build()) {
            Steps.update(pool, "CREATE TABLE parent (id INTEGER PRIMARY KEY)");
            Steps.update(pool, "CREATE TABLE child (parent REFERENCES parent)");
            try (Connection a = pool.getConnection();
                    Connection b = pool.getConnection();
                    Connection c = pool.getConnection()) {
                for (Connection connection : new Connection[] {a, b, c}) {
                    assertThat(Steps.text(connection, "PRAGMA journal_mode")).isEqualTo("wal");
                    assertThatThrownBy(() -> Steps.update(connection, "INSERT INTO child VALUES (1)"))
                            .isInstanceOf(SQLException.class)
                            .hasMessageContaining("FOREIGN KEY");
                }
            }
            Steps.closeQuiescent(pool);
        }
    }

    @Test
    void a_pragma_that_sqlite_does_not_take_fails_the_start() throws Exception {
        try (Connection reader = DriverManager.getConnection(Steps.url(folder))) {
            Steps.update(reader, "CREATE TABLE t (v)");
            reader.setAutoCommit(false);
            assertThat(Steps.number(reader, "SELECT count(*) FROM t"))
                    .isZero(); // and no change of the journal meanwhile
            assertThatThrownBy(() -> Steps.file(folder)
                            .option("sqlite.busy-timeout", "0")
                            .build())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("PRAGMA journal_mode=WAL");
        }
        assertThat(Steps.openFiles(Steps.database(folder))).isZero();
    }
}
