package io.rockpool.benchmarks;

import io.rockpool.benchmarks.CycleBenchmark.Case;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The forks measured so far, by case and subject, and their table. Threads: one. */
final class CycleFigures {

    private final Map<Case, Map<String, List<CycleFork>>> forks = new HashMap<>();

    void add(Case c, String subject, CycleFork fork) {
        forks.computeIfAbsent(c, any -> new LinkedHashMap<>())
                .computeIfAbsent(subject, any -> new ArrayList<>())
                .add(fork);
    }

    /** Prints the table and adds the medians to the report. */
    void tell(List<Case> cases, Report report) {
        Table table = new Table("case", "subject", "ops/us", "(of forks)", "ns of a core", "B/op", "rockpool is");
        for (Case c : cases) {
            if (of(c, Report.ROCKPOOL).isEmpty()) {
                continue; // left out to end in time
            }
            double rockpool = spread(c, Report.ROCKPOOL, CycleFork::opsPerMicro).median();
            Peers.names().stream()
                    .filter(subject -> !of(c, subject).isEmpty())
                    .forEach(subject -> row(c, subject, rockpool, table, report));
        }
        report.print("");
        report.print(table);
        report.print("");
        report.print("ns of a core: the processor time of one cycle, with as many cores as threads can use."
                + " rockpool is: so many times as fast.");
        report.print("Each as it comes, with a fixed size; -safe: with as much of Rockpool's safety as the peer has."
                + " ParallelGC, 1 GB.");
    }

    private List<CycleFork> of(Case c, String subject) {
        return forks.getOrDefault(c, Map.of()).getOrDefault(subject, List.of());
    }

    private void row(Case c, String subject, double rockpool, Table table, Report report) {
        Spread speed = spread(c, subject, CycleFork::opsPerMicro);
        double bytes = spread(c, subject, CycleFork::bytesPerOp).median();
        int cores = Math.min(c.threads(), Runtime.getRuntime().availableProcessors());
        report.add(c.name(), subject, "ops_per_us", speed.median(), "ops/us");
        report.add(c.name(), subject, "bytes_per_op", bytes, "B/op");
        table.row(
                c.name(),
                subject,
                String.format(Locale.ROOT, "%.2f", speed.median()),
                String.format(
                        Locale.ROOT,
                        "(%.2f to %.2f of %d)",
                        speed.low(),
                        speed.high(),
                        of(c, subject).size()),
                String.format(Locale.ROOT, "%.1f", cores * 1_000 / speed.median()),
                String.format(Locale.ROOT, "%.0f", bytes),
                subject.equals(Report.ROCKPOOL) ? "" : String.format(Locale.ROOT, "%.2fx", rockpool / speed.median()));
    }

    private Spread spread(Case c, String subject, ToDoubleFunction<CycleFork> figure) {
        return Spread.of(of(c, subject).stream().map(figure::applyAsDouble).toList());
    }
}
