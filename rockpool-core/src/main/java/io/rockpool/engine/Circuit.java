package io.rockpool.engine;

import org.jspecify.annotations.Nullable;

/**
 * What is known of opening: the failures in a row, the last error, when to try again.
 *
 * <p>Closed, it lets several openings run; after {@code maxRetries} failures in a row, or one that no retry can help, it
 * opens: one probe at a time, after a pause drawn from zero to the bound (full jitter) that doubles from 50 ms to 500 ms.
 * The first success closes it.
 *
 * <p>Threads: under the pool's lock. Units: nanoseconds.
 */
final class Circuit {

    private static final long FIRST_PAUSE = 50_000_000L;
    private static final long LONGEST_PAUSE = 500_000_000L;

    private final int maxFailures;
    private int failures;
    private boolean open;
    private @Nullable Throwable lastFailure;
    private long retryAt;

    Circuit(int maxFailures) {
        this.maxFailures = maxFailures;
    }

    boolean isOpen() {
        return open;
    }

    int failures() {
        return failures;
    }

    @Nullable Throwable lastFailure() {
        return lastFailure;
    }

    boolean mayTry(long now) {
        return failures == 0 || now - retryAt >= 0;
    }

    /** Counts a failure; true if it opened the circuit. */
    boolean failed(Throwable failure, boolean retryable, Platform platform, long now) {
        failures++;
        lastFailure = failure;
        long bound = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(failures - 1, 8));
        retryAt = now + platform.random(bound) + 1;
        boolean opens = !open && (failures >= maxFailures || !retryable);
        open |= opens;
        return opens;
    }

    /** Counts a success; true if it closed the circuit. */
    boolean succeeded() {
        boolean closes = open;
        failures = 0;
        open = false;
        lastFailure = null;
        return closes;
    }
}
