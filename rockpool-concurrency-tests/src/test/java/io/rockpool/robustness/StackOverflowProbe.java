package io.rockpool.robustness;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolBuilder;
import io.rockpool.PoolStatistics;
import io.rockpool.PoolTimeoutException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes each call of a pool at every depth of a nearly full stack, and looks from a fresh one what is left of the pool.
 *
 * <p>A call is first made where the stack is full, then one frame higher, and so on, until {@link #ENOUGH} calls in a row
 * were not met by an overflow: by then every call in it has been the one that failed. Runs in the test's JVM, and by
 * {@link #main} in one with other ways of compiling, whose frames are of other sizes.
 *
 * <p>Threads: one thread for each depth; the looking is done by others, so that a lock that stays behind is seen.
 * Errors: each fault found is a line of the result; a scenario ends at its first.
 */
final class StackOverflowProbe {

    private static final String NETWORK = "network";
    private static final int POOL_SIZE = 2;
    private static final int ENOUGH = 40;
    private static final int DEEPEST = 4_000;
    private static final long STACK_BYTES = 256 * 1024;
    private static final long PATIENCE_SECONDS = 20;

    /** Part of an attempt. */
    private interface Step {
        void run(Attempt attempt) throws Exception;
    }

    /** What is done from a fresh stack first, and what then from a full one. */
    private record Scenario(Step before, Step deep) {}

    /** One run of a scenario at one depth. */
    private static final class Attempt {
        final List<Connection> held = new ArrayList<>(8);
        Connection connection;
        volatile Thread deepThread;
        volatile boolean over;
        Throwable thrown;
        int toGo;
    }

    private final String database;
    private final PoolBuilder settings;
    private BareSource source; // null for SQLite
    private final int shapes;
    private final ExecutorService lookers = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "looker");
        thread.setDaemon(true);
        return thread;
    });
    private DatabaseConnectionPool pool;
    private int attempts;
    private int overflows;

    private StackOverflowProbe(String database, PoolBuilder settings, int shapes) {
        this.database = database;
        this.settings = settings;
        this.shapes = shapes;
    }

    /** Arguments: how many shapes of frames, a folder for the database file. Prints the faults; status 1 if there are any. */
    public static void main(String[] args) throws Exception {
        List<String> faults = run(Integer.parseInt(args[0]), Path.of(args[1]));
        faults.forEach(System.out::println);
        System.out.println(faults.isEmpty() ? "sound" : "unsound");
        System.out.flush();
        Runtime.getRuntime().halt(faults.isEmpty() ? 0 : 1); // at once: a thread may hang in what was found
    }

    /** Every scenario on a bare driver, as on a network, and on SQLite. */
    static List<String> run(int shapes, Path folder) throws Exception {
        List<String> faults = new ArrayList<>(new StackOverflowProbe(NETWORK, settings(), shapes).run());
        Path file = Files.createTempFile(folder, "stack", ".db");
        faults.addAll(new StackOverflowProbe("SQLite", settings().url("jdbc:sqlite:" + file), shapes).run());
        return faults;
    }

    private static PoolBuilder settings() {
        return DatabaseConnectionPool.builder()
                .poolSize(POOL_SIZE)
                .maxOverflow(0)
                .poolTimeout(Duration.ofSeconds(PATIENCE_SECONDS))
                .validationWindow(Duration.ofHours(1))
                .drainTimeout(Duration.ofSeconds(1));
    }

    private List<String> run() throws Exception {
        List<String> faults = new ArrayList<>();
        Map<String, Scenario> all = scenarios();
        for (Map.Entry<String, Scenario> scenario : all.entrySet()) {
            if (database.equals(NETWORK)) {
                source = new BareSource();
                settings.dataSource(source);
            }
            pool = settings.build();
            try {
                everyDepth(scenario.getValue());
                whole("close", this::closes);
            } catch (AssertionError | IOException e) {
                faults.add(database + ", " + scenario.getKey() + ": " + e.getMessage());
                lookers.submit(pool::close); // as far as it can be closed
            }
        }
        lookers.shutdown();
        System.out.println("StackOverflowProbe " + database + ": " + all.size() + " scenarios, " + attempts
                + " attempts, " + overflows + " met by an overflow, " + faults.size() + " faults");
        return faults;
    }

    private Map<String, Scenario> scenarios() {
        Step nothing = a -> {};
        Step borrow = a -> a.connection = pool.getConnection();
        Map<String, Scenario> all = new LinkedHashMap<>();
        all.put("borrow", new Scenario(nothing, borrow));
        all.put("borrow, query, give back", new Scenario(nothing, a -> {
            a.connection = pool.getConnection();
            query(a.connection);
            a.connection.close();
        }));
        all.put("give back", new Scenario(borrow, a -> a.connection.close()));
        all.put("query", new Scenario(borrow, a -> query(a.connection)));
        all.put(
                "give back with unfinished work",
                new Scenario(
                        a -> {
                            borrow.run(a);
                            a.connection.setAutoCommit(false);
                            a.connection.createStatement().executeQuery("SELECT 1");
                        },
                        a -> a.connection.close()));
        all.put("transaction", new Scenario(nothing, a -> DatabaseConnection.run(pool, this::query)));
        all.put("abort", new Scenario(borrow, a -> a.connection.abort(Runnable::run)));
        all.put("borrow that waits", new Scenario(this::holdAllForAMoment, borrow));
        all.put("borrow that is refused", new Scenario(this::holdAll, this::isRefused));
        all.put("evict", new Scenario(nothing, a -> pool.evict()));
        all.put("evict with a lease", new Scenario(borrow, a -> pool.evict()));
        all.put("suspend and resume", new Scenario(nothing, a -> {
            pool.suspend();
            pool.resume();
        }));
        all.put("resize", new Scenario(nothing, a -> pool.resize(POOL_SIZE, 0)));
        all.put("statistics", new Scenario(nothing, a -> pool.statistics().toMap()));
        return all;
    }

    private void query(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1")) {
            rows.next();
        }
    }

    // ---- the pool is in use ------------------------------------------------------------------------------------

    private void holdAll(Attempt attempt) throws SQLException {
        for (int i = 0; i < POOL_SIZE; i++) {
            attempt.held.add(pool.getConnection());
        }
    }

    /** A thread that holds everything can only be refused. */
    private void isRefused(Attempt attempt) throws SQLException {
        try {
            attempt.connection = pool.getConnection();
        } catch (SQLException e) {
            if (e instanceof PoolTimeoutException) {
                return;
            }
            throw e;
        }
        throw new AssertionError("lent more than there is");
    }

    /** Somebody else holds everything, until the deep borrow sleeps or is over. */
    private void holdAllForAMoment(Attempt attempt) throws Exception {
        List<Connection> taken = new ArrayList<>();
        within("the other's borrow", () -> {
            for (int i = 0; i < POOL_SIZE; i++) {
                taken.add(pool.getConnection());
            }
            return null;
        });
        lookers.submit(() -> {
            while (!attempt.over && !sleeps(attempt.deepThread)) {
                Thread.onSpinWait();
            }
            for (Connection connection : taken) {
                connection.close();
            }
            return null;
        });
    }

    private static boolean sleeps(Thread thread) {
        return thread != null && thread.getState() == Thread.State.TIMED_WAITING;
    }

    // ---- the depths --------------------------------------------------------------------------------------------

    private void everyDepth(Scenario scenario) throws Exception {
        for (int shape = 0; shape < shapes; shape++) {
            int spared = 0;
            for (int above = 0; spared < ENOUGH; above++) {
                if (above > DEEPEST) {
                    throw new IOException("the call fails at every depth");
                }
                Throwable thrown = attempt(scenario, above, shape);
                spared = thrown == null ? spared + 1 : 0;
            }
        }
    }

    private Throwable attempt(Scenario scenario, int above, int shape) throws Exception {
        attempts++;
        Attempt attempt = new Attempt();
        Thread thread = new Thread(null, () -> deep(scenario, attempt, above, shape), "deep", STACK_BYTES);
        thread.setUncaughtExceptionHandler((t, e) -> {}); // what the pool reports there is an overflow each time
        thread.start();
        thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        String where = above + " frames above the end of the stack, shape " + shape + ", after " + attempt.thrown;
        if (thread.isAlive()) {
            throw new AssertionError(where + ": the call hangs at " + List.of(thread.getStackTrace()));
        }
        if (attempt.thrown != null) {
            overflows++;
        }
        whole(where, () -> closesAll(attempt));
        whole(where, this::isWhole);
        return attempt.thrown;
    }

    private void deep(Scenario scenario, Attempt attempt, int above, int shape) {
        try {
            scenario.before().run(attempt);
            attempt.deepThread = Thread.currentThread();
            descend(attempt, above, shape, scenario.deep());
        } catch (Throwable t) {
            attempt.thrown = t;
        }
        attempt.over = true;
    }

    /** Down to the end of the stack; on the way back up the call is made in the frame that is to make it. */
    private static void descend(Attempt attempt, int above, int shape, Step step) {
        try {
            descend(attempt, above, shape, step);
        } catch (StackOverflowError e) { // only in the last frame: what the call throws goes no further than its own
            attempt.toGo = above;
        }
        if (attempt.toGo-- == 0) {
            try {
                make(attempt, shape, step);
            } catch (Throwable t) {
                attempt.thrown = t;
            }
        }
    }

    /** In frames of other sizes the end of the stack comes at other places of the call. */
    private static void make(Attempt attempt, int shape, Step step) throws Exception {
        switch (shape) {
            case 0 -> step.run(attempt);
            case 1 -> padded(step, attempt, 1);
            case 2 -> padded(step, attempt, 1, 2, 3);
            default -> padded(step, attempt, 1, 2, 3, 4, 5);
        }
    }

    private static void padded(Step step, Attempt attempt, long a) throws Exception {
        step.run(attempt);
    }

    private static void padded(Step step, Attempt attempt, long a, long b, long c) throws Exception {
        step.run(attempt);
    }

    private static void padded(Step step, Attempt attempt, long a, long b, long c, long d, long e) throws Exception {
        step.run(attempt);
    }

    // ---- what is left ------------------------------------------------------------------------------------------

    /** A give back that overflowed before it took effect is repeated; one that took effect does nothing. */
    private String closesAll(Attempt attempt) throws SQLException {
        pool.resume();
        if (attempt.connection != null) {
            attempt.connection.close();
        }
        for (Connection connection : attempt.held) {
            connection.close();
        }
        return null;
    }

    /** Null, or what is wrong; what the housekeeper finishes may take it some ticks. */
    private String isWhole() {
        boolean back = Eventually.comes(Duration.ofSeconds(PATIENCE_SECONDS / 2), () -> {
            PoolStatistics now = pool.statistics();
            return now.availableConnections() == POOL_SIZE
                    && now.totalConnections() == POOL_SIZE
                    && (source == null || source.live() == POOL_SIZE);
        });
        if (!back) {
            String open = source == null ? "" : source.live() + " connections are open, ";
            return "a slot is lost: " + open + pool.statistics();
        }
        Lendable.all(pool, POOL_SIZE);
        return null;
    }

    private String closes() {
        pool.close();
        PoolStatistics end = pool.statistics();
        long closed =
                end.closedByCause().values().stream().mapToLong(Long::longValue).sum();
        if (end.totalConnections() != 0 || end.totalCreated() != closed) {
            return "after the close, opened is not closed: " + end;
        }
        return source == null || source.live() == 0 ? null : source.live() + " connections stay open: " + end;
    }

    private void whole(String where, Callable<String> look) throws Exception {
        String fault;
        try {
            fault = within(where, look);
        } catch (ExecutionException e) {
            throw new AssertionError(where + ": " + e.getCause(), e);
        }
        if (fault != null) {
            throw new AssertionError(where + ": " + fault);
        }
    }

    private <V> V within(String where, Callable<V> look) throws Exception {
        try {
            return lookers.submit(look).get(2 * PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(where + ": a look from a fresh stack hangs; a lock was left behind", e);
        }
    }
}
