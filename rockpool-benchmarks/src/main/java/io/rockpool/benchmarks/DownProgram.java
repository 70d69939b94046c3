package io.rockpool.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.rockpool.benchmarks.ChildJvm.Figure;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One subject through one outage, in a JVM of its own for {@link DownBenchmark}.
 *
 * <p>A borrower comes at fixed times, on a thread of its own, and runs one statement. From the return of the database on a
 * prober asks each 10 ms until the first that succeeds. Threads: the main thread starts all others, and reads at the end
 * what they noted.
 */
final class DownProgram {

    /** An outage: how, how long, how often a borrower comes, and how long each may wait. */
    record Plan(SwitchedDatabase.Absence absence, Duration outage, Duration each, Duration timeout) {

        List<String> arguments() {
            return List.of(absence.name(), "" + outage.toMillis(), "" + each.toMillis(), "" + timeout.toMillis());
        }

        static Plan of(List<String> arguments) {
            return new Plan(
                    SwitchedDatabase.Absence.valueOf(arguments.get(0)),
                    Duration.ofMillis(Long.parseLong(arguments.get(1))),
                    Duration.ofMillis(Long.parseLong(arguments.get(2))),
                    Duration.ofMillis(Long.parseLong(arguments.get(3))));
        }

        /** Borrowers come so long before the outage. */
        Duration lead() {
            return each.multipliedBy(2);
        }

        /** It goes on so long after the return: by then every borrow of the outage must have been answered. */
        Duration tail() {
            return timeout.plusSeconds(1);
        }

        Duration total() {
            return lead().plus(outage).plus(tail());
        }
    }

    private static final int CONNECTIONS = 10;
    private static final long PROBE_EACH = TimeUnit.MILLISECONDS.toNanos(10);

    /** Then the prober pauses: a pool may leave them all waiting. */
    private static final int MOST_PROBES = 200;

    private final SwitchedDatabase database;
    private final DataSource pool;
    private final Plan plan;
    private final List<Borrower> grid = new ArrayList<>();
    private final List<Borrower> probes = new ArrayList<>();

    private DownProgram(SwitchedDatabase database, DataSource pool, Plan plan) {
        this.database = database;
        this.pool = pool;
        this.plan = plan;
    }

    public static void main(String[] arguments) {
        ChildProgram.run(arguments, (all, program) -> run(all.get(0), Plan.of(all.subList(1, all.size())), program));
    }

    private static void run(String subject, Plan plan, ChildProgram program) throws Exception {
        SwitchedDatabase database = new SwitchedDatabase();
        Shape shape = new Shape(ScriptedDriver.serve(database), CONNECTIONS, CONNECTIONS, plan.timeout());
        OpenPool pool =
                Peers.open(subject, shape); // never closed: the JVM ends, and a close may hang, which is not asked here
        fill(pool.dataSource());
        program.awaitStart();
        new DownProgram(database, pool.dataSource(), plan).measure().forEach(program::figure);
    }

