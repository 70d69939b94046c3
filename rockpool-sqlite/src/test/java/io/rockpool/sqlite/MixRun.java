package io.rockpool.sqlite;

import io.rockpool.DatabaseConnectionPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** One seed of the mix: threads, then the verdict. Threads: the caller's, and those it starts and joins. */
final class MixRun {

    private static final int THREADS = Integer.getInteger("robustness.randomMix.threads", 32);
    private static final int LEASES = Integer.getInteger("robustness.randomMix.leases", 20);
    private static final int POOL_SIZE = Integer.getInteger("robustness.randomMix.poolSize", 8);

    private final long seed;
    private final Path file;
    private final Path modelFile;
    private final MixPromises promises;
    private final MixHistory history = new MixHistory(THREADS);

    private long loadMillis;

    MixRun(long seed, Path folder, MixPromises promises) {
        this.seed = seed;
        this.file = folder.resolve("mix" + seed + ".db");
        this.modelFile = folder.resolve("model" + seed + ".db");
        this.promises = promises;
    }

    /** How long the threads took, without the verdict. */
    long loadMillis() {
        return loadMillis;
    }

    long units() {
        return history.orders.stream().mapToLong(List::size).sum();
    }

    String url() {
        return "jdbc:sqlite:" + file;
    }

    /** What is wrong, or null. */
    @Nullable String onPool() throws Exception {
        return on(pool -> pool);
    }

    /** Puts something between the pool and the threads. */
    interface Between {
        DataSource of(DataSource pool) throws SQLException;
    }

    @Nullable String on(Between between) throws Exception {
        String url = url();
        try (Connection raw = MixSchema.raw(url)) {
            MixModel.execute(raw, "PRAGMA journal_mode=WAL");
            MixSchema.create(raw);
        }
        DatabaseConnectionPool pool = DatabaseConnectionPool.builder()
                .url(url)
                .poolName("mix")
                .poolSize(POOL_SIZE)
                .maxOverflow(0)
                .poolTimeout(Duration.ofSeconds(30))
                .drainTimeout(Duration.ZERO)
                .build();
        try (pool) {
            long start = System.nanoTime();
            load(between.of(pool));
            loadMillis = Steps.millisSince(start);
            long active = pool.statistics().activeConnections();
            if (active != 0) {
                history.violations.add(active + " connections are lent out at the end: " + pool.leases());
            }
        }
        String violation = verdict(url);
        delete();
        return violation == null ? null : "seed " + seed + ": " + violation;
    }

    private void load(DataSource source) throws InterruptedException {
        List<Throwable> thrown;
        try {
            thrown = Steps.together(
                    THREADS, number -> new MixThread(seed, number, source, promises, history).run(LEASES));
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        }
        history.endDisturbance();
        for (Throwable t : thrown) {
            StackTraceElement[] stack = t.getStackTrace();
            history.violations.add("a thread ended by " + t + List.of(stack).subList(0, Math.min(12, stack.length)));
        }
    }

    private @Nullable String verdict(String url) throws SQLException {
        if (!history.violations.isEmpty()) {
            return history.violations.size() + " violations, first " + history.violations.peek();
        }
        try (Connection real = MixSchema.raw(url);
                Statement statement = real.createStatement();
                MixModel model = new MixModel(modelFile)) {
            try (ResultSet row = statement.executeQuery("PRAGMA integrity_check")) {
                String integrity = row.getString(1);
                if (!integrity.equals("ok")) {
                    return "integrity_check says " + integrity;
                }
            }
            return MixOracle.judge(history.orders, real, model);
        }
    }

    private void delete() throws IOException {
        for (Path path : List.of(file, modelFile)) {
            Files.deleteIfExists(path);
            Files.deleteIfExists(Path.of(path + "-wal"));
            Files.deleteIfExists(Path.of(path + "-shm"));
        }
    }
}
