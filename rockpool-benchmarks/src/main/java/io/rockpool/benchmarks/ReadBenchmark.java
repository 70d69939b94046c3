package io.rockpool.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads on SQLite: what a pool adds to, or takes from, a statement by primary key and a small report.
 *
 * <p>Each subject has a warm JVM and a copy of the database of its own for the whole run; in a round they take turns, case
 * by case, one at a time, and each round begins with another. Threads: one. Source: docs/benchmarks/sqlite.md.
 */
final class ReadBenchmark implements Benchmark {

    private static final List<String> EVERYWHERE =
            List.of(Report.ROCKPOOL, SqlitePools.SINGLE_PROCESS, Report.HIKARICP, Report.AGROAL, SqliteReads.RAW);

    /** The cases: their names, threads and subjects. */
    @SuppressWarnings("ImmutableEnumChecker") // the list is made by toList, which nobody can change
    enum Case {
        AUTOCOMMIT_T1(1, List.of()),
        AUTOCOMMIT_T16(ReadProgram.WORKERS, List.of(SqlitePools.ONE, SqlitePools.SPLIT)),
        LEASE_T1(1, List.of(SqlitePools.TRANSACTION, SqliteReads.RAW_TRANSACTION)),
        SCOREBOARD_T1(1, List.of());

        private final int threads;
        private final List<String> subjects;

        Case(int threads, List<String> more) {
            this.threads = threads;
            this.subjects = Stream.concat(EVERYWHERE.stream(), more.stream()).toList();
        }

        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Case named(String label) {
            return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
        }

        int threads() {
            return threads;
        }

        List<String> subjects() {
            return subjects;
        }

        /** Does its work once; how many reads that is. */
        int read(SqliteReads subject, int worker, int item) throws SQLException {
            switch (this) {
                case AUTOCOMMIT_T1, AUTOCOMMIT_T16 -> subject.one(worker, item);
                case LEASE_T1 -> subject.lease(worker, item);
                case SCOREBOARD_T1 -> subject.scoreboard(worker);
            }
            return this == LEASE_T1 ? SqliteReads.LEASE : 1;
        }
    }

    /** The warm-up of each subject in each case, rounds, the time of one, and the time for all. */
    record Effort(Duration warmUp, int rounds, Duration round, Duration limit) {
        static final Effort FULL = new Effort(Duration.ofSeconds(2), 15, Duration.ofMillis(400), Duration.ofMinutes(6));
        static final Effort QUICK =
                new Effort(Duration.ofMillis(350), 9, Duration.ofMillis(120), Duration.ofSeconds(43));
    }

    private static final List<String> JVM = List.of("-Xms256m", "-Xmx256m", "-XX:+UseParallelGC");

    /** Beyond its limit a JVM hangs by that much. */
    private static final Duration BESIDE = Duration.ofSeconds(60);

    @Override
    public List<String> cases() {
        return Stream.of(Case.values()).map(Case::label).toList();
    }

    @Override
    public void run(Selection only, boolean quick, Report report) throws Exception {
        List<Case> cases = Stream.of(Case.values())
                .filter(c -> only.includes(c.label(), true))
                .toList();
        List<String> subjects =
                cases.stream().flatMap(c -> c.subjects().stream()).distinct().toList();
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        measure(cases, subjects, quick ? Effort.QUICK : Effort.FULL, temporary, report);
    }

    void measure(List<Case> cases, List<String> subjects, Effort effort, Path temporary, Report report)
            throws Exception {
        long end = System.nanoTime() + effort.limit().toNanos();
        try (TemporaryFolder folder = TemporaryFolder.in(temporary, "rockpool-read");
                Children children = new Children()) {
            Path template = SqliteFiles.create(folder.path(), SqliteFiles.ITEMS);
            for (String subject : subjects) {
                String refusal = SqlitePools.refusal(subject, template);
                if (refusal == null) {
                    children.start(subject, template, effort);
                } else {
                    report.print(subject + " is left out: " + refusal);
                }
            }
            Rounds rounds = rounds(cases, children, effort, end);
            tell(cases, subjects, rounds, report);
        }
    }

