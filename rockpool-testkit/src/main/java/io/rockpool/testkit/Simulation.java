package io.rockpool.testkit;

import static io.rockpool.testkit.SimulatedPlatform.MILLI;

import io.rockpool.engine.BorrowFailure;
import io.rockpool.engine.EngineSettings;
import io.rockpool.engine.EngineStatistics;
import io.rockpool.engine.PoolEvents;
import io.rockpool.engine.ResourcePool;
import io.rockpool.testkit.SimulatedDatabase.Session;
import java.util.ArrayList;
import java.util.List;

/**
 * One lifetime of a pool in virtual time: callers, faults and an operator, all drawn from a seed, and the invariants
 * checked after every step.
 *
 * <p>It runs the engine's own classes; only time, threads and the database are simulated. A failure names the seed, and
 * the same seed fails again. {@link #main} runs many. Threads: one. Invariants, as in docs/design/0006-simulator.md:
 * I1 never more open than slots and stuck calls; I2 one owner; I3 opened = closed + live; I4 every borrow ends once;
 * I5 a timeout comes at its deadline; I6 no idle slot beside a waiter; I7 waiters are served in order; I8 after the
 * faults all is served; I9 nobody gets a dirty session; I13 after close nothing is left; I14 the housekeeper lives.
 */
public final class Simulation {

    private static final long BORROW_TIMEOUT = 300 * MILLI;
    private static final long OPEN_TIMEOUT = 400 * MILLI;
    private static final long VALIDATION_TIMEOUT = 200 * MILLI;
    private static final long DRAIN_TIMEOUT = 500 * MILLI;

    private final long seed;
    private final int steps;
    private final SimulatedPlatform platform;
    private final SimulatedDatabase database;
    private final ResourcePool<Session> pool;
    private final List<SimulatedBorrower> borrowers = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final boolean longHolds;
    private EngineSettings settings;
    private double hanging; // share of driver calls that hang
    private boolean calm; // the faults have stopped
    private long arrivals;
    private long begun;
    private long lent;
    private long failed;
    private long interrupted;

    public Simulation(long seed, int steps) {
        this.seed = seed;
        this.steps = steps;
        this.platform = new SimulatedPlatform(seed);
        boolean local = platform.random.nextInt(5) == 0;
        this.database = new SimulatedDatabase(platform, local);
        int size = 1 + platform.random.nextInt(5);
        int overflow = platform.random.nextInt(4);
        this.longHolds = platform.random.nextBoolean();
        this.settings = new EngineSettings(
                size,
                overflow,
                BORROW_TIMEOUT,
                1 + platform.random.nextInt(4),
                100 * MILLI,
                500 * MILLI,
                60 * MILLI,
                30 * MILLI,
                VALIDATION_TIMEOUT,
                OPEN_TIMEOUT,
                150 * MILLI,
                platform.random.nextInt(10) == 0 ? 3 : 1_000,
                DRAIN_TIMEOUT,
                true,
                seed % 4 == 0 ? 0 : EngineSettings.BARGE_TIME);
        this.pool = new ResourcePool<>(settings, database, platform, new PoolEvents() {});
        platform.callsTake(this::callTime);
        int crowd = 1 + platform.random.nextInt(3 * (size + overflow));
        for (int i = 0; i < crowd; i++) {
            borrowers.add(new SimulatedBorrower(this, platform, i));
        }
    }

