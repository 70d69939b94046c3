package io.rockpool.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.rockpool.benchmarks.ChildJvm.Figure;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import javax.sql.DataSource;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One subject under one {@link WaitingLoad}, in a JVM of its own for {@link WaitingCases}.
 *
 * <p>The warm-up also takes the first rush, in which all ask at once. A wait that ended in the measured time counts, and
 * one that is still open at its end, with its age: a thread that is never served is in the percentiles.
 * Threads: the main thread starts the borrowers and reads their notes when they have ended.
 */
final class WaitingProgram {

    /** HikariCP's and Rockpool's default; beyond what is measured. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Borrowers that still wait after this are counted as they are, and end with the JVM. */
    private static final Duration DRAIN = Duration.ofSeconds(10);

    private static final long LONGEST = Duration.ofMinutes(2).toNanos();
    private static final int DIGITS = 3;

    /** A median below it counts as it: nobody minds a wait of a microsecond, and a division wants something. */
    private static final double LEAST_MEDIAN_MILLIS = 0.001;

    private final WaitingLoad load;
    private final DataSource pool;
    private final ThreadFactory threads;
    private final long holdNanos;
    private final long pauseNanos;

    private WaitingProgram(WaitingLoad load, DataSource pool) {
        this.load = load;
        this.pool = pool;
        this.holdNanos = load.hold().toNanos();
        this.pauseNanos = load.pause().toNanos();
        this.threads = load.virtual() ? VirtualThreads.factory() : Executors.defaultThreadFactory();
    }

    public static void main(String[] arguments) {
        ChildProgram.run(
                arguments, (all, program) -> run(all.get(0), WaitingLoad.of(all.subList(1, all.size())), program));
    }

    private static void run(String subject, WaitingLoad load, ChildProgram program) throws Exception {
        StubDriver.register();
        OpenPool pool = Peers.open(subject, new Shape(StubDriver.URL, load.connections(), load.connections(), TIMEOUT));
        program.awaitStart();
        measure(load, pool.dataSource()).forEach(program::figure);
    }

    // ---- measure -----------------------------------------------------------------------------------------------

    /** The figures by name. */
    static Map<String, Figure> measure(WaitingLoad load, DataSource pool) throws Exception {
        WaitingProgram waiting = new WaitingProgram(load, pool);
        if (!load.virtual()) {
            return waiting.figures(waiting.crowd());
        }
        try (PinnedThreads pinned = PinnedThreads.watch()) {
            Map<String, Figure> figures = waiting.figures(waiting.crowd());
            figures.put("pinned_events", new Figure(pinned.stopAndCount(), "waits"));
            return figures;
        }
    }

    /** What a crowd did, and the processor time of the JVM meanwhile. */
    private record Crowd(List<Borrower> borrowers, double cpuPercent) {}

    private Crowd crowd() throws Exception {
        AbstractHistogram shared = load.virtual() ? new ConcurrentHistogram(LONGEST, DIGITS) : null;
        CountDownLatch start = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(load.threads());
        List<Borrower> borrowers = new ArrayList<>();
        for (int i = 0; i < load.threads(); i++) {
            Borrower borrower = new Borrower(shared != null ? shared : new Histogram(LONGEST, DIGITS), start, ended);
            borrowers.add(borrower);
            Thread thread = threads.newThread(borrower);
            thread.setDaemon(true);
            thread.start();
        }
        long from = System.nanoTime() + load.warmUp().toNanos();
        long stop = from + load.measured().toNanos();
        for (Borrower borrower : borrowers) { // before the latch opens, which publishes them
            borrower.from = from;
            borrower.stop = stop;
        }
        start.countDown();
        Pause.nanos(from - System.nanoTime());
        double cpu = cpuNanos();
        Pause.nanos(stop - System.nanoTime());
        cpu = 100 * (cpuNanos() - cpu) / load.measured().toNanos();
        if (!ended.await(DRAIN.toNanos(), TimeUnit.NANOSECONDS)) {
            borrowers.stream().filter(b -> !b.ended).forEach(b -> b.waits.recordValue(stop - b.asked.get()));
        }
        for (Borrower borrower : borrowers) {
            Exception failure = borrower.failure;
            if (failure != null) {
                throw failure;
            }
        }
        return new Crowd(borrowers, cpu);
    }

    private static double cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    // ---- tell --------------------------------------------------------------------------------------------------

