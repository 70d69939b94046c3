package io.rockpool.testkit;

import io.rockpool.engine.Platform;
import io.rockpool.engine.Waiter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A platform whose time stands still until a test moves it, with driver calls run at once or held until the test says so.
 *
 * <p>Threads: time is moved by one, read by any. Jitter is always zero.
 */
public final class ManualClock implements Platform {

    private final AtomicLong now = new AtomicLong(1_000_000_000_000L);
    private final Tick tick = new Tick(now.get());
    private final List<Chores> housekeeping = new CopyOnWriteArrayList<>();
    private final Queue<Runnable> held = new ArrayDeque<>();
    private boolean holding;

    /** Moves time in steps of a tick, with the housekeeper's work at each, to the end of the duration. */
    public void advance(Duration duration) {
        long until = now.get() + duration.toNanos();
        while (now.get() < until) {
            now.set(Math.min(until, now.get() + Tick.PERIOD));
            tick.move(now.get());
            for (Chores chores : housekeeping) {
                chores.run(now.get());
            }
        }
    }

    /** Moves time without the housekeeper's work, as in a pause of the JVM; the tick stays behind. */
    public void pause(Duration duration) {
        now.addAndGet(duration.toNanos());
    }

    /** From now on driver calls hang until {@link #runHeldCalls}. */
    public void holdCalls() {
        holding = true;
    }

    /** Lets the calls that hang end, and all later ones run at once. */
    public void runHeldCalls() {
        holding = false;
        Runnable call;
        while ((call = held.poll()) != null) {
            call.run();
        }
    }

    /** Driver calls that hang. */
    public int heldCalls() {
        return held.size();
    }

    /** Pools that are kept house for: those that are started and not closed. */
    public int pools() {
        return housekeeping.size();
    }

    @Override
    public long nanos() {
        return now.get();
    }

    @Override
    public Tick tick() {
        return tick;
    }

    @Override
    public long random(long bound) {
        return 0;
    }

    @Override
    public void execute(Runnable task) {
        if (holding) {
            held.add(task);
        } else {
            task.run();
        }
    }

    @Override
    public void join(Chores chores) {
        housekeeping.add(chores);
    }

    @Override
    public void leave(Chores chores) {
        housekeeping.remove(chores);
    }

    /** Nobody sleeps: a {@link Timeline} steps its people itself. */
    @Override
    public void unpark(Waiter<?> waiter) {}
}
