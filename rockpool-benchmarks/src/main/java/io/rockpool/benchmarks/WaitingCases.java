package io.rockpool.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The cases of {@code bench cycle} in which there are fewer connections than threads: how long each waits, and whether
 * all are served.
 *
 * <p>Each subject has a JVM of its own; the subjects take turns over the rounds. Threads: one. Source: {@link
 * WaitingProgram}.
 */
final class WaitingCases implements Benchmark {

    /** A case: {@code hold} is how long a connection is held, {@code pause} how long before the thread asks again. */
    record Case(String name, boolean virtual, int threads, int connections, Duration hold, Duration pause) {

        private static Case hold(String name, long micros) {
            return new Case(name, false, 32, 4, Duration.ofNanos(micros * 1_000), Duration.ZERO);
        }

        private static Case virtual(String name, long pauseMicros) {
            return new Case(name, true, 10_000, 10, Duration.ofMillis(1), Duration.ofNanos(pauseMicros * 1_000));
        }

        WaitingLoad load(Effort effort) {
            return new WaitingLoad(
                    virtual,
                    threads,
                    connections,
                    hold,
                    pause,
                    virtual ? effort.virtualWarmUp() : effort.platformWarmUp(),
                    virtual ? effort.virtual() : effort.platform());
        }
    }

    static final List<Case> CASES = List.of(
            Case.hold("hold0", 0),
            Case.hold("hold10us", 10),
            Case.hold("hold100us", 100),
            Case.hold("hold1ms", 1_000),
            Case.virtual("virtual", 0),
            Case.virtual("virtual-pause100us", 100),
            Case.virtual("virtual-pause1ms", 1_000),
            Case.virtual("virtual-pause20ms", 20_000));

    /** Those of a quick run, and those in which all peers are worth their time. */
    private static final List<String> MAIN = List.of("hold100us", "virtual");

    private static final List<String> SUBJECTS =
            List.of(Report.ROCKPOOL, Report.HIKARICP, Report.AGROAL, "vibur", "tomcat");
    private static final List<String> ALL_SUBJECTS =
            Stream.concat(SUBJECTS.stream(), Stream.of("dbcp2", "c3p0")).toList();

    /** Rounds, the times of one before and while it counts, with platform threads and virtual ones, and for all. */
    record Effort(
            int rounds,
            Duration platformWarmUp,
            Duration platform,
            Duration virtualWarmUp,
            Duration virtual,
            Duration limit) {

        static final Effort FULL = new Effort(
                3,
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                Duration.ofSeconds(3),
                Duration.ofSeconds(6),
                Duration.ofMinutes(30));

        /** Within what is left of a quick run after the cases of JMH. */
        static final Effort QUICK = new Effort(
                1,
                Duration.ofMillis(700),
                Duration.ofMillis(1_500),
                Duration.ofMillis(1_500),
                Duration.ofMillis(2_500),
                Duration.ofSeconds(19));
    }

    private static final List<String> JVM = List.of("-Xms1g", "-Xmx1g", "-XX:+UseParallelGC");

    /** What a JVM takes beside its round: its start and the end of the crowds. */
    private static final Duration BESIDE = Duration.ofSeconds(2);

    /** Beyond that it hangs. */
    private static final Duration START = Duration.ofSeconds(60);

    @Override
    public List<String> cases() {
        return CASES.stream().map(Case::name).toList();
    }

    @Override
    public void run(Selection only, boolean quick, Report report) throws Exception {
        List<Case> cases = CASES.stream()
                .filter(c -> only.includes(c.name(), !quick || MAIN.contains(c.name())))
                .toList();
        if (!cases.isEmpty()) {
            measure(cases, quick ? SUBJECTS : ALL_SUBJECTS, quick ? Effort.QUICK : Effort.FULL, report);
        }
    }

    // ---- measure -----------------------------------------------------------------------------------------------

    void measure(List<Case> asked, List<String> subjects, Effort effort, Report report) throws Exception {
        List<Case> cases = possible(asked, report);
        WaitingFigures figures = new WaitingFigures(effort);
        long end = System.nanoTime() + effort.limit().toNanos();
        for (int i = 0; i < effort.rounds() && !cases.isEmpty(); i++) {
            report.print("waiting: round " + (i + 1) + " of " + effort.rounds() + " ...");
            for (int k = 0; k < subjects.size(); k++) {
                String subject = subjects.get((i + k) % subjects.size());
                for (Case c : cases) {
                    if (SUBJECTS.contains(subject) || MAIN.contains(c.name())) {
                        roundOrLeaveOut(c, subject, effort, end, figures);
                    }
                }
            }
        }
        figures.tell(cases, report);
    }

    private static List<Case> possible(List<Case> cases, Report report) {
        List<Case> possible = new ArrayList<>();
        for (Case c : cases) {
            if (c.virtual() && !VirtualThreads.exist()) {
                report.print(
                        c.name() + " is left out: it needs the virtual threads of JDK 21 or newer, and this is JDK "
                                + Runtime.version().feature() + ".");
            } else {
                possible.add(c);
            }
        }
        return possible;
    }

    /** The first subject is always measured. */
    private static void roundOrLeaveOut(Case c, String subject, Effort effort, long end, WaitingFigures figures)
            throws IOException, InterruptedException {
        WaitingLoad load = c.load(effort);
        Duration needed = load.warmUp().plus(load.measured()).plus(BESIDE);
        if (!figures.isEmpty() && System.nanoTime() + needed.toNanos() - end > 0) {
            figures.leftOut(c, subject);
            return;
        }
        List<String> arguments = new ArrayList<>(List.of(subject));
        arguments.addAll(load.arguments());
        try (ChildJvm jvm = ChildJvm.start(WaitingProgram.class, JVM, arguments, needed.plus(START))) {
            jvm.awaitReady();
            jvm.begin();
            figures.add(c, subject, jvm.figures());
        }
    }
}
