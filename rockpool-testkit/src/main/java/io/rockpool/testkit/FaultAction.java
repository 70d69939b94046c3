package io.rockpool.testkit;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Fault} does to the call it hits: first it waits (a delay, a hang), then its outcome decides.
 *
 * <p>Threads: immutable, provided that {@code thrown} is.
 *
 * @param thrown makes the exception, for {@link Outcome#THROW}; others have none
 * @param value the answer instead of the driver's, for {@link Outcome#ANSWER}
 * @param lateBy how many executions later a cancel hits, for {@link Outcome#CANCEL_LATE}
 * @param afterEffect whether the fault comes after the call has had its effect on the server
 */
record FaultAction(
        Outcome outcome,
        @Nullable Supplier<? extends Throwable> thrown,
        @Nullable Object value,
        int lateBy,
        Duration delay,
        boolean hang,
        boolean ignoringInterrupt,
        boolean ignoringAbort,
        boolean afterEffect) {

    enum Outcome {
        /** The call goes on as if nothing had been scripted. */
        PASS,
        THROW,
        ANSWER,
        /** The call has no effect and answers as if it had. */
        IGNORE,
        /** As IGNORE; and the getter of the ignored setter reports the value that was never set. */
        IGNORE_AND_LIE,
        CANCEL_LATE
    }

    /** A longer delay in a test is a mistake; a hang says so more clearly. */
    static final Duration MAX_DELAY = Duration.ofMinutes(1);

    static final FaultAction NONE =
            new FaultAction(Outcome.PASS, null, null, 0, Duration.ZERO, false, false, false, false);

    FaultAction {
        if (delay.isNegative() || delay.compareTo(MAX_DELAY) > 0) {
            throw new IllegalArgumentException("a fault's delay must be 0 to " + MAX_DELAY + ", not " + delay);
        }
    }

    boolean doesNothing() {
        return outcome == Outcome.PASS && delay.isZero() && !hang;
    }

    FaultAction throwing(Supplier<? extends Throwable> newThrown) {
        return with(Outcome.THROW, newThrown, null, 0);
    }

    FaultAction answering(@Nullable Object newValue) {
        return with(Outcome.ANSWER, null, newValue, 0);
    }

    FaultAction ignoring(boolean lie) {
        return with(lie ? Outcome.IGNORE_AND_LIE : Outcome.IGNORE, null, null, 0);
    }

    FaultAction cancellingLateBy(int executions) {
        if (executions < 1) {
            throw new IllegalArgumentException("a late cancel is late by at least 1 execution, not " + executions);
        }
        return with(Outcome.CANCEL_LATE, null, null, executions);
    }

    FaultAction withDelay(Duration newDelay) {
        return new FaultAction(
                outcome, thrown, value, lateBy, newDelay, hang, ignoringInterrupt, ignoringAbort, afterEffect);
    }

    FaultAction withHang() {
        return new FaultAction(
                outcome, thrown, value, lateBy, delay, true, ignoringInterrupt, ignoringAbort, afterEffect);
    }

    FaultAction withIgnoringInterrupt() {
        return new FaultAction(outcome, thrown, value, lateBy, delay, hang, true, ignoringAbort, afterEffect);
    }

    FaultAction withIgnoringAbort() {
        return new FaultAction(outcome, thrown, value, lateBy, delay, hang, ignoringInterrupt, true, afterEffect);
    }

    FaultAction withAfterEffect() {
        return new FaultAction(outcome, thrown, value, lateBy, delay, hang, ignoringInterrupt, ignoringAbort, true);
    }

    private FaultAction with(
            Outcome newOutcome,
            @Nullable Supplier<? extends Throwable> newThrown,
            @Nullable Object newValue,
            int late) {
        return new FaultAction(
                newOutcome, newThrown, newValue, late, delay, hang, ignoringInterrupt, ignoringAbort, afterEffect);
    }

    @Override
    public String toString() {
        return (delay.isZero() ? "" : "delay " + delay + ", ")
                + (hang ? "hang, " : "")
                + outcome
                + (value == null ? "" : " " + value)
                + (afterEffect ? " after the effect" : "");
    }
}
