package io.rockpool.testkit;

import io.rockpool.engine.Platform;
import io.rockpool.engine.Waiter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/**
 * Virtual time, and everything that happens in it, in one thread: an agenda of events, ordered by time and then by the
 * order in which they were put there.
 *
 * <p>All randomness comes from one seed, so a run replays exactly. Threads: one. Units: nanoseconds of virtual time.
 */
final class SimulatedPlatform implements Platform {

    static final long MILLI = 1_000_000L;

    private record Event(long at, long number, Runnable action) {}

    final Random random;
    private final PriorityQueue<Event> agenda =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.number, b.number));
    private final Tick tick;
    private final List<Chores> housekeeping = new ArrayList<>();
    private final Map<Waiter<?>, Runnable> sleepers = new HashMap<>();
    private final Set<Waiter<?>> permits = new HashSet<>();
    private long now = 1_000_000 * MILLI;
    private long numbers;
    private long pausedUntil;
    private int housekeeperFailures;
    private CallTime callTime = () -> 0;

    /** How long the next driver call takes. */
    interface CallTime {
        long nanos();
    }

    SimulatedPlatform(long seed) {
        this.random = new Random(seed);
        this.tick = new Tick(now);
        at(now + Tick.PERIOD, this::keepHouse);
    }

    void callsTake(CallTime time) {
        this.callTime = time;
    }

    void at(long time, Runnable action) {
        agenda.add(new Event(Math.max(time, now), numbers++, action));
    }

    void in(long nanos, Runnable action) {
        at(now + nanos, action);
    }

    /** Runs the next event; false where none is left. */
    boolean step() {
        Event event = agenda.poll();
        if (event == null) {
            return false;
        }
        now = event.at;
        event.action.run();
        return true;
    }

    /** When the next event is due, beside the housekeeper's ticks. */
    boolean quietFor(long nanos) {
        Event next = agenda.peek();
        return next == null || next.at - now >= nanos;
    }

    private void keepHouse() {
        if (now - pausedUntil >= 0) {
            tick.move(now);
            for (Chores chores : List.copyOf(housekeeping)) {
                try {
                    chores.run(now);
                } catch (Throwable t) { // as the real one: it survives, and the check at the end tells
                    housekeeperFailures++;
                }
            }
        }
        in(Tick.PERIOD, this::keepHouse);
    }

    /** The housekeeper does not run for a while, as in a pause of the JVM or on a starved machine. */
    void pauseHousekeeper(long nanos) {
        pausedUntil = now + nanos;
    }

    int housekeeperFailures() {
        return housekeeperFailures;
    }

    boolean isKeptHouseFor() {
        return !housekeeping.isEmpty();
    }

    /** Who is to be called when this waiter is woken. */
    void sleeping(Waiter<?> waiter, Runnable awake) {
        if (permits.remove(waiter)) {
            in(0, awake);
        } else {
            sleepers.put(waiter, awake);
        }
    }

    void awake(Waiter<?> waiter) {
        sleepers.remove(waiter);
    }

    /** Its caller will not sleep any more. */
    void gone(Waiter<?> waiter) {
        sleepers.remove(waiter);
        permits.remove(waiter);
    }

    @Override
    public void unpark(Waiter<?> waiter) {
        Runnable awake = sleepers.get(waiter);
        if (awake != null) {
            in(random.nextInt(50_000), awake); // a context switch later
        } else {
            permits.add(waiter); // as a thread's: the next sleep ends at once
        }
    }

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public Tick tick() {
        return tick;
    }

    @Override
    public long random(long bound) {
        return bound <= 0 ? 0 : Math.floorMod(random.nextLong(), bound);
    }

    @Override
    public void execute(Runnable task) {
        in(callTime.nanos(), task);
    }

    @Override
    public void join(Chores chores) {
        housekeeping.add(chores);
    }

    @Override
    public void leave(Chores chores) {
        housekeeping.remove(chores);
    }
}
