package io.rockpool.engine;

import org.jspecify.annotations.Nullable;

/**
 * One lease, as a watcher sees it.
 *
 * @param slot the slot's index
 * @param holder the borrowing thread
 * @param heldNanos time since the borrow, to the precision of the tick
 * @param resource what is lent; for reading its diagnostics, never for calling it
 * @param acquiredAt where it was borrowed, if traced
 */
public record Holding(
        int slot,
        Thread holder,
        long heldNanos,
        Object resource,
        @Nullable Throwable acquiredAt) {}
