package io.rockpool;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Is told of what happens in a pool, off the hot path: nothing is called for an ordinary borrow.
 *
 * <p>Threads: called from whichever thread saw it; must be quick. What it throws is logged and goes no further.
 */
public interface PoolListener {

    /** A connection was opened in a slot. */
    default void opened(String pool, int slot) {}

    /** Opening failed; {@code attempt} counts the failures in a row. */
    default void openFailed(String pool, Throwable failure, int attempt) {}

    /** A connection was closed; the cause is a key of {@link PoolStatistics#closedByCause()}. */
    default void closed(String pool, int slot, String cause) {}

    /** Opening failed so often that callers who find nothing open are told at once. */
    default void databaseDown(String pool, Throwable failure) {}

    /** Opening works again. */
    default void databaseUp(String pool) {}

    /** A lease outlived {@code leakThreshold}; the stack is what its holder is doing now. */
    default void leakSuspected(String pool, LeaseInfo lease, List<StackTraceElement> holderStack) {}

    /** A lease that was told of ended after all. */
    default void leakReturned(String pool, int slot, Duration heldFor) {}

    /** A lease ended with open work, which was rolled back; {@code sql} is its last statement without literals. */
    default void unfinishedTransaction(String pool, int slot, @Nullable String sql) {}

    /** A driver call hangs and was abandoned. */
    default void stuck(String pool, int slot, String call, Duration since) {}

    /** A borrow ended without a connection. */
    default void borrowFailed(String pool, PoolTimeoutException failure) {}
}