    /** Runs lifetimes from a first seed on: {@code FIRST COUNT STEPS}; exit 1 and the seed at the first failure. */
    public static void main(String[] args) {
        long first = Long.parseLong(args[0]);
        long count = Long.parseLong(args[1]);
        int steps = Integer.parseInt(args[2]);
        long started = System.nanoTime();
        for (long seed = first; seed < first + count; seed++) {
            new Simulation(seed, steps).run();
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        System.out.printf("%d lifetimes of %d steps: 0 violations in %.0f s%n", count, steps, seconds);
    }

    /** Lives one life; throws an {@link AssertionError} that names the seed and what was violated. */
    public void run() {
        pool.start();
        borrowers.forEach(SimulatedBorrower::start);
        platform.in(platform.random(100 * MILLI), this::operate);
        for (int i = 0; i < steps && platform.step(); i++) {
            check();
        }
        calmDown();
        close();
    }

    // ---- what happens ------------------------------------------------------------------------------------------

    private void operate() {
        if (calm) {
            return;
        }
        switch (platform.random.nextInt(12)) {
            case 0, 1 -> database.down = true;
            case 2, 3, 4 -> database.down = false;
            case 5 -> database.restart();
            case 6 -> pool.evict();
            case 7 -> {
                int size = 1 + platform.random.nextInt(6);
                settings = settings.sized(size, platform.random.nextInt(4));
                pool.resize(settings);
            }
            case 8 -> {
                pool.suspend();
                platform.in(platform.random(100 * MILLI), pool::resume);
            }
            case 9 -> platform.pauseHousekeeper(platform.random(1_000 * MILLI));
            case 10 -> hanging = platform.random.nextInt(3) * 0.05;
            default -> database.failing = platform.random.nextInt(3) * 0.1;
        }
        platform.in(platform.random(200 * MILLI), this::operate);
    }

    private long callTime() {
        if (platform.random.nextDouble() < hanging) {
            return platform.random(3_000 * MILLI);
        }
        return platform.random(5 * MILLI);
    }

    long borrowTimeout() {
        return BORROW_TIMEOUT;
    }

    long holdTime() {
        if (!calm && platform.random.nextInt(200) == 0) {
            return platform.random(2_000 * MILLI);
        }
        return platform.random((longHolds ? 40 : 2) * MILLI);
    }

    /** Of a local resource no call is abandoned, so none hangs. */
    boolean callsHang() {
        return !calm && !database.local();
    }

    boolean interrupts() {
        return !calm && platform.random.nextInt(50) == 0;
    }

    // ---- what is told ------------------------------------------------------------------------------------------

    ResourcePool<Session> pool() {
        return pool;
    }

    long nextArrival() {
        return arrivals++;
    }

    void fault(String what) {
        faults.add(what);
    }

    void borrowBegins(SimulatedBorrower borrower) {
        begun++;
    }

    void lent(SimulatedBorrower borrower, Session session) {
        lent++;
        if (session == null) {
            fault("I4: " + borrower + " got nothing");
            return;
        }
        if (session.owner != null) {
            fault("I2: session " + session.id + " lent to " + borrower + " while " + session.owner + " has it");
        }
        if (session.closed) {
            fault("session " + session.id + " lent after it was closed");
        }
        if (session.dirty) {
            fault("I9: session " + session.id + " lent dirty");
        }
        session.owner = borrower;
    }

    void served(SimulatedBorrower served) {
        for (SimulatedBorrower other : borrowers) {
            boolean overtaken = other.waiter != null && other != served && other.queuedAt < served.queuedAt;
            if (overtaken && !inFlight(other)) {
                fault("I7: " + served + " was served before " + other + ", who came first");
            }
        }
    }

    /** Served or refused already, and about to wake: it was not overtaken. */
    private boolean inFlight(SimulatedBorrower other) {
        return other.waiter != null && !pool.isWaiting(other.waiter);
    }

    void givenBack(boolean inForce, boolean accepted) {
        if (inForce != accepted) {
            fault("a give back was " + (accepted ? "accepted after" : "refused during") + " its lease");
        }
    }

    void interrupted() {
        interrupted++;
    }

    void failed(SimulatedBorrower borrower, BorrowFailure failure) {
        failed++;
        long now = platform.nanos();
        if (failure.timedOut() && now != borrower.deadline) {
            fault("I5: " + borrower + " timed out " + (now - borrower.deadline) + " ns after its deadline");
        }
        if (failure.reason() == BorrowFailure.Reason.DEADLOCK) {
            int held = borrower.holding;
            for (SimulatedBorrower other : borrowers) {
                held += other != borrower && other.waiter != null ? other.holding : 0;
            }
            if (held < settings.poolSize() + settings.maxOverflow()) {
                fault("a deadlock was told where only " + held + " are held by waiters");
            }
        }
        if (failure.reason() == BorrowFailure.Reason.OPEN_FAILING && failure.getCause() == null) {
            fault("opening was said to fail without the error");
        }
    }

    // ---- what must hold ----------------------------------------------------------------------------------------

    private void check() {
        EngineStatistics now = pool.statistics();
        int stuck = now.stuck();
        if (database.live() > pool.slotCount() + stuck) {
            fault("I1: " + database.live() + " are open in " + pool.slotCount() + " slots with " + stuck
                    + " stuck calls");
        }
        if (database.opened() != database.closed() + database.live()) {
            fault("I3: " + database.opened() + " opened, " + database.closed() + " closed, " + database.live()
                    + " live");
        }
        if (now.idle() > 0 && now.waiting() > now.checking() && !pool.isSuspended() && platform.quietFor(MILLI / 10)) {
            fault("I6: " + now.idle() + " idle beside " + now.waiting() + " waiting, and nothing is about to happen");
        }
        faults.addAll(database.faults());
        if (!faults.isEmpty()) {
            throw violated();
        }
    }

    private AssertionError violated() {
        return new AssertionError("seed " + seed + ", " + steps + " steps, at " + (platform.nanos() / MILLI - 1_000_000)
                + " ms: " + String.join("; ", faults) + " | " + pool.statistics());
    }

    /** I8: without faults, everybody who asks is served within the times that openings and validations may take. */
    private void calmDown() {
        calm = true;
        hanging = 0;
        database.failing = 0;
        database.down = false;
        pool.resume();
        platform.pauseHousekeeper(0);
        advance(3_000 * MILLI + OPEN_TIMEOUT); // every hang that was under way has ended
        borrowers.forEach(b -> b.retired = true);
        advance(BORROW_TIMEOUT + 100 * MILLI);
        EngineStatistics before = pool.statistics();
        if (before.active() > 0 || before.waiting() > 0) {
            fault("I8: " + before.active() + " leased and " + before.waiting() + " waiting after all went home");
        }
        if (before.total() + before.opening() < settings.poolSize()) { // one may just be checked or recycled
            fault("I8: " + before.total() + " open of poolSize " + settings.poolSize() + " when all was calm");
        }
        if (begun != lent + failed + interrupted) {
            fault("I4: " + begun + " borrows, but " + lent + " lent, " + failed + " failed, " + interrupted
                    + " interrupted");
        }
        if (before.leases() != lent) {
            fault("the pool counted " + before.leases() + " leases, there were " + lent);
        }
        if (before.stuck() != 0) {
            fault("I3: " + before.stuck() + " calls count as stuck when none is");
        }
        if (database.live() != before.total()) {
            fault("I3: " + database.live() + " live, but " + before.total() + " in slots");
        }
        check();
    }

    /** I13. */
    private void close() {
        pool.beginClose();
        advance(DRAIN_TIMEOUT + 2 * VALIDATION_TIMEOUT + OPEN_TIMEOUT);
        if (!pool.isClosed() || database.live() != 0 || platform.isKeptHouseFor()) {
            fault("I13: after close " + database.live() + " are live, closed=" + pool.isClosed());
        }
        long closes = pool.statistics().closed().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        if (closes != database.closed() || pool.statistics().created() != database.opened()) {
            fault("I13: the pool counted " + closes + " closes of " + database.closed() + ", "
                    + pool.statistics().created() + " opens of " + database.opened());
        }
        if (platform.housekeeperFailures() > 0) {
            fault("I14: the housekeeper failed " + platform.housekeeperFailures() + " times");
        }
        faults.addAll(database.faults());
        if (!faults.isEmpty()) {
            throw violated();
        }
    }

    /** What happened, in numbers. */
    @Override
    public String toString() {
        return "seed " + seed + ": " + begun + " borrows, " + lent + " lent, " + failed + " failed, " + interrupted
                + " interrupted, " + pool.statistics();
    }

    private void advance(long nanos) {
        long until = platform.nanos() + nanos;
        boolean[] reached = {false};
        platform.at(until, () -> reached[0] = true);
        while (!reached[0]) {
            platform.step();
            check();
        }
    }
}
