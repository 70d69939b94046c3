package io.rockpool;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who holds a connection: one row of {@link DatabaseConnectionPool#leases()} and of a {@link PoolTimeoutException}.
 *
 * @param slot the connection's place in the pool, from 0
 * @param threadName the borrowing thread's name, or {@code thread-ID} where it has none
 * @param threadId the borrowing thread's id
 * @param heldFor time since the borrow, to the precision of the pool's tick (20 ms)
 * @param sql the statement that runs or ran last, its literals replaced by {@code ?}; null before the first
 * @param acquiredAt where it was borrowed: the pool records this from its first suspected leak on, so it may be empty
 */
public record LeaseInfo(
        int slot,
        String threadName,
        long threadId,
        Duration heldFor,
        @Nullable String sql,
        List<StackTraceElement> acquiredAt) {

    public LeaseInfo {
        acquiredAt = List.copyOf(acquiredAt);
    }
}
