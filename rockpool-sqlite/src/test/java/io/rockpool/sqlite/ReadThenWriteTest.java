package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
            Steps.update(pool, "CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)");
            Steps.update(pool, "INSERT INTO account VALUES (1, 0), (2, 0)");
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int account = t % 2 + 1;
                threads.add(Steps.started("worker-" + t, thrown, () -> {
                    for (int i = 0; i < EACH; i++) {
                        addOne(pool, account);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(thrown).isEmpty();
            assertThat(Steps.number(pool, "SELECT sum(balance) FROM account")).isEqualTo((long) THREADS * EACH);
            Steps.closeQuiescent(pool);
        }
    }

    private static void addOne(DatabaseConnectionPool pool, int account) throws SQLException {
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
