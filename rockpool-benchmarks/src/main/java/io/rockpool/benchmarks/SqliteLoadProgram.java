package io.rockpool.benchmarks;

import io.rockpool.benchmarks.ChildJvm.Figure;
import io.rockpool.benchmarks.SqlitePools.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import javax.sql.DataSource;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One subject under {@link SqliteLoad}s, in a JVM of its own for {@link SqliteLoads}: each order is one load.
 *
 * <p>A call that ended in the measured time counts, and one that is still open at its end, with its age; one that got
 * SQLITE_BUSY counts with its time and as an error, and its thread goes on. Threads: the main thread starts the workers
 * and reads their notes when they have ended.
 */
final class SqliteLoadProgram {

    /** Beyond the busy timeout of every subject: workers that are not back by then hang. */
    private static final Duration DRAIN = Duration.ofSeconds(60);

    private static final long LONGEST = Duration.ofMinutes(2).toNanos();
    private static final int DIGITS = 3;

    private static final int SQLITE_BUSY = 5;
    private static final int PRIMARY_CODE = 0xff; // the rest of an error code tells the kind of BUSY

    private static final String INSERT = "INSERT INTO entries (account, amount, note) VALUES (?, ?, ?)";
    private static final String UPDATE = "UPDATE accounts SET balance = balance + ? WHERE id = ?";

    private SqliteLoadProgram() {}

    /** Arguments: the subject, the database to copy, what the copies are called, and the durabilities that are needed. */
    public static void main(String[] arguments) {
        ChildProgram.run(arguments, (all, program) -> {
            Map<Durability, SqlitePools> open = new EnumMap<>(Durability.class);
            for (String name : all.subList(3, all.size())) {
                Durability durability = Durability.valueOf(name);
                open.put(durability, open(all.get(0), Path.of(all.get(1)), all.get(2), durability));
            }
            while (true) { // until the parent ends
                SqliteLoad load = SqliteLoad.of(program.awaitOrder());
                SqlitePools pools = open.get(load.durability());
                if (pools == null) {
                    throw new IllegalArgumentException("no pools were opened for " + load.durability());
                }
                measure(load, pools).forEach(program::figure);
            }
        });
    }

    private static SqlitePools open(String subject, Path template, String name, Durability durability)
            throws IOException, SQLException {
        Path file = template.resolveSibling(name + "-" + durability + ".db");
        SqliteFiles.copy(template, file);
        return SqlitePools.open(subject, file, durability);
    }

    // ---- measure -----------------------------------------------------------------------------------------------

    static Map<String, Figure> measure(SqliteLoad load, SqlitePools pools) throws Exception {
        CountDownLatch start = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(load.writers() + load.readers());
        List<Worker> writers = new ArrayList<>();
        List<Worker> readers = new ArrayList<>();
        for (int i = 0; i < load.writers(); i++) {
            int number = i;
            writers.add(new Worker(start, ended, Duration.ZERO, turn -> write(pools.writers(), number, turn)));
        }
        for (int i = 0; i < load.readers(); i++) {
            int first = 1 + i * (SqliteFiles.ITEMS / load.readers());
            readers.add(new Worker(start, ended, load.readerPause(), new Reading(pools.readers(), first)));
        }
        List<Worker> all = new ArrayList<>(writers);
        all.addAll(readers);
        run(all, load, start, ended);
        return figures(load, writers, readers);
    }

    private static void run(List<Worker> all, SqliteLoad load, CountDownLatch start, CountDownLatch ended)
            throws Exception {
        for (Worker worker : all) {
            Thread thread = new Thread(worker);
            thread.setDaemon(true);
            thread.start();
        }
        long from = System.nanoTime() + load.warmUp().toNanos();
        for (Worker worker : all) { // before the latch opens, which publishes them
            worker.from = from;
            worker.stop = from + load.measured().toNanos();
        }
        start.countDown();
        Duration limit = load.warmUp().plus(load.measured()).plus(DRAIN);
        if (!ended.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IllegalStateException(ended.getCount() + " of " + all.size() + " workers have not ended");
        }
        for (Worker worker : all) {
            Exception failure = worker.failure;
            if (failure != null) {
                throw failure;
            }
        }
    }

