package io.rockpool.testkit;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The faults a server has been told, with the counts of the calls each has matched.
 *
 * <p>Threads: any. A call that races {@link #clear()} may still meet a fault.
 */
final class FaultScript {

    /** A fault, how many calls have matched it and how often it has fired. */
    private record Armed(Fault fault, long seed, AtomicLong matched, AtomicLong fired) {

        boolean fires(String method, int connectionId) {
            FaultTrigger trigger = fault.trigger();
            if (!trigger.matches(method, connectionId)) {
                return false;
            }
            long call = matched.incrementAndGet();
            if (trigger.nth() > 0 && call != trigger.nth()) {
                return false;
            }
            if (trigger.probability() < 1 && chance(call) >= trigger.probability()) {
                return false;
            }
            return fired.getAndIncrement() < trigger.times();
        }

        private double chance(long call) {
            return new SplittableRandom(seed + call * 0x9E3779B97F4A7C15L).nextDouble();
        }
    }

    private final long seed;
    private final List<Armed> armed = new CopyOnWriteArrayList<>();
    private final AtomicLong scripted = new AtomicLong();
    private final AtomicLong fired = new AtomicLong();
    private volatile @Nullable String lastHit;

    FaultScript(long seed) {
        this.seed = seed;
    }

    void add(Fault fault) {
        if (fault.action().doesNothing()) {
            throw new IllegalArgumentException("the fault on " + fault.trigger()
                    + " says no consequence; add throwSql, hang, delay, returnFalse, ignore, …");
        }
        long faultSeed = new SplittableRandom(seed + scripted.incrementAndGet()).nextLong();
        armed.add(new Armed(fault, faultSeed, new AtomicLong(), new AtomicLong()));
    }

    /** The first fault that fires for this call, or null. Faults behind it do not count the call. */
    @Nullable Fault next(String method, int connectionId) {
        for (Armed candidate : armed) {
            if (candidate.fires(method, connectionId)) {
                lastHit = method;
                fired.incrementAndGet();
                return candidate.fault();
            }
        }
        return null;
    }

    long fired() {
        return fired.get();
    }

    @Nullable String lastHit() {
        return lastHit;
    }

    void clear() {
        armed.clear();
    }

    @Override
    public String toString() {
        return armed.toString();
    }
}
