package io.rockpool.benchmarks;

import java.util.concurrent.locks.LockSupport;

/** Sleeps of less than a millisecond, as {@code Thread.sleep} of Java 17 rounds them up. Threads: any. */
final class Pause {

    private Pause() {}

    /** Parks to a deadline; it ends late by what the system's timer allows itself, some 60 us on Linux. */
    static void nanos(long nanos) {
        long end = System.nanoTime() + nanos;
        boolean interrupted = false;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
            interrupted |= Thread.interrupted(); // else every further park would return at once
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