    // ---- measure -----------------------------------------------------------------------------------------------

    /** The JVMs by subject. */
    private static final class Children implements AutoCloseable {

        private final Map<String, ChildJvm> jvms = new LinkedHashMap<>();

        void start(String subject, Path template, Effort effort) throws IOException {
            Path file = template.resolveSibling(subject + ".db");
            SqliteFiles.copy(template, file);
            List<String> arguments = List.of(subject, file.toString());
            jvms.put(
                    subject,
                    ChildJvm.start(
                            ReadProgram.class, JVM, arguments, effort.limit().plus(BESIDE)));
        }

        /** Begins with another one each time, so that none always follows the same one. */
        List<String> inTurn(int turn) {
            List<String> all = new ArrayList<>(jvms.keySet());
            Collections.rotate(all, -turn);
            return all;
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

    private static Rounds rounds(List<Case> cases, Children children, Effort effort, long end) throws IOException {
        children.awaitReady();
        round(cases, children, 0, effort.warmUp(), new Rounds());
        Rounds rounds = new Rounds();
        Budget budget = new Budget(Duration.ofNanos(end - System.nanoTime()));
        for (int i = 0; i < effort.rounds() && budget.another(); i++) {
            round(cases, children, i, effort.round(), rounds);
        }
        return rounds;
    }

    private static void round(List<Case> cases, Children children, int turn, Duration time, Rounds rounds)
            throws IOException {
        for (Case c : cases) {
            for (String subject : children.inTurn(turn)) {
                if (c.subjects().contains(subject)) {
                    rounds.add(c.label(), subject, children.of(subject).ask(ReadProgram.order(c, time)));
                }
            }
        }
    }

    // ---- tell --------------------------------------------------------------------------------------------------

    private static void tell(List<Case> cases, List<String> subjects, Rounds rounds, Report report) {
        Table table = new Table("case", "subject", "us a read", "(rounds)");
        List<String> ratios = new ArrayList<>();
        for (Case c : cases) {
            List<String> measured = subjects.stream()
                    .filter(s -> rounds.has(c.label(), s, ReadProgram.METRIC))
                    .toList();
            for (String subject : measured) {
                Spread micros = rounds.spread(c.label(), subject, ReadProgram.METRIC);
                report.add(c.label(), subject, ReadProgram.METRIC, micros.median(), "us");
                table.row(
                        c.label(),
                        subject,
                        String.format(Locale.ROOT, "%.2f", micros.median()),
                        String.format(Locale.ROOT, "(%.2f to %.2f)", micros.low(), micros.high()));
            }
            if (measured.contains(Report.ROCKPOOL)) {
                ratios.add(c.label() + ": " + ratios(c, measured, rounds));
            }
        }
        report.print(table);
        report.print("");
        report.print("The time of the others, in rockpool's:");
        ratios.forEach(report::print);
        notes(report);
    }

    private static String ratios(Case c, List<String> measured, Rounds rounds) {
        double own = rounds.median(c.label(), Report.ROCKPOOL, ReadProgram.METRIC);
        return measured.stream()
                .filter(subject -> !subject.equals(Report.ROCKPOOL))
                .map(subject -> String.format(
                        Locale.ROOT, "%s %.2f", subject, rounds.median(c.label(), subject, ReadProgram.METRIC) / own))
                .collect(Collectors.joining(", "));
    }

    private static void notes(Report report) {
        report.print("Medians of the rounds (lowest and highest). us a read: with " + ReadProgram.WORKERS
                + " threads the time over the reads of all threads together.");
        report.print("Each subject has a JVM of its own and a copy of the database: " + SqliteFiles.ITEMS
                + " rows. Peers: 10 connections (-one: 1, -split: 9 beside the writer); rockpool: 32 leases on four readers,"
                + " or as many as there are cores. All the same pragmas.");
        report.print(
                "lease: " + SqliteReads.LEASE + " reads a lease; rockpool sets it read-only, which the driver refuses"
                        + " to the others; -transaction: autocommit off, commit, on. raw: an open connection and ready");
        report.print("statements for each thread; no pool that prepares its statements can reach it.");
    }
}
