package io.rockpool.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import javax.sql.DataSource;

/**
 * A crowd on a few idle connections: how soon all are done, and how many connections the pool opens for them.
 *
 * <p>50 threads ask at one moment, 5 connections are idle, a query takes 2 ms, opening 150 ms, and 50 are allowed: five
 * connections serve all in 20 ms, long before a new one could be open. A round has a new pool; the subjects take turns.
 * Source: docs/benchmarks/README.md.
 */
final class SpikeBenchmark implements Benchmark {

    static final String CASE = "50on5";

    /** Who asks for what. */
    record Crowd(int threads, int idle, int most, Duration opening, Duration query, Duration afterwards) {
        static final Crowd FIFTY_ON_FIVE =
                new Crowd(50, 5, 50, Duration.ofMillis(150), Duration.ofMillis(2), Duration.ofSeconds(1));

        double idealMillis() {
            return Math.ceil((double) threads / idle) * query.toNanos() / 1e6;
        }
    }

    /** Rounds that count, and the time for all of them. */
    record Effort(int rounds, Duration limit) {
        static final Effort FULL = new Effort(5, Duration.ofMinutes(4));
        static final Effort QUICK = new Effort(2, Duration.ofSeconds(36));
    }

    /** What became of one crowd: all done after so long; connections opened or under way then, and later. */
    private record Round(double allDoneMillis, int connections, int later) {}

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int WARM_UPS = 5;

    private static final Duration QUIET = Duration.ofMillis(150);

    @Override
    public List<String> cases() {
        return List.of(CASE);
    }

    @Override
    public void run(Selection only, boolean quick, Report report) throws Exception {
        List<String> subjects = Peers.names().stream()
                .filter(name -> !name.endsWith(Peers.SAFE))
                .toList();
        if (only.includes(CASE, true)) {
            measure(Crowd.FIFTY_ON_FIVE, quick ? Effort.QUICK : Effort.FULL, subjects, report);
        }
    }

    void measure(Crowd crowd, Effort effort, List<String> subjects, Report report) throws Exception {
        Map<String, List<Round>> rounds = new LinkedHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(crowd.threads());
        try {
            for (String subject : subjects) {
                warmUp(subject, crowd, threads);
            }
            Budget budget = new Budget(effort.limit());
            for (int i = 0; i < effort.rounds() && budget.another(); i++) { // a round is a step
                for (int k = 0; k < subjects.size(); k++) {
                    String subject = subjects.get((i + k) % subjects.size());
                    rounds.computeIfAbsent(subject, name -> new ArrayList<>()).add(round(subject, crowd, threads));
                }
            }
        } finally {
            threads.shutdownNow();
        }
        tell(crowd, rounds, report);
    }

    // ---- measure -----------------------------------------------------------------------------------------------

    /** Loads and compiles: a few crowds on one pool. */
    private static void warmUp(String subject, Crowd crowd, ExecutorService threads) throws Exception {
        SpikeDatabase database = new SpikeDatabase(crowd.opening(), crowd.query());
        String url = ScriptedDriver.serve(database);
        try (OpenPool pool = Peers.open(subject, new Shape(url, crowd.idle(), crowd.most(), TIMEOUT))) {
            for (int i = 0; i < WARM_UPS; i++) {
                rush(pool.dataSource(), crowd, threads);
            }
        } finally {
            ScriptedDriver.forget(url);
        }
    }

    private static Round round(String subject, Crowd crowd, ExecutorService threads) throws Exception {
        SpikeDatabase database = new SpikeDatabase(crowd.opening(), crowd.query());
        String url = ScriptedDriver.serve(database);
        try (OpenPool pool = Peers.open(subject, new Shape(url, crowd.idle(), crowd.most(), TIMEOUT))) {
            fill(subject, pool.dataSource(), database, crowd.idle());
            int before = database.asked() - crowd.idle(); // a pool may have opened one to try, and closed it
            double millis = rush(pool.dataSource(), crowd, threads);
            int connections = database.asked() - before;
            Pause.nanos(crowd.afterwards().toNanos());
            return new Round(millis, connections, database.asked() - before);
        } finally {
            ScriptedDriver.forget(url);
        }
    }

