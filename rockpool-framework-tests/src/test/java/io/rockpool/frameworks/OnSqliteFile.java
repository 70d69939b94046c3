package io.rockpool.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolStatistics;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pool on a SQLite file of its own, for each test; at its end nothing is lent, left unfinished or open.
 *
 * <p>The frameworks get it as a {@link DataSource}, as an application would give it to them.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // against a hang
abstract class OnSqliteFile {

    static final int THREADS = 8;
    static final int ROUNDS = 200;

    /** What SQLState says of a write in a read-only transaction. */
    static final String READ_ONLY = "25006";

    @TempDir
    Path folder;

    DatabaseConnectionPool pool;
    DataSource source;

    @BeforeEach
    void openPool() throws SQLException {
        pool = pool("app.db");
        source = Given.by(pool);
    }

    @AfterEach
    void closePool() {
        assertQuiescent(pool);
    }

    /** Fewer connections than {@link #THREADS}, and a busy timeout that no test waits for unless it would hang. */
    DatabaseConnectionPool pool(String file) throws SQLException {
        return DatabaseConnectionPool.builder()
                .url("jdbc:sqlite:" + folder.resolve(file))
                .poolSize(4)
                .maxOverflow(0)
                .build();
    }

    static void assertQuiescent(DatabaseConnectionPool pool) {
        PoolStatistics before = pool.statistics();
        pool.close();
        PoolStatistics after = pool.statistics();
        assertThat(pool.leases()).isEmpty();
        assertThat(before.activeConnections()).as("lent").isZero();
        assertThat(before.unfinishedTransactions()).as("unfinished").isZero();
        assertThat(after.totalConnections()).as("open").isZero();
        assertThat(after.closedByCause().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .as("closed of those opened")
                .isEqualTo(after.totalCreated());
    }

    /** Statements of the test itself, each in autocommit on a connection of the pool. */
    void sql(String... statements) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of the first row, as the test itself sees it, beside the framework. */
    long number(String query) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            assertThat(row.next()).isTrue();
            return row.getLong(1);
        }
    }

    /** {@link #THREADS} threads, {@link #ROUNDS} times each. */
    static void inThreads(Work work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            Callable<Void> rounds = () -> {
                for (int i = 0; i < ROUNDS; i++) {
                    work.run();
                }
                return null;
            };
            List<Callable<Void>> calls = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                calls.add(rounds);
            }
            for (Future<Void> thread : threads.invokeAll(calls)) {
                thread.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** One round. */
    interface Work {
        void run() throws Exception;
    }

    /** The {@link SQLException} under what a framework threw. */
    static SQLException sqlCause(Throwable thrown) {
        Throwable t = thrown;
        while (!(t instanceof SQLException)) {
            assertThat(t).as("an SQLException under " + thrown).isNotNull();
            t = t.getCause();
        }
        return (SQLException) t;
    }
}
