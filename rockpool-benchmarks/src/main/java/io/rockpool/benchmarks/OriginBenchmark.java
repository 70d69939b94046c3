package io.rockpool.benchmarks;

import io.rockpool.PoolStatistics;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * The origin's own benchmark: a connection opened for each request against a pool, alone and with ten threads.
 *
 * <p>A round gives each subject a fixed number of requests, in turns; the response time of a request is what its thread
 * sees of it. Those that open do a fraction of the others' requests, so that a round of each takes a like time. Source:
 * docs/benchmarks/origin.md.
 */
final class OriginBenchmark implements Benchmark {

    /** As many as the origin used, and as its pool has connections. */
    static final int THREADS = 10;

    private static final String OPEN = "open-per-request";

    /** The cases: their names and threads. */
    private enum Case {
        SINGLE(1),
        CONCURRENT(THREADS);

        private final int threads;

        Case(int threads) {
            this.threads = threads;
        }

        private String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Rounds that do not count, rounds that do, the requests of a round, opening and pooled, and the time for all. */
    record Effort(int warmups, int rounds, int opening, int pooled, Duration limit) {
        static final Effort FULL = new Effort(3, 15, 5_000, 100_000, Duration.ofSeconds(170));
        static final Effort QUICK = new Effort(2, 9, 1_500, 40_000, Duration.ofSeconds(44));
    }

    /** What one round of one subject in one case took. */
    private record Round(double meanMicros, double opsPerSecond) {}

    @Override
    public List<String> cases() {
        return Stream.of(Case.values()).map(Case::label).toList();
    }

    @Override
    public void run(Selection only, boolean quick, Report report) throws Exception {
        run(only, quick ? Effort.QUICK : Effort.FULL, Path.of(System.getProperty("java.io.tmpdir")), report);
    }

    void run(Selection only, Effort effort, Path temporary, Report report) throws Exception {
        List<Case> cases = Stream.of(Case.values())
                .filter(c -> only.includes(c.label(), true))
                .toList();
        try (TemporaryFolder folder = TemporaryFolder.in(temporary, "rockpool-origin")) {
            compare(cases, effort, folder.path(), report);
        }
    }

    private static void compare(List<Case> cases, Effort effort, Path folder, Report report) throws Exception {
        List<OriginSubject> subjects = OriginSubject.all(folder);
        ExecutorService workers = Executors.newFixedThreadPool(THREADS);
        try {
            Budget budget = new Budget(effort.limit());
            rounds(cases, effort.warmups(), budget, effort, subjects, workers);
            PoolStatistics before = rockpool(subjects).statistics();
            Map<String, List<Round>> rounds = rounds(cases, effort.rounds(), budget, effort, subjects, workers);
            PoolStatistics after = rockpool(subjects).statistics();
            tell(cases, subjects, rounds, before, after, report);
        } catch (Throwable t) {
            OriginSubject.closeAll(subjects, t);
            throw t;
        } finally {
            workers.shutdown();
        }
        OriginSubject.closeAll(subjects, null);
    }

    private static OriginSubject.Rockpool rockpool(List<OriginSubject> subjects) {
        return subjects.stream()
                .filter(OriginSubject.Rockpool.class::isInstance)
                .map(OriginSubject.Rockpool.class::cast)
                .findFirst()
                .orElseThrow();
    }

    // ---- measure -----------------------------------------------------------------------------------------------

    /** By case and subject. Each round begins with another subject, so that none always follows the same one. */
    private static Map<String, List<Round>> rounds(
            List<Case> cases,
            int rounds,
            Budget budget,
            Effort effort,
            List<OriginSubject> subjects,
            ExecutorService workers)
            throws Exception {
        Map<String, List<Round>> measured = new HashMap<>();
        for (int i = 0; i < rounds && (budget.another() || i == 0); i++) {
            for (Case c : cases) {
                for (int k = 0; k < subjects.size(); k++) {
                    OriginSubject subject = subjects.get((i + k) % subjects.size());
                    int requests = subject.opens() ? effort.opening() : effort.pooled();
                    measured.computeIfAbsent(key(c, subject.name()), s -> new ArrayList<>())
                            .add(round(subject, c.threads, requests, workers));
                }
            }
        }
        return measured;
    }

    private static String key(Case c, String subject) {
        return c + " " + subject;
    }

    private static Round round(OriginSubject subject, int threads, int requests, ExecutorService workers)
            throws Exception {
        int share = Math.max(1, requests / threads);
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Callable<long[]>> work = new ArrayList<>();
        for (int worker = 0; worker < threads; worker++) {
            int number = worker;
            work.add(() -> {
                start.await();
                return work(subject, number, share);
            });
        }
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        long sum = 0;
        for (Future<long[]> time : workers.invokeAll(work)) {
            long[] fromTo = result(time);
            first = Math.min(first, fromTo[0]);
            last = Math.max(last, fromTo[1]);
            sum += fromTo[1] - fromTo[0];
        }
        double all = (double) share * threads;
        return new Round(sum / all / 1_000, all / ((last - first) / 1e9));
    }

