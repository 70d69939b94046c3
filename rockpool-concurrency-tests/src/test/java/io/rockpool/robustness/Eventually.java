package io.rockpool.robustness;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Waits for what another thread is about to do: on the condition, with a deadline so generous that only a fault meets it.
 *
 * <p>Threads: any; stateless. Errors: {@link AssertionError} at the deadline, with what was waited for.
 */
final class Eventually {

    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private Eventually() {}

    static void eventually(Supplier<String> what, BooleanSupplier condition) {
        eventually(DEADLINE, what, condition);
    }

    static void eventually(Duration deadline, Supplier<String> what, BooleanSupplier condition) {
        if (!comes(deadline, condition)) {
            throw new AssertionError("never came: " + what.get());
        }
    }

    /** Whether the condition comes to hold. */
    static boolean comes(Duration deadline, BooleanSupplier condition) {
        long until = System.nanoTime() + deadline.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                return false;
            }
            LockSupport.parkNanos(1_000_000);
        }
        return true;
    }

    /** Waits for the end of a thread that has nothing left to do. */
    static void ends(Thread thread) throws InterruptedException {
        thread.join(DEADLINE.toMillis());
        if (thread.isAlive()) {
            StringBuilder stack = new StringBuilder();
            for (StackTraceElement line : thread.getStackTrace()) {
                stack.append("\n  at ").append(line);
            }
            throw new AssertionError(thread + " does not end" + stack);
        }
    }
}
