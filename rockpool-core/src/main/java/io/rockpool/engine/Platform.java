package io.rockpool.engine;

import java.util.concurrent.locks.LockSupport;

/**
 * Time, threads and parking, as the engine sees them.
 *
 * <p>The engine asks no other source, so that the same classes run on real threads ({@link JvmPlatform}) and, step by
 * step in virtual time, in a simulator. Threads: every method from any thread. Units: nanoseconds.
 */
public interface Platform {

    /** A clock that never runs backwards. */
    long nanos();

    /** The coarse clock that the hot path reads. */
    Tick tick();

    /** A number from 0 to bound - 1, for jitter. */
    long random(long bound);

    /** Runs a driver call on a thread that may hang in it. */
    void execute(Runnable task);

    /** Calls {@link Chores#run} at every tick until {@link #leave}. */
    void join(Chores chores);

    /** Ends those calls. */
    void leave(Chores chores);

    /** Whether the calling thread does the platform's own work, which a wait for that work would stop. */
    default boolean isOwnThread() {
        return false;
    }

    /** Wakes a waiter that sleeps, or will sleep next. */
    default void unpark(Waiter<?> waiter) {
        LockSupport.unpark(waiter.thread());
    }

    /** What the housekeeper does for one pool at each tick. */
    @FunctionalInterface
    interface Chores {
        void run(long now);
    }

    /** A clock in one field, moved by the housekeeper; at most {@link #PERIOD} and one scheduling delay behind. */
    final class Tick {
        /** 20 ms. */
        public static final long PERIOD = 20_000_000L;

        long p0, p1, p2, p3, p4, p5, p6, p7;
        private volatile long now;
        long q0, q1, q2, q3, q4, q5, q6, q7;

        public Tick(long now) {
            this.now = now;
        }

        public long now() {
            return now;
        }

        public void move(long to) {
            now = to;
        }
    }
}
