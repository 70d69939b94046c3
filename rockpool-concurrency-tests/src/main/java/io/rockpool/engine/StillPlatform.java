package io.rockpool.engine;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A platform without threads of its own: time stands still until it is moved, driver calls run in whoever asks for them,
 * and wake-ups are counted instead of sent.
 *
 * <p>Threads: any. Units: nanoseconds.
 */
public class StillPlatform implements Platform {

    /** The time at first. */
    public static final long START = 1_000;

    final AtomicInteger wakeUps = new AtomicInteger();

    private final Tick tick = new Tick(START);

    final void move(long nanos) {
        tick.move(tick.now() + nanos);
    }

    @Override
    public long nanos() {
        return tick.now();
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
        task.run();
    }

    @Override
    public void join(Chores chores) {}

    @Override
    public void leave(Chores chores) {}

    @Override
    public void unpark(Waiter<?> waiter) {
        wakeUps.incrementAndGet();
    }
}
