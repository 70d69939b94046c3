package io.rockpool.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.RunnerException;

/**
 * What the pool itself costs: borrow and give back on a driver that does nothing, by JMH.
 *
 * <p>The subjects take turns, fork by fork, because forks differ more than the seconds inside one. The nearest peers are
 * measured as long as Rockpool; the others, and the peers made safe, in fewer and shorter forks. Source: {@link
 * CycleFork}, {@link Peers}; the cases in which threads wait are {@link WaitingCases}.
 */
final class CycleBenchmark implements Benchmark {

    /** The subjects that are measured in full. */
    static final List<String> NEAREST = List.of(Report.ROCKPOOL, Report.HIKARICP, Report.AGROAL);

    /** A case of the table in docs/benchmarks; {@code everyone}: all subjects, not the nearest peers alone. */
    record Case(
            String name,
            String method,
            int threads,
            int connections,
            boolean childLoader,
            boolean everyone,
            boolean inQuick) {

        static Case of(String name, String method, int threads, int connections, boolean inQuick) {
            return new Case(name, method, threads, connections, false, true, inQuick);
        }
    }

    private static final List<Case> CASES = List.of(
            Case.of("t1", "cycle", 1, 32, true),
            Case.of("t2", "cycle", 2, 32, true),
            Case.of("t8", "cycle", 8, 32, false),
            Case.of("t32", "cycle", 32, 32, false),
            Case.of("t32s4", "cycle", 32, 4, true),
            Case.of("statement-t1", "statement", 1, 32, true),
            Case.of("statement-t32s4", "statement", 32, 4, false),
            new Case("t1-child-loader", "cycle", 1, 32, true, false, false));

    /** What one fork measures: so many iterations of so many milliseconds, after the warm-up. */
    record Span(int warmups, int warmupMillis, int iterations, int iterationMillis) {}

    /** Forks of the nearest subjects, forks of the others, and the time for all of it. */
    record Effort(int forks, Span span, int otherForks, Span otherSpan, Duration limit) {
        static final Effort FULL =
                new Effort(5, new Span(4, 500, 4, 500), 2, new Span(3, 500, 3, 400), Duration.ofSeconds(1_180));
        static final Effort QUICK = new Effort(
                1,
                new Span(3, 250, 2, 175),
                0,
                new Span(3, 250, 2, 175),
                Duration.ofSeconds(28)); // the rest of 50 s is for the waiting
    }

    /** Measures one fork. */
    interface Forker {
        CycleFork fork(Case c, String subject, Span span) throws RunnerException;
    }

    /** One fork to come. */
    private record Turn(Case benchCase, String subject, Span span) {}

    private final Forker forker;
    private final Benchmark waiting;

    CycleBenchmark() {
        this(CycleFork::measure, new WaitingCases());
    }

    CycleBenchmark(Forker forker, Benchmark waiting) {
        this.forker = forker;
        this.waiting = waiting;
    }

    @Override
    public List<String> cases() {
        return Stream.concat(CASES.stream().map(Case::name), waiting.cases().stream())
                .toList();
    }

    @Override
    public void run(Selection only, boolean quick, Report report) throws Exception {
        List<Case> cases = CASES.stream()
                .filter(c -> only.includes(c.name(), c.inQuick() || !quick))
                .toList();
        if (!cases.isEmpty()) {
            measure(cases, quick ? Effort.QUICK : Effort.FULL, report);
        }
        waiting.run(only, quick, report);
    }

    void measure(List<Case> cases, Effort effort, Report report) throws RunnerException {
        CycleFigures figures = new CycleFigures();
        Budget budget = new Budget(effort.limit());
        int leftOut = 0;
        for (int round = 0; round < effort.forks(); round++) {
            List<Turn> turns = turns(cases, round, effort);
            if (leftOut == 0) {
                report.print("round " + (round + 1) + " of " + effort.forks() + ": " + turns.size() + " forks ...");
            }
            for (Turn turn : turns) {
                if (budget.another()) {
                    Case c = turn.benchCase();
                    figures.add(c, turn.subject(), forker.fork(c, turn.subject(), turn.span()));
                } else {
                    leftOut++;
                }
            }
        }
        figures.tell(cases, report);
        report.print("Medians of the forks (lowest and highest). A fork: " + words(effort.span())
                + (effort.otherForks() == 0
                        ? "."
                        : "; " + words(effort.otherSpan()) + " for all but " + String.join(", ", NEAREST) + "."));
        if (leftOut > 0) {
            report.print(leftOut + " forks were left out to end in time; fewer on a quiet machine.");
        }
    }

    private static String words(Span span) {
        return span.iterations() + " x " + span.iterationMillis() + " ms after " + span.warmups() * span.warmupMillis()
                + " ms of warm-up";
    }

    /** The forks of a round. Each begins with another subject, so that none always follows the same one. */
    private static List<Turn> turns(List<Case> cases, int round, Effort effort) {
        List<Turn> turns = new ArrayList<>();
        for (Case c : cases) {
            List<Turn> ofCase = new ArrayList<>();
            for (String subject : Peers.names()) {
                boolean nearest = NEAREST.contains(subject);
                if (nearest || (c.everyone() && othersToo(round, effort))) {
                    ofCase.add(new Turn(c, subject, nearest ? effort.span() : effort.otherSpan()));
                }
            }
            for (int i = 0; i < ofCase.size(); i++) {
                turns.add(ofCase.get((i + round) % ofCase.size()));
            }
        }
        return turns;
    }

    /** In the first round and the last ones, so that a lack of time costs their second forks, not the nearest's. */
    private static boolean othersToo(int round, Effort effort) {
        return effort.otherForks() > 0 && (round == 0 || round > effort.forks() - effort.otherForks());
    }
}
