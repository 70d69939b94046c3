package io.rockpool.benchmarks;

import io.rockpool.benchmarks.ChildJvm.Figure;
import io.rockpool.benchmarks.WaitingCases.Case;
import io.rockpool.benchmarks.WaitingCases.Effort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the waiting cases measured, and how it is told. Threads: one. */
final class WaitingFigures {

    private final Effort effort;
    private final Map<Case, Map<String, List<Map<String, Figure>>>> rounds = new LinkedHashMap<>();
    private final Map<Case, List<String>> leftOut = new LinkedHashMap<>();

    WaitingFigures(Effort effort) {
        this.effort = effort;
    }

    void add(Case c, String subject, Map<String, Figure> figures) {
        rounds.computeIfAbsent(c, k -> new LinkedHashMap<>())
                .computeIfAbsent(subject, k -> new ArrayList<>())
                .add(figures);
    }

    /** A round that was not measured for want of time. */
    void leftOut(Case c, String subject) {
        leftOut.computeIfAbsent(c, k -> new ArrayList<>()).add(subject);
    }

    boolean isEmpty() {
        return rounds.isEmpty();
    }

    void tell(List<Case> cases, Report report) {
        for (Case c : cases) {
            Table table = new Table(
                    "case",
                    "subject",
                    "ops/s",
                    "p50 ms",
                    "p99 ms",
                    "p99.9 ms",
                    "max ms",
                    "(rounds)",
                    "max/p50",
                    "unserved",
                    "borrows a thread",
                    "timeouts",
                    "held us",
                    "cpu %",
                    "pinned");
            rounds.getOrDefault(c, Map.of()).forEach((subject, measured) -> {
                Map<String, Spread> spreads = new LinkedHashMap<>();
                measured.get(0).forEach((name, figure) -> {
                    spreads.put(name, spread(measured, name));
                    report.add(c.name(), subject, name, spread(measured, name).median(), figure.unit());
                });
                table.row(cells(c, subject, spreads));
            });
            report.print("");
            report.print(table);
            report.print(about(c));
            if (leftOut.containsKey(c)) {
                report.print("Left out to end in time: " + String.join(", ", leftOut.getOrDefault(c, List.of())) + ".");
            }
        }
    }

    private static Spread spread(List<Map<String, Figure>> rounds, String name) {
        return Spread.of(rounds.stream()
                .filter(round -> round.containsKey(name))
                .map(round -> round.get(name).value())
                .toList());
    }

    private static String[] cells(Case c, String subject, Map<String, Spread> spreads) {
        Cells cells = new Cells(spreads);
        return new String[] {
            c.name(),
            subject,
            String.format(Locale.ROOT, "%,.0f", cells.median("ops_per_us") * 1e6),
            cells.show("%.3f", "p50_wait_ms"),
            cells.show("%.2f", "p99_wait_ms"),
            cells.show("%.2f", "p999_wait_ms"),
            cells.show("%.1f", "max_wait_ms"),
            String.format(
                    Locale.ROOT,
                    "(%.1f to %.1f)",
                    cells.of("max_wait_ms").low(),
                    cells.of("max_wait_ms").high()),
            cells.show("%,.2f", "max_over_median"),
            cells.show("%,.0f", "unserved"),
            cells.show("%,.0f", "borrows_per_thread_min") + "/" + cells.show("%,.0f", "borrows_per_thread_median") + "/"
                    + cells.show("%,.0f", "borrows_per_thread_max"),
            cells.show("%,.0f", "timeouts"),
            cells.show("%.1f", "held_us"),
            cells.show("%.0f", "cpu_percent"),
            c.virtual() ? cells.show("%.0f", "pinned_events") : ""
        };
    }

    /** Medians by name, as text. */
    private record Cells(Map<String, Spread> spreads) {

        Spread of(String name) {
            Spread spread = spreads.get(name);
            if (spread == null) {
                throw new IllegalStateException("no figure " + name + " came");
            }
            return spread;
        }

        double median(String name) {
            return of(name).median();
        }

        String show(String format, String name) {
            return String.format(Locale.ROOT, format, median(name));
        }
    }

    private String about(Case c) {
        WaitingLoad load = c.load(effort);
        return String.format(
                Locale.ROOT,
                "%,d %s threads on %d connections, held %,d us (held us: really), asked again %s; %.1f s, medians of at"
                        + " most %d rounds. A wait that is open at the end counts with its age. unserved: not once,"
                        + " warm-up included. cpu: of one core.",
                load.threads(),
                load.virtual() ? "virtual" : "platform",
                load.connections(),
                load.hold().toNanos() / 1_000,
                load.pause().isZero() ? "at once" : "after " + load.pause().toNanos() / 1_000 + " us",
                load.measured().toNanos() / 1e9,
                effort.rounds());
    }
}
