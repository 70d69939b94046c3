package io.rockpool.benchmarks;

import io.rockpool.benchmarks.SqliteLoads.Case;
import io.rockpool.benchmarks.SqliteLoads.Effort;
import io.rockpool.benchmarks.SqliteLoads.Metric;
import io.rockpool.benchmarks.SqlitePools.Durability;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sixteen threads that write as in {@link WriteBenchmark} and four that read by primary key, on one SQLite file.
 *
 * <p>Threads: one. Source: {@link SqliteLoads}; docs/benchmarks/sqlite.md.
 */
final class MixedBenchmark implements Benchmark {

    private static final Duration PACE = Duration.ofMillis(1);

    static final List<Case> CASES = List.of(
            new Case("process-paced", Durability.PROCESS, 16, 4, PACE),
            new Case("process-unpaced", Durability.PROCESS, 16, 4, Duration.ZERO),
            new Case("power-paced", Durability.POWER, 16, 4, PACE));

    private static final List<String> SUBJECTS = Stream.concat(
                    SqliteLoads.SUBJECTS.stream(), Stream.of(SqlitePools.WIDE))
            .toList();

    private static final List<Metric> METRICS = List.of(
            metric("writes_per_s", "writes/s", "%,.0f"),
            metric("reads_per_s", "reads/s", "%,.0f"),
            metric("write_p999_ms", "ms", "%.2f"),
            metric("write_max_ms", "ms", "%.1f"),
            metric("read_p99_ms", "ms", "%.3f"),
            metric("busy_errors", "errors", "%,.0f"));

    private static final Effort FULL =
            new Effort(3, Duration.ofSeconds(1), Duration.ofSeconds(8), Duration.ZERO, Duration.ofMinutes(10));
    private static final Effort QUICK =
            new Effort(1, Duration.ofMillis(1_000), Duration.ofMillis(800), Duration.ZERO, Duration.ofSeconds(42));

    private static Metric metric(String name, String unit, String format) {
        return new Metric(name, name, unit, format);
    }

    @Override
    public List<String> cases() {
        return CASES.stream().map(Case::name).toList();
    }

    @Override
    public void run(Selection only, boolean quick, Report report) throws Exception {
        List<Case> cases =
                CASES.stream().filter(c -> only.includes(c.name(), true)).toList();
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        measure(cases, SUBJECTS, quick ? QUICK : FULL, temporary, report);
    }

    static void measure(List<Case> cases, List<String> subjects, Effort effort, Path temporary, Report report)
            throws Exception {
        SqliteLoads loads = new SqliteLoads(cases, subjects, effort, report);
        loads.measure(temporary);
        loads.tell(METRICS);
        report.print(
                "Medians of the rounds (lowest and highest). 16 threads write, 4 read by primary key; paced: a reader"
                        + " waits 1 ms after each read. A wait that is open at the end counts with its age.");
        report.print(
                "HikariCP: 10 connections (-32: 32; -one: 1; -split: 1 that writes and 9 that read). Rockpool: 32 leases"
                        + " on one writer and four readers, or as many as there are cores. All the same pragmas, busy"
                        + " timeout 30 s. power: synchronous FULL; process: NORMAL.");
    }
}