    private static long[] result(Future<long[]> time) throws Exception {
        try {
            return time.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /** When it began and when it ended, in nanoseconds. */
    private static long[] work(OriginSubject subject, int worker, int requests) throws SQLException {
        long from = System.nanoTime();
        for (int i = 0; i < requests; i++) {
            int active = subject.activeEmployees(worker);
            if (active != OriginSubject.ACTIVE) {
                throw new IllegalStateException(
                        subject.name() + " counted " + active + " active employees, not " + OriginSubject.ACTIVE);
            }
        }
        return new long[] {from, System.nanoTime()};
    }

    // ---- tell --------------------------------------------------------------------------------------------------

    private static void tell(
            List<Case> cases,
            List<OriginSubject> subjects,
            Map<String, List<Round>> rounds,
            PoolStatistics before,
            PoolStatistics after,
            Report report) {
        Table table = new Table("case", "subject", "mean us", "(rounds)", "ops/s", "time saved", "throughput gain");
        for (Case c : cases) {
            Result open = Result.of(rounds, c, OPEN);
            for (OriginSubject subject : subjects) {
                Result result = Result.of(rounds, c, subject.name());
                row(c, subject, result, open, table, report);
            }
            Result rockpool = Result.of(rounds, c, Report.ROCKPOOL);
            report.add(c.label(), Report.ROCKPOOL, "time_saved_percent", rockpool.timeSaved(open), "%");
            report.add(c.label(), Report.ROCKPOOL, "throughput_gain_percent", rockpool.throughputGain(open), "%");
            report.add(c.label(), Report.ROCKPOOL, "hit_ratio", hitRatio(before, after), "%");
        }
        report.print(table);
        report.print("");
        report.print(String.format(
                Locale.ROOT,
                "rockpool's hit ratio over the rounds: %.3f %% (%d connections opened since its start).",
                hitRatio(before, after),
                after.totalCreated()));
        report.print("Medians of " + Result.count(rounds)
                + " rounds (lowest and highest); savings and gains are against " + OPEN + ".");
        notes(report);
    }

    private static void notes(Report report) {
        report.print(
                "open-per-request is as the origin did it: nothing else has the file open, so that each close may be the"
                        + " last, and SQLite then clears the WAL away. With -keeper one more connection stays open, which");
        report.print("spares it that. Both pools: 10 connections, the same pragmas. raw: an open connection and a ready"
                + " statement for each thread, no transaction; no pool that prepares its statements can reach it.");
        report.print("mean us: the response time that a thread sees; with " + THREADS
                + " threads it holds the wait for a" + " core.");
    }

    private static void row(Case c, OriginSubject subject, Result result, Result open, Table table, Report report) {
        report.add(c.label(), subject.name(), "mean_us", result.mean().median(), "us");
        report.add(c.label(), subject.name(), "ops_per_s", result.ops().median(), "ops/s");
        boolean itself = subject.name().equals(OPEN);
        table.row(
                c.label(),
                subject.name(),
                String.format(Locale.ROOT, "%.2f", result.mean().median()),
                String.format(
                        Locale.ROOT,
                        "(%.2f to %.2f)",
                        result.mean().low(),
                        result.mean().high()),
                String.format(Locale.ROOT, "%,.0f", result.ops().median()),
                itself ? "" : String.format(Locale.ROOT, "%.2f %%", result.timeSaved(open)),
                itself ? "" : String.format(Locale.ROOT, "%+,.0f %%", result.throughputGain(open)));
    }

    private static double hitRatio(PoolStatistics before, PoolStatistics after) {
        long hits = after.poolHits() - before.poolHits();
        long misses = after.poolMisses() - before.poolMisses();
        return hits + misses == 0 ? 0 : 100.0 * hits / (hits + misses);
    }

    /** A subject's figures in one case. */
    private record Result(Spread mean, Spread ops) {

        static Result of(Map<String, List<Round>> rounds, Case c, String subject) {
            List<Round> of = rounds.getOrDefault(key(c, subject), List.of());
            return new Result(
                    Spread.of(of.stream().map(Round::meanMicros).toList()),
                    Spread.of(of.stream().map(Round::opsPerSecond).toList()));
        }

        static int count(Map<String, List<Round>> rounds) {
            return rounds.values().iterator().next().size();
        }

        double timeSaved(Result open) {
            return 100 * (1 - mean.median() / open.mean().median());
        }

        double throughputGain(Result open) {
            return 100 * (ops.median() / open.ops().median() - 1);
        }
    }
}