    private static void fill(DataSource pool) throws SQLException {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            all.add(pool.getConnection());
        }
        for (Connection connection : all) {
            connection.close();
        }
    }

    // ---- measure -----------------------------------------------------------------------------------------------

    private Map<String, Figure> measure() {
        long begin = System.nanoTime();
        long leaves = begin + plan.lead().toNanos();
        long returns = leaves + plan.outage().toNanos();
        long end = begin + plan.total().toNanos();
        borrowUntil(begin, leaves);
        database.leave(plan.absence());
        double cpuBefore = cpuNanos();
        borrowUntil(leaves, returns);
        double cpu = 100 * (cpuNanos() - cpuBefore) / (returns - leaves);
        long returned = System.nanoTime();
        database.comeBack();
        probe(returned, end);
        return figures(returned, System.nanoTime(), cpu);
    }

    /** A borrower each period, beginning now. */
    private void borrowUntil(long from, long until) {
        for (long next = from; next - until < 0; next += plan.each().toNanos()) {
            Pause.nanos(next - System.nanoTime());
            grid.add(Borrower.start(pool));
        }
        Pause.nanos(until - System.nanoTime());
    }

    private void probe(long returned, long end) {
        while (System.nanoTime() - end < 0) {
            boolean recovered = all().anyMatch(b -> b.succeededSince(returned));
            boolean room = probes.stream().filter(b -> !b.isDone()).count() < MOST_PROBES;
            if (!recovered && room) {
                probes.add(Borrower.start(pool));
            }
            Pause.nanos(PROBE_EACH);
        }
    }

    private Stream<Borrower> all() {
        return Stream.concat(grid.stream(), probes.stream());
    }

    private static double cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    // ---- tell --------------------------------------------------------------------------------------------------

    private Map<String, Figure> figures(long returned, long end, double cpu) {
        Map<String, Figure> figures = new LinkedHashMap<>();
        long timeout = plan.timeout().toNanos();
        double late = all().mapToLong(b -> b.waited(end) - timeout).max().orElse(0) / 1e6;
        long recovered = all().filter(b -> b.succeededSince(returned))
                .mapToLong(b -> b.done - returned)
                .min()
                .orElse(-1);
        figures.put("late_ms_max", new Figure(Math.max(0, late), "ms"));
        figures.put("recovery_ms", new Figure((recovered < 0 ? end - returned : recovered) / 1e6, "ms"));
        figures.put("recovered", new Figure(recovered < 0 ? 0 : 1, "yes/no"));
        figures.put("unanswered", new Figure(all().filter(b -> b.got == 0).count(), "borrows"));
        figures.put("borrows", new Figure(grid.size(), "borrows"));
        figures.put(
                "failed_borrows",
                new Figure(grid.stream().filter(b -> b.refused).count(), "borrows"));
        figures.put("dead_lent", new Figure(all().filter(b -> b.metDead(end)).count(), "borrows"));
        figures.put("opened", new Figure(database.opened(), "connections"));
        figures.put("cpu_percent", new Figure(cpu, "%"));
        return figures;
    }

    /**
     * One borrow with one statement, and the times of it, 0 until they come.
     *
     * <p>Threads: its own writes, any reads. Units: nanoseconds.
     */
    private static final class Borrower implements Runnable {

        /** A statement is answered at once or not while the database is there; a stall of this machine is no outage. */
        private static final long HUNG = TimeUnit.MILLISECONDS.toNanos(200);

        private final DataSource pool;
        private final long asked = System.nanoTime();
        private volatile long got; // the connection, or the refusal of one
        private volatile boolean refused;
        private volatile long done; // the statement's end, or its failure
        private volatile boolean failed;

        private Borrower(DataSource pool) {
            this.pool = pool;
        }

        static Borrower start(DataSource pool) {
            Borrower borrower = new Borrower(pool);
            Thread thread = new Thread(borrower, "borrower");
            thread.setDaemon(true);
            thread.start();
            return borrower;
        }

        @Override
        public void run() {
            Connection connection = borrow();
            if (connection != null) {
                execute(connection);
                close(connection);
            }
        }

        private @Nullable Connection borrow() {
            try {
                Connection connection = pool.getConnection();
                got = System.nanoTime();
                return connection;
            } catch (SQLException | RuntimeException e) { // a refusal, whatever its type
                refused = true;
                got = System.nanoTime();
                return null;
            }
        }

        private void execute(Connection connection) {
            try (var statement = connection.createStatement()) {
                statement.execute("select 1");
            } catch (SQLException | RuntimeException e) { // noted; it is what an outage is about
                failed = true;
            }
            done = System.nanoTime();
        }

        private static void close(Connection connection) {
            try {
                connection.close();
            } catch (SQLException | RuntimeException e) {
                // the statement's failure counts, and what a close says of it adds nothing
            }
        }

        boolean isDone() {
            return refused || done != 0;
        }

        long waited(long end) {
            return (got == 0 ? end : got) - asked;
        }

        boolean succeededSince(long moment) {
            return done != 0 && !failed && done - moment >= 0 && done - got < HUNG;
        }

        boolean metDead(long end) {
            return got != 0 && !refused && (failed || (done == 0 ? end : done) - got >= HUNG);
        }
    }
}