    /** Until the idle connections are there: by the pool itself, by a first borrow, or else by being borrowed at once. */
    private static void fill(String subject, DataSource pool, SpikeDatabase database, int idle) throws SQLException {
        for (int atOnce : new int[] {0, 1, idle}) {
            borrow(pool, atOnce);
            if (opens(database, idle)) {
                return;
            }
        }
        throw new IllegalStateException(
                subject + " has " + database.live() + " connections before the crowd comes, not " + idle);
    }

    private static void borrow(DataSource pool, int atOnce) throws SQLException {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < atOnce; i++) {
            all.add(pool.getConnection());
        }
        for (Connection connection : all) {
            connection.close();
        }
    }

    /** Whether they are open once nothing has been opened for a while. */
    private static boolean opens(SpikeDatabase database, int idle) {
        int before = -1;
        while (before != database.opened() || database.opened() < database.asked()) {
            before = database.opened();
            Pause.nanos(QUIET.toNanos());
        }
        return database.live() == idle;
    }

    /** The time from the start of all to the end of the last, in milliseconds. */
    private static double rush(DataSource pool, Crowd crowd, ExecutorService threads) throws Exception {
        CountDownLatch ready = new CountDownLatch(crowd.threads());
        CountDownLatch start = new CountDownLatch(1);
        Callable<Long> work = () -> {
            ready.countDown();
            start.await();
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("select 1");
            }
            return System.nanoTime();
        };
        List<Future<Long>> ends = new ArrayList<>();
        for (int i = 0; i < crowd.threads(); i++) {
            ends.add(threads.submit(work));
        }
        ready.await();
        long began = System.nanoTime();
        start.countDown();
        long last = began;
        for (Future<Long> end : ends) {
            last = Math.max(last, result(end));
        }
        return (last - began) / 1e6;
    }

    private static long result(Future<Long> end) throws Exception {
        try {
            return end.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    // ---- tell --------------------------------------------------------------------------------------------------

    private static void tell(Crowd crowd, Map<String, List<Round>> rounds, Report report) {
        Table table = new Table("case", "subject", "all done ms", "(rounds)", "connections", "(rounds)", "later");
        rounds.forEach((subject, all) -> {
            Spread millis = spread(all, Round::allDoneMillis);
            Spread connections = spread(all, Round::connections);
            Spread later = spread(all, Round::later);
            report.add(CASE, subject, "all_done_ms", millis.median(), "ms");
            report.add(CASE, subject, "connections", connections.median(), "connections");
            report.add(CASE, subject, "connections_1s_later", later.median(), "connections");
            table.row(
                    CASE,
                    subject,
                    String.format(Locale.ROOT, "%.1f", millis.median()),
                    String.format(Locale.ROOT, "(%.1f to %.1f)", millis.low(), millis.high()),
                    String.format(Locale.ROOT, "%.0f", connections.median()),
                    String.format(Locale.ROOT, "(%.0f to %.0f)", connections.low(), connections.high()),
                    String.format(Locale.ROOT, "%.0f", later.median()));
        });
        report.print(table);
        report.print("");
        report.print(String.format(
                Locale.ROOT,
                "Medians of %d rounds (lowest and highest). %d threads at once, %d idle connections of at most %d; opening"
                        + " takes %d ms, a query %d ms.",
                rounds.values().iterator().next().size(),
                crowd.threads(),
                crowd.idle(),
                crowd.most(),
                crowd.opening().toMillis(),
                crowd.query().toMillis()));
        report.print(String.format(
                Locale.ROOT,
                "connections: opened in all and under way when the last thread is done; later: %d ms after. The idle"
                        + " connections alone would need %.0f ms.",
                crowd.afterwards().toMillis(),
                crowd.idealMillis()));
    }

    private static Spread spread(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return Spread.of(rounds.stream().mapToDouble(figure).boxed().toList());
    }
}
