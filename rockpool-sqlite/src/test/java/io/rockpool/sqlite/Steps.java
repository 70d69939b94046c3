package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolBuilder;
import io.rockpool.PoolStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What the tests of this module are made of: statements, crowds of threads, waiting with a deadline. Threads: stateless. */
public final class Steps {

    /** Longer than anything here takes on a loaded machine; reached only by a failure. */
    static final Duration DEADLINE = Duration.ofSeconds(30);

    private Steps() {}

    /** Work of one thread of a crowd. */
    interface Step {
        void run(int thread) throws Exception;
    }

    static PoolBuilder file(Path folder) {
        return DatabaseConnectionPool.builder()
                .url(url(folder))
                .poolName("origin")
                .drainTimeout(Duration.ZERO);
    }

    public static PoolBuilder server(String url) {
        return DatabaseConnectionPool.builder().url(url).poolName("origin").drainTimeout(Duration.ZERO);
    }

    static String url(Path folder) {
        return "jdbc:sqlite:" + database(folder);
    }

    static Path database(Path folder) {
        return folder.resolve("origin.db");
    }

    // ---- statements

    public static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.execute();
            return statement.getUpdateCount();
        }
    }

    static String text(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? row.getString(1) : "(no row)";
        }
    }

    static long number(Connection connection, String sql) throws SQLException {
        return Long.parseLong(text(connection, sql));
    }

    public static int update(DatabaseConnectionPool pool, String sql, Object... parameters) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return update(connection, sql, parameters);
        }
    }

    static long number(DatabaseConnectionPool pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return number(connection, sql);
        }
    }

    // ---- time and threads

    /** Waits until it is so; fails when it is not within the time. */
    static void await(String what, Duration within, BooleanSupplier isSo) {
        long deadline = System.nanoTime() + within.toNanos();
        while (!isSo.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline)
                    .as("%s did not come about within %s", what, within)
                    .isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Keeps what the thread holds for a time, as slow work does. */
    static void hold(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        long left;
        while ((left = until - System.nanoTime()) > 0) {
            LockSupport.parkNanos(left);
        }
    }

    static long millisSince(long nanoTime) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanoTime);
    }

    /** Runs the step in so many threads that start at one moment; returns what they threw. */
    static List<Throwable> together(int threads, Step step) throws InterruptedException {
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> crowd = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int number = i;
            crowd.add(started("crowd-" + i, thrown, () -> {
                start.await();
                step.run(number);
            }));
        }
        start.countDown();
        for (Thread thread : crowd) {
            join(thread);
        }
        return List.copyOf(thrown);
    }

    /** {@link #together} where nothing may be thrown. */
    static void allSucceed(int threads, Step step) throws InterruptedException {
        assertThat(together(threads, step)).isEmpty();
    }

    interface Action {
        void run() throws Exception;
    }

    static Thread started(String name, Queue<Throwable> thrown, Action action) {
        Thread thread = new Thread(
                () -> {
                    try {
                        action.run();
                    } catch (Throwable t) { // handed to the test's own thread, which judges it
                        thrown.add(t);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    static void join(Thread thread) throws InterruptedException {
        thread.join(TimeUnit.SECONDS.toMillis(60));
        assertThat(thread.isAlive()).as("thread %s hangs", thread.getName()).isFalse();
    }

    // ---- what is left behind

    /** Nothing lent, nobody waiting; then closes the pool, and every connection opened is one closed. */
    public static void closeQuiescent(DatabaseConnectionPool pool) {
        PoolStatistics before = pool.statistics();
        assertThat(before.activeConnections()).as("lent out: %s", pool.leases()).isZero();
        assertThat(before.waiting()).isZero();
        pool.close();
        assertReconciled(pool);
    }

    static void assertReconciled(DatabaseConnectionPool pool) {
        PoolStatistics after = pool.statistics();
        assertThat(after.totalConnections()).isZero();
        assertThat(after.closedByCause().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .as("closed by cause, against opened: %s", after.closedByCause())
                .isEqualTo(after.totalCreated());
    }

    static List<String> poolThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("rockpool-"))
                .toList();
    }

    /** How often this process has the file, or one beside it whose name begins alike, open. Linux only. */
    static long openFiles(Path file) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(descriptor -> leadsTo(descriptor, file)).count();
        }
    }

    private static boolean leadsTo(Path descriptor, Path file) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith(file.toString());
        } catch (IOException e) {
            return false; // closed since it was listed
        }
    }
}
