package io.rockpool.benchmarks;

import io.rockpool.benchmarks.ChildJvm.Figure;
import io.rockpool.benchmarks.SqlitePools.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Measures {@link SqliteLoad}s on every subject, for {@link WriteBenchmark} and {@link MixedBenchmark}.
 *
 * <p>Each subject has a JVM and files of its own; they take turns, case by case, one at a time, and each round begins with
 * another. Syncs are counted afterwards, in JVMs that are not measured otherwise. Threads: one. Source:
 * docs/benchmarks/sqlite.md.
 */
final class SqliteLoads {

    static final List<String> SUBJECTS =
            List.of(Report.ROCKPOOL, Report.HIKARICP, SqlitePools.IMMEDIATE, SqlitePools.ONE, SqlitePools.SPLIT);

    static final String TX_PER_SYNC = "tx_per_sync";

    /** A case; {@code readerPause}: zero: readers read at once again. */
    record Case(String name, Durability durability, int writers, int readers, Duration readerPause) {

        SqliteLoad load(Duration warmUp, Duration measured) {
            return new SqliteLoad(durability, writers, readers, readerPause, warmUp, measured);
        }
    }

    /**
     * Rounds, the times of one before and while it counts, the time in which syncs are counted (zero: they are not), and
     * the time for all.
     */
    record Effort(int rounds, Duration warmUp, Duration measured, Duration counted, Duration limit) {}

    /** What is told: the figure of the program, its name and unit in the report, and how it looks in the table. */
    record Metric(String figure, String name, String unit, String format) {}

    /** Writes a second while syncs were counted. */
    private static final String COUNTED = "counted_writes_per_s";

    private static final List<String> JVM = List.of("-Xms256m", "-Xmx256m", "-XX:+UseParallelGC");

    /** What a round takes beside its time: waits that are open at its end. */
    private static final Duration BESIDE = Duration.ofMillis(300);

    /** Beyond its limit a JVM hangs by that much. */
    private static final Duration HUNG = Duration.ofSeconds(90);

    private final List<Case> cases;
    private final List<String> subjects;
    private final Effort effort;
    private final Report report;
    private final Rounds rounds = new Rounds();
    private final List<String> leftOut = new ArrayList<>();
    private final long end;

    SqliteLoads(List<Case> cases, List<String> subjects, Effort effort, Report report) {
        this.cases = cases;
        this.subjects = subjects;
        this.effort = effort;
        this.report = report;
        this.end = System.nanoTime() + effort.limit().toNanos();
    }

    // ---- measure -----------------------------------------------------------------------------------------------

    void measure(Path temporary) throws IOException, InterruptedException, SQLException {
        try (TemporaryFolder folder = TemporaryFolder.in(temporary, "rockpool-load")) {
            boolean reads = cases.stream().anyMatch(c -> c.readers() > 0);
            Path template = SqliteFiles.create(folder.path(), reads ? SqliteFiles.ITEMS : 0);
            rounds(template);
            if (!effort.counted().isZero()) {
                countSyncs(template);
            }
        }
    }

    private void rounds(Path template) throws IOException {
        try (Children children = new Children()) {
            for (String subject : subjects) {
                children.start(subject, template, null);
            }
            children.awaitReady();
            report.print(SqliteFiles.syncCost(template)); // when the copies are on the disk
            for (int i = 0; i < effort.rounds(); i++) {
                report.print("round " + (i + 1) + " of " + effort.rounds() + " ...");
                for (Case c : cases) {
                    for (int k = 0; k < subjects.size(); k++) {
                        roundOrLeaveOut(c, subjects.get((i + k) % subjects.size()), children);
                    }
                }
            }
        }
    }

    /** The first one is always measured. */
    private void roundOrLeaveOut(Case c, String subject, Children children) throws IOException {
        if (rounds.isEmpty() || fits(effort.warmUp().plus(effort.measured()))) {
            rounds.add(
                    c.name(),
                    subject,
                    children.of(subject)
                            .ask(c.load(effort.warmUp(), effort.measured()).order()));
        } else {
            leftOut.add(c.name() + " of " + subject);
        }
    }

    private boolean fits(Duration round) {
        return System.nanoTime() + round.plus(BESIDE).toNanos() - end <= 0;
    }

    /** Of all writes of an order, its warm-up included, over all syncs meanwhile, those of checkpoints included. */
    private void countSyncs(Path template) throws IOException, InterruptedException {
        if (!SyncCounter.works()) {
            report.print(
                    TX_PER_SYNC + " is left out: it is counted by strace, which is not here, knows no --seccomp-bpf"
                            + " (5.3 does), or may not trace.");
            return;
        }
        report.print("counting syncs ...");
        try (Children children = new Children()) {
            Map<String, SyncCounter> counters = new LinkedHashMap<>();
            for (String subject : subjects) {
                SyncCounter counter = new SyncCounter(template.resolveSibling(subject + ".syncs"));
                counters.put(subject, counter);
                children.start(subject, template, counter);
            }
            children.awaitReady();
            for (Case c : cases) {
                for (Map.Entry<String, SyncCounter> counted : counters.entrySet()) {
                    countOrLeaveOut(c, counted.getKey(), counted.getValue(), children);
                }
            }
        }
    }