    private Map<String, Figure> figures(Crowd crowd) {
        Histogram waits = new Histogram(LONGEST, DIGITS);
        crowd.borrowers().stream().map(b -> b.waits).distinct().forEach(waits::add);
        double max = waits.getMaxValue() / 1e6;
        double median = waits.getValueAtPercentile(50) / 1e6;
        long[] each =
                crowd.borrowers().stream().mapToLong(b -> b.served).sorted().toArray();
        Map<String, Figure> figures = new LinkedHashMap<>();
        figures.put(
                "ops_per_us",
                new Figure(sum(crowd, b -> b.served) / (load.measured().toNanos() / 1e3), "ops/us"));
        figures.put("max_wait_ms", new Figure(max, "ms"));
        figures.put("p50_wait_ms", new Figure(median, "ms"));
        figures.put("p99_wait_ms", new Figure(waits.getValueAtPercentile(99) / 1e6, "ms"));
        figures.put("p999_wait_ms", new Figure(waits.getValueAtPercentile(99.9) / 1e6, "ms"));
        figures.put("max_over_median", new Figure(max / Math.max(median, LEAST_MEDIAN_MILLIS), "x"));
        figures.put("unserved", new Figure(sum(crowd, b -> b.holds == 0 ? 1 : 0), "threads"));
        figures.put("timeouts", new Figure(sum(crowd, b -> b.timeouts), "borrows"));
        figures.put("borrows_per_thread_min", new Figure(each[0], "borrows"));
        figures.put("borrows_per_thread_median", new Figure(each[each.length / 2], "borrows"));
        figures.put("borrows_per_thread_max", new Figure(each[each.length - 1], "borrows"));
        double holds = Math.max(1, sum(crowd, b -> b.holds));
        figures.put("held_us", new Figure(sum(crowd, b -> b.heldNanos) / 1e3 / holds, "us"));
        figures.put("cpu_percent", new Figure(crowd.cpuPercent(), "%"));
        return figures;
    }

    private static long sum(Crowd crowd, ToLongFunction<Borrower> note) {
        return crowd.borrowers().stream().mapToLong(note).sum();
    }

    /**
     * One thread of the crowd, and its notes.
     *
     * <p>Threads: its own until it has ended; {@code asked} at any time. Units: nanoseconds.
     */
    private final class Borrower implements Runnable {

        private final AbstractHistogram waits;
        private final CountDownLatch start;
        private final CountDownLatch end;
        private final AtomicLong asked = new AtomicLong();
        private long from;
        private long stop;
        private long served;
        private long timeouts;
        private long heldNanos;
        private long holds;
        private volatile boolean ended;
        private volatile @Nullable Exception failure;

        Borrower(AbstractHistogram waits, CountDownLatch start, CountDownLatch end) {
            this.waits = waits;
            this.start = start;
            this.end = end;
        }

        @Override
        public void run() {
            try {
                start.await();
                work();
            } catch (Exception e) { // the main thread throws it
                failure = e;
            } finally {
                ended = true;
                end.countDown();
            }
        }

        private void work() throws Exception {
            for (long now = System.nanoTime(); now - stop < 0; now = System.nanoTime()) {
                asked.lazySet(now); // a full fence would be half of what is measured
                Connection connection = borrow(now);
                if (connection != null) {
                    connection.close();
                    Pause.nanos(pauseNanos);
                }
            }
        }

        private @Nullable Connection borrow(long since) throws Exception {
            Connection connection;
            try {
                connection = pool.getConnection();
            } catch (SQLException e) {
                long refused = System.nanoTime();
                if (refused - since < TIMEOUT.toNanos() / 2) {
                    throw e;
                }
                timeouts++;
                waits.recordValue(Math.min(refused, stop) - since);
                return null;
            }
            long got = System.nanoTime();
            note(since, got);
            if (got - stop < 0) { // else the end came first: given back at once
                hold(got);
            }
            return connection;
        }

        /** A wait that ended in the measured time, or was open at its end. */
        private void note(long since, long until) {
            if (until - stop >= 0) {
                waits.recordValue(stop - since);
            } else if (until - from >= 0) {
                waits.recordValue(until - since);
                served++;
            }
        }

        private void hold(long since) throws InterruptedException {
            if (holdNanos > 0) {
                if (load.virtual()) {
                    Thread.sleep(load.hold().toMillis());
                } else {
                    Pause.nanos(holdNanos);
                }
                heldNanos += System.nanoTime() - since;
            }
            holds++;
        }
    }
}
