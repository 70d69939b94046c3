package io.rockpool.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/** A platform of one thread: work is queued until the test runs it, and jitter is what the test says. */
final class TestPlatform implements Platform {

    final Tick tick = new Tick(0);
    final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    final List<Long> bounds = new ArrayList<>();
    LongUnaryOperator random = bound -> 0;

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
        bounds.add(bound);
        return random.applyAsLong(bound);
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void join(Chores chores) {}

    @Override
    public void leave(Chores chores) {}
}
