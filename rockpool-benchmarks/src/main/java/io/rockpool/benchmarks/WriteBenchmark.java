package io.rockpool.benchmarks;

import io.rockpool.benchmarks.SqliteLoads.Case;
import io.rockpool.benchmarks.SqliteLoads.Effort;
import io.rockpool.benchmarks.SqliteLoads.Metric;
import io.rockpool.benchmarks.SqlitePools.Durability;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Single-row INSERT and UPDATE by turns in autocommit, by plain JDBC, on SQLite.
 *
 * <p>Threads: one. Source: {@link SqliteLoads}; docs/benchmarks/sqlite.md.
 */
final class WriteBenchmark implements Benchmark {

    static final List<Case> CASES = List.of(
            writers("power-t16", Durability.POWER, 16),
            writers("power-t32", Durability.POWER, 32),
            writers("process-t16", Durability.PROCESS, 16),
            writers("process-t1", Durability.PROCESS, 1));

    private static final List<Metric> METRICS = List.of(
            new Metric("writes_per_s", "tx_per_s", "tx/s", "%,.0f"),
            new Metric("write_p99_ms", "p99_ms", "ms", "%.2f"),
            new Metric("write_max_ms", "max_ms", "ms", "%.1f"),
            new Metric(SqliteLoads.TX_PER_SYNC, SqliteLoads.TX_PER_SYNC, "tx/sync", "%,.2f"),
            new Metric("busy_errors", "busy_errors", "errors", "%,.0f"));

    private static final Effort FULL = new Effort(
            3, Duration.ofSeconds(1), Duration.ofSeconds(4), Duration.ofMillis(1_500), Duration.ofMinutes(8));
    private static final Effort QUICK = new Effort(
            1, Duration.ofMillis(300), Duration.ofMillis(900), Duration.ofMillis(250), Duration.ofSeconds(42));

    private static Case writers(String name, Durability durability, int writers) {
        return new Case(name, durability, writers, 0, Duration.ZERO);
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
        measure(cases, SqliteLoads.SUBJECTS, quick ? QUICK : FULL, temporary, report);
    }

    static void measure(List<Case> cases, List<String> subjects, Effort effort, Path temporary, Report report)
            throws Exception {
        SqliteLoads loads = new SqliteLoads(cases, subjects, effort, report);
        loads.measure(temporary);
        loads.tell(METRICS);
        loads.tellCounting();
        report.print("Medians of the rounds (lowest and highest). power: synchronous FULL; process: NORMAL. A wait that"
                + " is open at the end counts with its age. tx_per_sync: by strace, in a run of its own.");
        report.print(
                "HikariCP: 10 connections (-one: 1; -split: 1 that writes). Rockpool: 32 leases on one writer. All the same"
                        + " pragmas, busy timeout 30 s; -immediate: transactions begin so, which autocommit does by itself.");
    }
}
