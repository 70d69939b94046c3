package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The WAL stays short, whoever keeps it long is named, and it is gone with the last connection. */
@Timeout(120)
class CheckpointTest {

    private static final int COMMITS = Integer.getInteger("sqlite.checkpoint.commits", 20_000);
    private static final long FRAME = 4_096 + 24;

    @TempDir
    Path folder;

    private DatabaseConnectionPool open(boolean singleProcess) throws SQLException {
        DatabaseConnectionPool pool = Steps.file(folder)
                .poolSize(4)
                .option("sqlite.single-process", Boolean.toString(singleProcess))
                .build();
        Steps.update(pool, "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v)");
        return pool;
    }

    private static Checkpoints checkpoints(DatabaseConnectionPool pool) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return connection.unwrap(Session.class).lanes.now().checkpoints;
        }
    }

    private Path wal() {
        return Path.of(Steps.database(folder) + "-wal");
    }

    private long walBytes() {
        try {
            return Files.size(wal());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void commits(DatabaseConnectionPool pool, int count) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO t (v) VALUES (randomblob(100))")) {
            for (int i = 0; i < count; i++) {
                insert.executeUpdate();
            }
        }
    }

    @Test
    void busy_readers_do_not_keep_the_wal_from_starting_anew() throws Exception {
        staysShort(false);
    }

    @Test
    void busy_readers_that_keep_their_snapshots_do_not_keep_the_wal_from_starting_anew() throws Exception {
        staysShort(true);
    }

    private void staysShort(boolean singleProcess) throws Exception {
        try (DatabaseConnectionPool pool = open(singleProcess)) {
            AtomicBoolean over = new AtomicBoolean();
            AtomicLong reads = new AtomicLong();
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                readers.add(Steps.started("reader-" + i, thrown, () -> {
                    while (!over.get()) {
                        Steps.number(pool, "SELECT count(*) FROM (SELECT 1 FROM t LIMIT 10)");
                        reads.incrementAndGet();
                    }
                }));
            }
            long longest = 0;
            long begun = System.nanoTime();
            for (int i = 0; i < COMMITS; i += 100) {
                commits(pool, 100);
                longest = Math.max(longest, walBytes());
            }
            long millis = Steps.millisSince(begun);
            over.set(true);
            for (Thread reader : readers) {
                Steps.join(reader);
            }
            System.out.printf(
                    Locale.ROOT,
                    "single-process=%s: %d commits in %d ms beside %d reads, the WAL at its longest %d frames%n",
                    singleProcess,
                    COMMITS,
                    millis,
                    reads.get(),
                    longest / FRAME);
            assertThat(thrown).isEmpty();
            assertThat(longest / FRAME).isLessThan(COMMITS);
        }
    }

    // ---- long readers

    @Test
    void a_long_read_is_named_and_the_wal_is_cut_after_its_end() throws Exception {
        try (DatabaseConnectionPool pool = open(false)) {
            Checkpoints checkpoints = checkpoints(pool);
            checkpoints.limits = new Checkpoints.Limits(10, 20_000_000L, 50, 100, 400_000);
            try (Connection reader = pool.readOnly().getConnection()) {
                assertThat(Steps.number(reader, "SELECT count(*) FROM t WHERE v = 'secret'"))
                        .isZero();
                commits(pool, 2_000);
                Steps.await("looked at", Steps.DEADLINE, () -> checkpoints.logFrames() >= 2_000);
                Steps.await("told", Steps.DEADLINE, () -> checkpoints.pinnedTold() > 0);
                assertThat(checkpoints.pinning())
                        .contains("SELECT count(*) FROM t")
                        .contains("'" + Thread.currentThread().getName() + "'")
                        .doesNotContain("secret");
                assertThat(walBytes()).isGreaterThan(2_000 * FRAME);
                assertThat(Steps.number(reader, "SELECT count(*) FROM t"))
                        .as("its snapshot")
                        .isZero();
            }
            commits(pool, 20);
            Steps.await("cut", Steps.DEADLINE, () -> {
                tryCommits(pool);
                return walBytes() < 1_000 * FRAME;
            });
            assertThat(checkpoints.pinnedTold()).isZero();
            assertThat(checkpoints.pinning()).doesNotContain("SELECT");
        }
    }

    private static void tryCommits(DatabaseConnectionPool pool) {
        try {
            commits(pool, 1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void cutting_the_wal_stops_no_reader() throws Exception {
        try (DatabaseConnectionPool pool = open(false)) {
            checkpoints(pool).limits = new Checkpoints.Limits(10, 20_000_000L, 50, 100, 200_000);
            AtomicBoolean over = new AtomicBoolean();
            AtomicLong longestNanos = new AtomicLong();
            Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
            Thread reader = Steps.started("reader", thrown, () -> {
                while (!over.get()) {
                    long begun = System.nanoTime();
                    Steps.number(pool, "SELECT count(*) FROM (SELECT 1 FROM t LIMIT 10)");
                    longestNanos.accumulateAndGet(System.nanoTime() - begun, Math::max);
                }
            });
            int cut = 0;
            long before = 0;
            for (int i = 0; i < 100; i++) {
                commits(pool, 50);
                Steps.hold(Duration.ofMillis(5));
                long now = walBytes();
                cut += now < before ? 1 : 0;
                before = now;
            }
            over.set(true);
            Steps.join(reader);
            System.out.printf(
                    Locale.ROOT,
                    "the WAL cut %d times, the longest read meanwhile %.1f ms%n",
                    cut,
                    longestNanos.get() / 1e6);
            assertThat(thrown).isEmpty();
            assertThat(cut).isPositive();
            assertThat(longestNanos.get()).isLessThan(Steps.DEADLINE.toNanos());
        }
    }

    // ---- the end

    @Test
    void the_last_connection_leaves_no_wal() throws Exception {
        for (boolean singleProcess : new boolean[] {false, true}) {
            DatabaseConnectionPool first = open(singleProcess);
            DatabaseConnectionPool second = open(singleProcess);
            commits(first, 100);
            commits(second, 100);
            Steps.number(first, "SELECT count(*) FROM t");
            first.close();
            assertThat(wal()).exists();
            assertThat(Steps.number(second, "SELECT count(*) FROM t")).isPositive();
            Steps.closeQuiescent(second);
            assertThat(wal()).doesNotExist();
            assertThat(Steps.openFiles(Steps.database(folder))).isZero();
        }
    }
}
