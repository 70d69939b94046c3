package io.rockpool.robustness;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolBuilder;
import io.rockpool.PoolStatistics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Uses pools while the heap is full again and again, and looks afterwards what is left of them. The main class of a child
 * JVM with a small heap.
 *
 * <p>Arguments: the milliseconds for each pool, a seed, a folder for the database file. Prints the faults; status 1 if there
 * are any.
 */
final class OutOfMemoryProbe {

    private static final int POOL_SIZE = 3;
    private static final int BORROWERS = 6;
    private static final int CHUNKS = 100_000;
    private static final int WARM = 1_000;
    private static final int ENOUGH = 5;
    private static final long LONGEST = 60_000_000_000L;
    private static final long JOIN_MILLIS = 30_000;

    /** Short: a driver's close that fails for want of memory may leave its transaction, and SQLite's write lock, behind. */
    private static final String BUSY_MILLIS = "100";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String database;
    private final DatabaseConnectionPool pool;
    private final AtomicLong leases = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong fills = new AtomicLong();
    private final Object[] filling = new Object[CHUNKS];
    private volatile boolean stop;

    private OutOfMemoryProbe(String database, DatabaseConnectionPool pool) {
        this.database = database;
        this.pool = pool;
    }

    public static void main(String[] args) throws Exception {
        long millis = Long.parseLong(args[0]);
        long seed = Long.parseLong(args[1]);
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, t) -> {}); // each would be a stack trace of an OutOfMemoryError
        BareSource source = new BareSource();
        Path file = Files.createTempFile(Path.of(args[2]), "memory", ".db");
        DatabaseConnectionPool network = settings().dataSource(source).build();
        DatabaseConnectionPool sqlite = settings()
                .url("jdbc:sqlite:" + file)
                .option("sqlite.busy-timeout", BUSY_MILLIS)
                .build();
        List<String> faults = new ArrayList<>();
        faults.addAll(new OutOfMemoryProbe("network", network).run(millis, seed));
        faults.addAll(new OutOfMemoryProbe("SQLite", sqlite).run(millis, seed));
        if (!housekeeperLives()) {
            faults.add("the housekeeper is dead");
        }
        faults.addAll(closed("network", network));
        faults.addAll(closed("SQLite", sqlite));
        if (source.live() != 0) {
            faults.add("network: " + source.live() + " of " + source.opened() + " connections stay open");
        }
        if (!Eventually.comes(PATIENCE, () -> !housekeeperLives())) {
            faults.add("the housekeeper outlives its pools");
        }
        faults.forEach(System.out::println);
        System.out.println((faults.isEmpty() ? "sound" : "unsound") + ", seed " + seed);
        System.out.flush();
        Runtime.getRuntime().halt(faults.isEmpty() ? 0 : 1); // at once: a thread may hang in what was found
    }

    private static PoolBuilder settings() {
        return DatabaseConnectionPool.builder()
                .poolSize(POOL_SIZE)
                .maxOverflow(1)
                .poolTimeout(PATIENCE)
                .drainTimeout(Duration.ofSeconds(1));
    }

    private static boolean housekeeperLives() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("rockpool-housekeeper"));
    }

    // ---- a full heap -------------------------------------------------------------------------------------------

    private List<String> run(long millis, long seed) throws InterruptedException {
        Thread[] threads = new Thread[BORROWERS + 1];
        for (int i = 0; i < BORROWERS; i++) {
            SplittableRandom random = new SplittableRandom(seed + i);
            threads[i] = new Thread(() -> work(random), "borrower-" + i);
        }
        threads[BORROWERS] = new Thread(() -> fill(new SplittableRandom(seed - 1)), "filler");
        for (Thread thread : threads) {
            thread.start();
        }
        long begun = System.nanoTime(); // from here to the end of the filler nothing allocates: the heap may be full
        long least = millis * 1_000_000;
        while (System.nanoTime() - begun < least || (failures.get() < ENOUGH && System.nanoTime() - begun < LONGEST)) {
            Thread.sleep(10);
        }
        stop = true;
        for (int i = BORROWERS; i >= 0; i--) {
            threads[i].join(JOIN_MILLIS);
        }
        for (Thread thread : threads) {
            if (thread.isAlive()) {
                return List.of(database + ": " + thread + " hangs at " + List.of(thread.getStackTrace()));
            }
        }
        return look();
    }

    /** Nothing here allocates beside what the pool does: what fails is the pool's step. */
    private void work(SplittableRandom random) {
        while (!stop) {
            Connection connection = null;
            try {
                connection = pool.getConnection();
                leases.incrementAndGet();
                use(connection, random.nextInt(4));
            } catch (Throwable t) { // any step may fail, with an OutOfMemoryError or for one
                failures.incrementAndGet();
            }
            while (connection != null) {
                try {
                    connection.close();
                    connection = null;
                } catch (Throwable t) { // one that had no effect may be repeated
                    failures.incrementAndGet();
                }
            }
        }
    }

    private static void use(Connection connection, int how) throws Exception {
        if (how == 0) {
            return;
        }
        if (how == 1) {
            connection.setAutoCommit(false);
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1")) {
            rows.next();
        }
        if (how == 2) {
            connection.createStatement().executeQuery("SELECT 1").next(); // left open
        }
    }

    /** Begins late: a class that the JVM could not initialise for want of memory stays dead, whoever needs it. */
    private void fill(SplittableRandom random) {
        while (!stop && (leases.get() < WARM || pool.statistics().waits() == 0)) {
            Thread.yield();
        }
        while (!stop) {
            int used = 0;
            for (int size = 1 << 18; size >= 1 << 4 && used < CHUNKS; size >>= 7) {
                try {
                    while (used < CHUNKS) {
                        filling[used++] = new byte[size];
                    }
                } catch (OutOfMemoryError e) {
                    used--;
                }
            }
            fills.incrementAndGet();
            pause(random.nextLong(3_000_000));
            for (int i = 0; i < CHUNKS; i++) {
                filling[i] = null;
            }
            pause(random.nextLong(3_000_000));
        }
    }

    private static void pause(long nanos) {
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() - until < 0) {
            Thread.yield();
        }
    }

    // ---- what is left ------------------------------------------------------------------------------------------

    private List<String> look() {
        System.out.println("OutOfMemoryProbe " + database + ": " + leases + " leases, the heap was full " + fills
                + " times, " + failures + " calls failed, " + pool.statistics());
        if (failures.get() < ENOUGH) {
            return List.of(database + ": it was no test, hardly anything failed");
        }
        boolean back = Eventually.comes(PATIENCE, () -> {
            PoolStatistics now = pool.statistics();
            return now.availableConnections() >= POOL_SIZE
                    && now.availableConnections() == now.totalConnections()
                    && now.waiting() == 0
                    && now.stuckCalls() == 0;
        });
        if (!back) {
            return List.of(database + ": a slot is lost: " + pool.statistics());
        }
        try {
            Lendable.all(pool, POOL_SIZE + 1);
        } catch (AssertionError e) {
            return List.of(database + ": " + e.getMessage());
        }
        PoolStatistics end = pool.statistics();
        return end.poolHits() + end.poolMisses() >= leases.get()
                ? List.of()
                : List.of(database + ": fewer leases were counted than were given: " + end);
    }

    private static List<String> closed(String database, DatabaseConnectionPool pool) {
        pool.close();
        PoolStatistics end = pool.statistics();
        long closed =
                end.closedByCause().values().stream().mapToLong(Long::longValue).sum();
        return end.totalConnections() == 0 && end.totalCreated() == closed
                ? List.of()
                : List.of(database + ": opened is not closed after the close: " + end);
    }
}