    private static void write(DataSource pool, int worker, long turn) throws SQLException {
        int account = 1 + (int) ((worker * 61L + turn * 7) % SqliteFiles.ACCOUNTS);
        boolean insert = turn % 2 == 0;
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(insert ? INSERT : UPDATE)) {
            if (insert) {
                statement.setInt(1, account);
                statement.setInt(2, worker);
                statement.setString(3, "a note of some length, as entries have");
            } else {
                statement.setInt(1, worker);
                statement.setInt(2, account);
            }
            if (statement.executeUpdate() != 1) {
                throw new IllegalStateException("a write changed no row");
            }
        }
    }

    /** Reads by primary key, one item after another, far apart. */
    private static final class Reading implements Worker.Call {

        private final DataSource pool;
        private int item;

        Reading(DataSource pool, int first) {
            this.pool = pool;
            this.item = first;
        }

        @Override
        public void run(long turn) throws SQLException {
            item = SqliteReads.next(item);
            try (Connection connection = pool.getConnection();
                    PreparedStatement statement = connection.prepareStatement(SqliteReads.ITEM)) {
                SqliteReads.readItem(statement, item);
            }
        }
    }

    // ---- tell --------------------------------------------------------------------------------------------------

    private static Map<String, Figure> figures(SqliteLoad load, List<Worker> writers, List<Worker> readers) {
        double seconds = load.measured().toNanos() / 1e9;
        Histogram writes = times(writers);
        Map<String, Figure> figures = new LinkedHashMap<>();
        figures.put("writes_per_s", new Figure(sum(writers, w -> w.served) / seconds, "writes/s"));
        figures.put("write_p99_ms", new Figure(writes.getValueAtPercentile(99) / 1e6, "ms"));
        figures.put("write_p999_ms", new Figure(writes.getValueAtPercentile(99.9) / 1e6, "ms"));
        figures.put("write_max_ms", new Figure(writes.getMaxValue() / 1e6, "ms"));
        if (!readers.isEmpty()) {
            Histogram reads = times(readers);
            figures.put("reads_per_s", new Figure(sum(readers, r -> r.served) / seconds, "reads/s"));
            figures.put("read_p99_ms", new Figure(reads.getValueAtPercentile(99) / 1e6, "ms"));
        }
        figures.put("busy_errors", new Figure(sum(writers, w -> w.busy) + sum(readers, r -> r.busy), "errors"));
        figures.put("all_writes", new Figure(sum(writers, w -> w.done), "writes"));
        return figures;
    }

    private static Histogram times(List<Worker> workers) {
        Histogram times = new Histogram(LONGEST, DIGITS);
        workers.forEach(worker -> times.add(worker.times));
        return times;
    }

    private static long sum(List<Worker> workers, ToLongFunction<Worker> note) {
        return workers.stream().mapToLong(note).sum();
    }

    /**
     * One thread that writes or reads, and its notes.
     *
     * <p>Threads: its own until it has ended. Units: nanoseconds.
     */
    private static final class Worker implements Runnable {

        /** What it does at each turn. */
        interface Call {
            void run(long turn) throws SQLException;
        }

        private final Histogram times = new Histogram(LONGEST, DIGITS);
        private final CountDownLatch start;
        private final CountDownLatch end;
        private final long pauseNanos;
        private final Call call;
        private long from;
        private long stop;
        private long served; // in the measured time
        private long busy; // in the measured time
        private long done; // at any time
        private volatile @Nullable Exception failure;

        Worker(CountDownLatch start, CountDownLatch end, Duration pause, Call call) {
            this.start = start;
            this.end = end;
            this.pauseNanos = pause.toNanos();
            this.call = call;
        }

        @Override
        public void run() {
            try {
                start.await();
                work();
            } catch (Exception e) { // the main thread throws it
                failure = e;
            } finally {
                end.countDown();
            }
        }

        private void work() throws SQLException {
            long turn = 0;
            for (long since = System.nanoTime(); since - stop < 0; since = System.nanoTime()) {
                boolean succeeded = succeeds(turn++);
                note(since, System.nanoTime(), succeeded);
                Pause.nanos(pauseNanos);
            }
        }

        private boolean succeeds(long turn) throws SQLException {
            try {
                call.run(turn);
                done++;
                return true;
            } catch (SQLException e) {
                if (isBusy(e)) {
                    return false;
                }
                throw e;
            }
        }

        private void note(long since, long until, boolean succeeded) {
            if (until - stop >= 0) {
                times.recordValue(stop - since);
            } else if (until - from >= 0) {
                times.recordValue(until - since);
                served += succeeded ? 1 : 0;
            }
            busy += succeeded || until - from < 0 ? 0 : 1;
        }
    }

    /** Whether SQLite refused it for another's lock; a pool may have wrapped that. */
    static boolean isBusy(SQLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && (sql.getErrorCode() & PRIMARY_CODE) == SQLITE_BUSY) {
                return true;
            }
        }
        return false;
    }
}
