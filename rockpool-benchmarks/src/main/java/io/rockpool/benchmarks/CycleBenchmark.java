package io.rockpool.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What the pool itself costs: borrow and give back on a driver that does nothing, by JMH.
 *
 * <p>The subjects take turns, fork by fork, because forks differ more than the seconds inside one. Source: {@link
 * PoolCycle}.
 */
final class CycleBenchmark implements Benchmark {

    private static final List<String> SUBJECTS = List.of(Report.ROCKPOOL, Report.HIKARICP);

    /** A case of the table in docs/benchmarks. */
    record Case(String name, String method, int threads, int connections, boolean inQuick) {}

    private static final List<Case> CASES = List.of(
            new Case("t1", "cycle", 1, 32, true),
            new Case("t2", "cycle", 2, 32, true),
            new Case("t8", "cycle", 8, 32, false),
            new Case("t32", "cycle", 32, 32, false),
            new Case("t32s4", "cycle", 32, 4, true),
            new Case("statement-t1", "statement", 1, 32, true));

    /** How much is measured: forks, in each the iterations of so many milliseconds, and the time for all of it. */
    record Effort(int forks, int warmups, int warmupMillis, int iterations, int iterationMillis, Duration limit) {
        static final Effort FULL = new Effort(3, 3, 1_000, 5, 1_500, Duration.ofSeconds(580));
        static final Effort QUICK = new Effort(3, 2, 250, 3, 200, Duration.ofSeconds(44));
    }

    /** What one fork measured. */
    private record Fork(double opsPerMicro, double bytesPerOp) {}

    @Override
    public List<String> cases() {
        return CASES.stream().map(Case::name).toList();
    }

    @Override
    public void run(Selection only, boolean quick, Report report) throws RunnerException {
        List<Case> cases = CASES.stream()
                .filter(c -> only.includes(c.name(), c.inQuick() || !quick))
                .toList();
        run(cases, quick ? Effort.QUICK : Effort.FULL, report);
    }

    void run(List<Case> cases, Effort effort, Report report) throws RunnerException {
        Map<String, List<Fork>> forks = new HashMap<>();
        Budget budget = new Budget(effort.limit());
        int rounds = 0;
        while (rounds < effort.forks() && budget.another()) {
            rounds++;
            report.print("fork " + rounds + " of " + effort.forks() + " for each of " + cases.size() + " cases ...");
            for (Case c : cases) {
                for (String subject : SUBJECTS) {
                    forks.computeIfAbsent(key(c, subject), s -> new ArrayList<>())
                            .add(fork(c, subject, effort));
                }
            }
        }
        Table table = new Table("case", "subject", "ops/us", "(forks)", "ns of a core", "B/op", "rockpool/hikaricp");
        cases.forEach(c -> add(c, forks, table, report));
        report.print("");
        report.print(table);
        report.print("");
        report.print("Medians of " + rounds + " forks (lowest and highest), " + effort.iterations() + " x "
                + effort.iterationMillis()
                + " ms each, ParallelGC, 1 GB. Both pools have their defaults and a fixed size.");
        report.print("ns of a core: the processor time of one cycle, with as many cores as threads can use.");
        if (rounds < effort.forks()) {
            report.print("The machine is busy: " + (effort.forks() - rounds) + " of " + effort.forks()
                    + " forks were left out to end in time. Run again when it is quiet.");
        }
    }

    private static String key(Case c, String subject) {
        return c.name() + " " + subject;
    }

    private static void add(Case c, Map<String, List<Fork>> forks, Table table, Report report) {
        double ratio = speed(c, Report.ROCKPOOL, forks).median()
                / speed(c, Report.HIKARICP, forks).median();
        int cores = Math.min(c.threads(), Runtime.getRuntime().availableProcessors());
        for (String subject : SUBJECTS) {
            Spread speed = speed(c, subject, forks);
            double bytes = spread(c, subject, forks, Fork::bytesPerOp).median();
            report.add(c.name(), subject, "ops_per_us", speed.median(), "ops/us");
            report.add(c.name(), subject, "bytes_per_op", bytes, "B/op");
            table.row(
                    c.name(),
                    subject,
                    String.format(Locale.ROOT, "%.2f", speed.median()),
                    String.format(Locale.ROOT, "(%.2f to %.2f)", speed.low(), speed.high()),
                    String.format(Locale.ROOT, "%.1f", cores * 1_000 / speed.median()),
                    String.format(Locale.ROOT, "%.0f", bytes),
                    subject.equals(Report.ROCKPOOL) ? String.format(Locale.ROOT, "%.2fx", ratio) : "");
        }
    }

    private static Spread speed(Case c, String subject, Map<String, List<Fork>> forks) {
        return spread(c, subject, forks, Fork::opsPerMicro);
    }

    private static Spread spread(Case c, String subject, Map<String, List<Fork>> forks, ToDoubleFunction<Fork> figure) {
        return Spread.of(forks.getOrDefault(key(c, subject), List.of()).stream()
                .map(figure::applyAsDouble)
                .toList());
    }

    /** A JVM of its own, on the class path of this one. */
    private static Fork fork(Case c, String subject, Effort effort) throws RunnerException {
        Options options = new OptionsBuilder()
                .include(PoolCycle.class.getName().replace(".", "\\.") + "\\." + c.method() + "$")
                .param("subject", subject)
                .param("connections", Integer.toString(c.connections()))
                .mode(Mode.Throughput)
                .timeUnit(TimeUnit.MICROSECONDS)
                .threads(c.threads())
                .forks(1)
                .warmupIterations(effort.warmups())
                .warmupTime(TimeValue.milliseconds(effort.warmupMillis()))
                .measurementIterations(effort.iterations())
                .measurementTime(TimeValue.milliseconds(effort.iterationMillis()))
                .jvmArgs(
                        "-XX:+UseParallelGC",
                        "-Xms1g",
                        "-Xmx1g",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-Dslf4j.internal.verbosity=ERROR")
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        Collection<RunResult> results = new Runner(options).run();
        if (results.size() != 1) {
            throw new RunnerException(
                    "case " + c.name() + " of " + subject + " gave " + results.size() + " results, not 1");
        }
        RunResult result = results.iterator().next();
        Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
        return new Fork(result.getPrimaryResult().getScore(), bytes == null ? Double.NaN : bytes.getScore());
    }
}