    private void countOrLeaveOut(Case c, String subject, SyncCounter counter, Children children) throws IOException {
        if (!fits(effort.counted())) {
            leftOut.add(TX_PER_SYNC + " in " + c.name() + " of " + subject);
            return;
        }
        SqliteLoad load = c.load(Duration.ZERO, effort.counted());
        children.of(subject)
                .ask(c.load(Duration.ZERO, effort.counted().dividedBy(4)).order()); // opens, compiles
        long before = counter.count();
        Map<String, Figure> figures = children.of(subject).ask(load.order());
        long syncs = counter.count() - before;
        if (syncs > 0) {
            double each = figure(figures, "all_writes") / syncs;
            rounds.add(
                    c.name(),
                    subject,
                    Map.of(
                            TX_PER_SYNC,
                            new Figure(each, "tx/sync"),
                            COUNTED,
                            new Figure(figure(figures, "writes_per_s"), "writes/s")));
        } else {
            leftOut.add(TX_PER_SYNC + " in " + c.name() + " of " + subject + ": there was no sync");
        }
    }

    private static double figure(Map<String, Figure> figures, String name) {
        Figure figure = figures.get(name);
        if (figure == null) {
            throw new IllegalStateException("no figure " + name + " came");
        }
        return figure.value();
    }

    /** The JVMs by subject. */
    private final class Children implements AutoCloseable {

        private final Map<String, ChildJvm> jvms = new LinkedHashMap<>();

        void start(String subject, Path template, @Nullable SyncCounter counter) throws IOException {
            List<String> arguments = new ArrayList<>(
                    List.of(subject, template.toString(), subject + (counter == null ? "" : "-counted")));
            cases.stream().map(c -> c.durability().name()).distinct().forEach(arguments::add);
            List<String> above = counter == null ? List.of() : counter.command();
            Duration limit = effort.limit().plus(HUNG);
            jvms.put(subject, ChildJvm.start(above, SqliteLoadProgram.class, JVM, arguments, limit));
        }

        void awaitReady() throws IOException {
            for (ChildJvm jvm : jvms.values()) {
                jvm.awaitReady();
            }
        }

        ChildJvm of(String subject) {
            ChildJvm jvm = jvms.get(subject);
            if (jvm == null) {
                throw new IllegalArgumentException("no JVM was started for '" + subject + "'");
            }
            return jvm;
        }

        @Override
        public void close() {
            jvms.values().forEach(ChildJvm::close);
        }
    }

    // ---- tell --------------------------------------------------------------------------------------------------

    /** Rows, a table of medians with their spread, and what rockpool does in multiples of the others. */
    void tell(List<Metric> metrics) {
        List<String> headings = new ArrayList<>(List.of("case", "subject"));
        for (Metric metric : metrics) {
            headings.addAll(List.of(metric.name(), "(rounds)"));
        }
        Table table = new Table(headings.toArray(new String[0]));
        for (Case c : cases) {
            for (String subject : measured(c)) {
                table.row(row(c, subject, metrics));
            }
        }
        report.print(table);
        report.print("");
        report.print("rockpool's figure in multiples of the others':");
        for (Case c : cases) {
            if (measured(c).contains(Report.ROCKPOOL)) {
                metrics.forEach(metric -> tellRatio(c, metric));
            }
        }
        if (!leftOut.isEmpty()) {
            report.print("Left out: " + String.join(", ", leftOut) + ".");
        }
    }

    private List<String> measured(Case c) {
        return subjects.stream()
                .filter(s -> rounds.has(c.name(), s, "writes_per_s"))
                .toList();
    }

    private String[] row(Case c, String subject, List<Metric> metrics) {
        List<String> cells = new ArrayList<>(List.of(c.name(), subject));
        for (Metric metric : metrics) {
            if (rounds.has(c.name(), subject, metric.figure())) {
                Spread spread = rounds.spread(c.name(), subject, metric.figure());
                report.add(c.name(), subject, metric.name(), spread.median(), metric.unit());
                cells.add(String.format(Locale.ROOT, metric.format(), spread.median()));
                cells.add(
                        spread.low() == spread.high()
                                ? ""
                                : String.format(
                                        Locale.ROOT,
                                        "(" + metric.format() + " to " + metric.format() + ")",
                                        spread.low(),
                                        spread.high()));
            } else {
                cells.addAll(List.of("", ""));
            }
        }
        return cells.toArray(new String[0]);
    }

    /** Errors have none: they are to be 0. */
    private void tellRatio(Case c, Metric metric) {
        String figure = metric.figure();
        if (figure.equals("busy_errors") || !rounds.has(c.name(), Report.ROCKPOOL, figure)) {
            return;
        }
        double own = rounds.median(c.name(), Report.ROCKPOOL, figure);
        String ratios = measured(c).stream()
                .filter(s -> !s.equals(Report.ROCKPOOL) && rounds.has(c.name(), s, figure))
                .map(s -> String.format(Locale.ROOT, "%s %.3f", s, own / rounds.median(c.name(), s, figure)))
                .collect(Collectors.joining(", "));
        if (!ratios.isEmpty()) {
            report.print(c.name() + " " + metric.name() + ": " + ratios);
        }
    }

    /** How much the counting of syncs slows a subject, which lets more transactions come together at a sync. */
    void tellCounting() {
        for (Case c : cases) {
            String slower = measured(c).stream()
                    .filter(s -> rounds.has(c.name(), s, COUNTED))
                    .map(s -> String.format(
                            Locale.ROOT,
                            "%s %.2f",
                            s,
                            rounds.median(c.name(), s, COUNTED) / rounds.median(c.name(), s, "writes_per_s")))
                    .collect(Collectors.joining(", "));
            if (!slower.isEmpty()) {
                report.print("Speed while syncs were counted, of that without, " + c.name() + ": " + slower + ".");
            }
        }
    }
}
