package io.rockpool.benchmarks;

import io.rockpool.benchmarks.ChildJvm.Figure;
import io.rockpool.benchmarks.ReadBenchmark.Case;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One subject that reads, in a JVM of its own for {@link ReadBenchmark}: each order is one round of one case.
 *
 * <p>Threads: the main thread takes the orders, as many workers as the case has read.
 */
final class ReadProgram {

    static final String METRIC = "us_per_op";

    static final int WORKERS = 16;

    /** Reads between two looks at the clock. */
    private static final int BATCH = 16;

    private ReadProgram() {}

    /** Arguments: the subject and its file. An order: the case and its time in nanoseconds. */
    public static void main(String[] arguments) {
        ChildProgram.run(arguments, (all, program) -> {
            ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
            try (SqliteReads subject = SqliteReads.open(all.get(0), Path.of(all.get(1)), WORKERS)) {
                while (true) { // until the parent ends
                    String[] order = program.awaitOrder().split(" ", -1);
                    double micros =
                            round(subject, Case.named(order[0]), Duration.ofNanos(Long.parseLong(order[1])), workers);
                    program.figure(METRIC, new Figure(micros, "us"));
                }
            }
        });
    }

    static String order(Case c, Duration time) {
        return c.label() + " " + time.toNanos();
    }

    /**
     * Microseconds a read, of all workers together. The clock is one for all and starts before the first: of more threads
     * than cores some start late, and by clocks of their own their reads would come on top of those of the others.
     */
    static double round(SqliteReads subject, Case c, Duration time, ExecutorService workers) throws Exception {
        AtomicLong from = new AtomicLong();
        CyclicBarrier start = new CyclicBarrier(c.threads(), () -> from.set(System.nanoTime()));
        List<Future<long[]>> shares = new ArrayList<>();
        for (int worker = 0; worker < c.threads(); worker++) {
            int number = worker;
            Callable<long[]> work = () -> {
                start.await();
                return share(subject, c, number, from.get() + time.toNanos());
            };
            shares.add(workers.submit(work));
        }
        long reads = 0;
        long last = from.get();
        for (Future<long[]> share : shares) {
            long[] readsAndEnd = result(share);
            reads += readsAndEnd[0];
            last = Math.max(last, readsAndEnd[1]);
        }
        return (last - from.get()) / 1e3 / reads;
    }

    private static long[] result(Future<long[]> share) throws Exception {
        try {
            return share.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /** A worker's reads, and when it ended. It reads at least one batch, so that there is something to divide by. */
    private static long[] share(SqliteReads subject, Case c, int worker, long stop) throws SQLException {
        int item = 1 + worker * (SqliteFiles.ITEMS / WORKERS);
        long reads = 0;
        long now;
        do {
            for (int i = 0; i < BATCH; i++) {
                reads += c.read(subject, worker, item);
                item = SqliteReads.next(item);
            }
            now = System.nanoTime();
        } while (now - stop < 0);
        return new long[] {reads, now};
    }
}
