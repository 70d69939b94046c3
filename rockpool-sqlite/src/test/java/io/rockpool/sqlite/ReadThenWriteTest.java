package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;

/** Transactions that read and then write what depends on it: the ones that other pools fail on SQLite. */
@Timeout(300)
class ReadThenWriteTest {

    private static final int THREADS = 16;
    private static final int EACH = Integer.getInteger("sqlite.readThenWrite.each", 1_000);

    @TempDir
    Path folder;

    @Test
    void no_thread_is_refused_and_no_sum_is_lost() throws Exception {
        try (DatabaseConnectionPool pool =
                Steps.file(folder).poolSize(THREADS).maxOverflow(0).build()) {
            Run run = run(pool);
            Steps.closeQuiescent(pool);
            assertThat(run).isEqualTo(new Run(0, 0, (long) THREADS * EACH));
        }
    }

    /** It shows that the test above is one: what it asks for does not come by itself. */
    @Test
    void a_pool_without_lanes_refuses_many_of_the_same_transactions() throws Exception {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(Steps.url(folder));
        config.setMaximumPoolSize(THREADS);
        config.addDataSourceProperty("journal_mode", "WAL");
        config.addDataSourceProperty("busy_timeout", "30000");
        try (HikariDataSource pool = new HikariDataSource(config)) {
            Run run = run(pool);
            assertThat(run.busy() + run.busySnapshot()).isPositive();
            assertThat(run.sum() + run.busy() + run.busySnapshot()).isEqualTo((long) THREADS * EACH);
        }
    }

    private record Run(int busy, int busySnapshot, long sum) {}

    /** Each transaction is tried once. */
    private static Run run(DataSource pool) throws Exception {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)");
            statement.executeUpdate("INSERT INTO account VALUES (1, 0), (2, 0)");
        }
        AtomicInteger busy = new AtomicInteger();
        AtomicInteger busySnapshot = new AtomicInteger();
        Steps.allSucceed(THREADS, thread -> {
            for (int i = 0; i < EACH; i++) {
                try {
                    addOne(pool, thread % 2 + 1);
                } catch (SQLException e) {
                    SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(e.getErrorCode());
                    if (code != SQLiteErrorCode.SQLITE_BUSY && code != SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT) {
                        throw e;
                    }
                    (code == SQLiteErrorCode.SQLITE_BUSY ? busy : busySnapshot).incrementAndGet();
                }
            }
        });
        Run run;
        try (Connection connection = pool.getConnection()) {
            run = new Run(busy.get(), busySnapshot.get(), Steps.number(connection, "SELECT sum(balance) FROM account"));
        }
        System.out.printf(
                "ReadThenWriteTest, %s: %d transactions, %d BUSY, %d BUSY_SNAPSHOT, sum %d%n",
                pool.getClass().getSimpleName(), THREADS * EACH, run.busy(), run.busySnapshot(), run.sum());
        return run;
    }

    private static void addOne(DataSource pool, int account) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            long balance;
            try (PreparedStatement read = connection.prepareStatement("SELECT balance FROM account WHERE id = ?")) {
                read.setInt(1, account);
                try (ResultSet row = read.executeQuery()) {
                    row.next();
                    balance = row.getLong(1);
                }
            }
            try (PreparedStatement write = connection.prepareStatement("UPDATE account SET balance = ? WHERE id = ?")) {
                write.setLong(1, balance + 1);
                write.setInt(2, account);
                write.executeUpdate();
            }
            connection.commit();
        }
    }
}
