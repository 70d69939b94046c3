package io.rockpool.benchmarks;

import io.rockpool.benchmarks.ChildJvm.Figure;
import io.rockpool.benchmarks.DownProgram.Plan;
import io.rockpool.benchmarks.SwitchedDatabase.Absence;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A database that goes away and comes back: whether the pools answer in time meanwhile, what they lend, and how soon they
 * work again.
 *
 * <p>The subjects go through an outage side by side, each in a JVM of its own with a database of its own. They only wait;
 * one that spins would take the processor from the others, so the table shows what each takes. Source: {@link
 * DownProgram}, {@link SwitchedDatabase}.
 */
final class DownBenchmark implements Benchmark {

    /** A way of being away. */
    enum Case {
        OUTAGE(Absence.STALLED),
        LOST(Absence.LOST),
        REFUSED(Absence.REFUSED);

        private final Absence absence;

        Case(Absence absence) {
            this.absence = absence;
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How long it is away, how often a borrower comes, how long one may wait. */
    record Effort(Duration outage, Duration each, Duration timeout) {
        static final Effort FULL = new Effort(Duration.ofSeconds(20), Duration.ofSeconds(2), Duration.ofSeconds(5));
        static final Effort QUICK = new Effort(Duration.ofSeconds(4), Duration.ofMillis(500), Duration.ofSeconds(1));
    }

    /** Above so much of a core a subject disturbs its neighbours, and the table says so. */
    private static final double LOUD_PERCENT = 25;

    private static final Duration START = Duration.ofSeconds(60);

    /** For a JVM that does little: a small heap, one collector thread, the quick compiler. */
    private static final List<String> JVM =
            List.of("-Xmx128m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");

    @Override
    public List<String> cases() {
        return Arrays.stream(Case.values()).map(Case::label).toList();
    }

    @Override
    public void run(Selection only, boolean quick, Report report) throws Exception {
        List<Case> cases = Arrays.stream(Case.values())
                .filter(c -> only.includes(c.label(), true))
                .toList();
        List<List<String>> groups = new ArrayList<>();
        groups.add(Peers.names().stream()
                .filter(name -> !name.endsWith(Peers.SAFE))
                .toList());
        if (!quick) {
            groups.add(Peers.names().stream()
                    .filter(name -> name.endsWith(Peers.SAFE))
                    .toList());
        }
        measure(cases, quick ? Effort.QUICK : Effort.FULL, groups, report);
    }

    /** The subjects of a group go through an outage together. */
    void measure(List<Case> cases, Effort effort, List<List<String>> groups, Report report) throws Exception {
        Table table = new Table(
                "case",
                "subject",
                "late ms",
                "recovery ms",
                "unanswered",
                "failed",
                "dead lent",
                "borrows",
                "opened",
                "cpu %");
        for (Case c : cases) {
            Plan plan = new Plan(c.absence, effort.outage(), effort.each(), effort.timeout());
            for (List<String> group : groups) {
                report.print(c.label() + ": " + String.join(", ", group) + " ...");
                outage(plan, group).forEach((subject, figures) -> tell(c, subject, figures, table, report));
            }
        }
        report.print("");
        report.print(table);
        report.print("");
        notes(effort, report);
    }

    private static Map<String, Map<String, Figure>> outage(Plan plan, List<String> subjects)
            throws IOException, InterruptedException {
        Map<String, ChildJvm> jvms = new LinkedHashMap<>();
        try {
            for (String subject : subjects) {
                List<String> arguments = new ArrayList<>(List.of(subject));
                arguments.addAll(plan.arguments());
                jvms.put(
                        subject,
                        ChildJvm.start(
                                DownProgram.class, JVM, arguments, plan.total().plus(START)));
            }
            for (ChildJvm jvm : jvms.values()) {
                jvm.awaitReady();
            }
            for (ChildJvm jvm : jvms.values()) {
                jvm.begin();
            }
            Map<String, Map<String, Figure>> figures = new LinkedHashMap<>();
            for (Map.Entry<String, ChildJvm> jvm : jvms.entrySet()) {
                figures.put(jvm.getKey(), jvm.getValue().figures());
            }
            return figures;
        } finally {
            jvms.values().forEach(ChildJvm::close);
        }
    }

    // ---- tell --------------------------------------------------------------------------------------------------

    private static void tell(Case c, String subject, Map<String, Figure> figures, Table table, Report report) {
        figures.forEach((name, figure) -> report.add(c.label(), subject, name, figure.value(), figure.unit()));
        boolean recovered = value(figures, "recovered") == 1;
        double cpu = value(figures, "cpu_percent");
        table.row(
                c.label(),
                subject,
                whole(value(figures, "late_ms_max")),
                (recovered ? "" : "over ") + whole(value(figures, "recovery_ms")),
                whole(value(figures, "unanswered")),
                whole(value(figures, "failed_borrows")),
                whole(value(figures, "dead_lent")),
                whole(value(figures, "borrows")),
                whole(value(figures, "opened")),
                whole(cpu) + (cpu > LOUD_PERCENT ? " !" : ""));
    }

    private static double value(Map<String, Figure> figures, String name) {
        Figure figure = figures.get(name);
        if (figure == null) {
            throw new IllegalStateException("no figure " + name + " came");
        }
        return figure.value();
    }

    private static String whole(double figure) {
        return String.format(Locale.ROOT, "%,.0f", figure);
    }

    private static void notes(Effort effort, Report report) {
        report.print("Away for " + effort.outage().toMillis() + " ms; a borrower comes each "
                + effort.each().toMillis() + " ms on a thread of its own, may wait "
                + effort.timeout().toMillis()
                + " ms and runs one statement; 10 connections.");
        report.print(
                "outage: the server stands still; what was asked is answered when it goes on. lost: what is sent is"
                        + " dropped, and TCP sends it again after 0.2 s (a connect: 1 s), then twice as long each time.");
        report.print("refused: connects fail at once, and the connections there were are dead for ever.");
        report.print(
                "late: the latest answer beyond the timeout, of getConnection alone. recovery: from the return to the"
                        + " first borrow with a statement that succeeds; one asks each 10 ms. unanswered: still"
                        + " waiting at the end.");
        report.print("dead lent: borrows whose connection did not work. failed: borrows of the grid that got none. cpu:"
                + " of one core, while away; !: enough to disturb the others.");
    }
}
