package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.rockpool.DatabaseConnectionPool;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Virtual threads that wait for the writer leave their carrier to others: with one carrier, another virtual thread goes on
 * ticking as if nobody waited.
 *
 * <p>Only on a JDK that has them, in a JVM of its own with one carrier. Prints the longest pause of each round.
 */
@Timeout(120)
class VirtualThreadLanesTest {

    private static final int ROUNDS = 5;
    private static final int WAITERS = 8;
    private static final Duration ROUND = Duration.ofMillis(500);
    private static final double MOST_MILLIS = 100; // 20 are aimed at; shared machines stop for longer

    @TempDir
    Path folder;

    @Test
    void waiting_for_a_transaction_of_the_pool_leaves_the_carrier() throws Exception {
        assertOthersGoOn("POOL");
    }

    @Test
    void waiting_for_a_lock_of_another_connection_leaves_the_carrier() throws Exception {
        assertOthersGoOn("FOREIGN");
    }

    private void assertOthersGoOn(String holder) throws Exception {
        assumeThat(Runtime.version().feature()).isGreaterThanOrEqualTo(21);
        File out = folder.resolve("out").toFile();
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djdk.virtualThreadScheduler.parallelism=1",
                        "-Djdk.virtualThreadScheduler.maxPoolSize=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        VirtualThreadLanesTest.class.getName(),
                        folder.toString(),
                        holder)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(out)
                .start();
        boolean ended = child.waitFor(60, TimeUnit.SECONDS);
        child.destroyForcibly();
        String said = java.nio.file.Files.readString(out.toPath(), StandardCharsets.UTF_8);
        System.out.println("VirtualThreadLanesTest " + holder + " " + said.strip());
        assertThat(ended).as(said).isTrue();
        assertThat(child.exitValue()).as(said).isZero();
        assertThat(Double.parseDouble(said.strip().split(" ")[0]))
                .as("median of the longest pauses, in ms more than without waiters: %s", said)
                .isLessThanOrEqualTo(MOST_MILLIS);
    }

    // ---- in the other JVM --------------------------------------------------------------------------------------

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        try (DatabaseConnectionPool pool = Steps.file(folder).poolSize(16).build()) {
            Steps.update(pool, "CREATE TABLE IF NOT EXISTS t (x)");
            double[] with = new double[ROUNDS];
            double[] without = new double[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                without[i] = longestPause(ROUND);
                with[i] = longestPauseBesideWaiters(pool, arguments[1].equals("POOL"), folder);
            }
            double more = median(with) - median(without);
            System.out.println(more + " ms more; with " + WAITERS + " waiters " + Arrays.toString(with) + ", without "
                    + Arrays.toString(without));
        }
    }

    private static double longestPauseBesideWaiters(DatabaseConnectionPool pool, boolean ofPool, Path folder)
            throws Exception {
        Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        CountDownLatch holds = new CountDownLatch(1);
        CountDownLatch enough = new CountDownLatch(1);
        Thread holder = Steps.started("holder", thrown, () -> {
            try (Connection connection = ofPool ? pool.getConnection() : Databases.open(Steps.database(folder))) {
                Databases.run(connection, "BEGIN IMMEDIATE", "INSERT INTO t VALUES (1)");
                holds.countDown();
                enough.await();
                Databases.run(connection, "COMMIT");
            }
        });
        holds.await();
        long before = Steps.number(pool, "SELECT count(*) FROM t");
        List<Thread> waiters = new ArrayList<>();
        for (int i = 0; i < WAITERS; i++) {
            waiters.add(virtual(() -> {
                try {
                    Steps.update(pool, "INSERT INTO t VALUES (2)");
                } catch (SQLException e) {
                    thrown.add(e);
                }
            }));
        }
        double pause = longestPause(ROUND);
        if (Steps.number(pool, "SELECT count(*) FROM t") != before) {
            throw new IllegalStateException("a writer did not wait");
        }
        enough.countDown();
        Steps.join(holder);
        for (Thread waiter : waiters) {
            Steps.join(waiter);
        }
        if (!thrown.isEmpty()) {
            throw new IllegalStateException("a writer failed", thrown.peek());
        }
        return pause;
    }

    /** The longest time between two ticks of a virtual thread that sleeps for a millisecond each, in milliseconds. */
    private static double longestPause(Duration time) throws Exception {
        long[] longest = {0};
        Thread ticking = virtual(() -> {
            long until = System.nanoTime() + time.toNanos();
            long last = System.nanoTime();
            while (last - until < 0) {
                try {
                    Thread.sleep(1);
                } catch (InterruptedException e) {
                    return;
                }
                long now = System.nanoTime();
                longest[0] = Math.max(longest[0], now - last);
                last = now;
            }
        });
        Steps.join(ticking);
        return longest[0] / 1e6;
    }

    /** By reflection: the code is for Java 17. */
    private static Thread virtual(Runnable work) throws ReflectiveOperationException {
        Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        try {
            return (Thread) Class.forName("java.lang.Thread$Builder")
                    .getMethod("start", Runnable.class)
                    .invoke(builder, work);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("virtual threads cannot be made", e);
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
