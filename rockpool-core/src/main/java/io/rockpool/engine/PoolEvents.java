package io.rockpool.engine;

/**
 * What the engine tells of itself, beside its numbers.
 *
 * <p>Threads: called from whichever thread saw it, without a lock held. Must not throw and must not block.
 */
public interface PoolEvents {

    default void opened(int slot) {}

    default void openFailed(Throwable failure, int attempt) {}

    default void closed(int slot, CloseCause cause) {}

    default void closeFailed(int slot, Throwable failure) {}

    default void validationFailed(int slot, Throwable failure) {}

    /** A driver call hangs and was given up. */
    default void stuck(int slot, String call, long nanos) {}

    default void leakSuspected(Holding holding) {}

    default void leakReturned(int slot, long heldNanos) {}

    /** Opening failed repeatedly; until it works again callers that find nothing open fail at once. */
    default void circuitOpened(Throwable failure) {}

    default void circuitClosed() {}
}
