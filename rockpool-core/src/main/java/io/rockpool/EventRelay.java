package io.rockpool;

import io.rockpool.engine.CloseCause;
import io.rockpool.engine.Holding;
import io.rockpool.jdbc.JdbcPool;
import io.rockpool.jdbc.PhysicalConnection;
import io.rockpool.jdbc.Redaction;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the pool's events to the log and hands them to the listeners.
 *
 * <p>What can happen often is logged at most once in ten seconds a kind, with the number left out. Threads: any.
 */
final class EventRelay implements JdbcPool.Events {

    private enum Kind {
        OPEN_FAILED,
        CLOSE_FAILED,
        INVALID,
        LEAK,
        UNFINISHED,
        RESET_FAILED,
        STUCK
    }

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseConnectionPool.class);
    private static final long QUIET_NANOS = 10_000_000_000L;

    private final String pool;
    private final List<PoolListener> listeners;
    private final Map<Kind, long[]> quiet = new EnumMap<>(Kind.class); // until, left out; guarded by itself

    EventRelay(String pool, List<PoolListener> listeners) {
        this.pool = pool;
        this.listeners = List.copyOf(listeners);
    }

    void tell(Consumer<PoolListener> event) {
        for (PoolListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (Throwable e) { // even an Error: the pool goes on
                LOG.warn(
                        "pool '{}': a listener failed: {}",
                        pool,
                        listener.getClass().getName(),
                        e);
            }
        }
    }

    private void warn(Kind kind, String text) {
        long left;
        synchronized (quiet) {
            long now = System.nanoTime();
            long[] state = quiet.get(kind);
            if (state != null && now - state[0] < 0) {
                state[1]++;
                return;
            }
            left = state == null ? 0 : state[1];
            quiet.put(kind, new long[] {now + QUIET_NANOS, 0});
        }
        LOG.warn("pool '{}': {}{}", pool, text, left == 0 ? "" : " (" + left + " more such events were not logged)");
    }

    private static String told(Throwable failure) {
        return failure.getClass().getSimpleName() + ": " + Redaction.message(failure.getMessage(), null);
    }

    @Override
    public void opened(int slot) {
        LOG.debug("pool '{}': opened a connection in slot {}", pool, slot);
        tell(l -> l.opened(pool, slot));
    }

    @Override
    public void openFailed(Throwable failure, int attempt) {
        warn(Kind.OPEN_FAILED, "opening a connection failed, " + attempt + " in a row: " + told(failure));
        tell(l -> l.openFailed(pool, failure, attempt));
    }

    @Override
    public void closed(int slot, CloseCause cause) {
        LOG.debug("pool '{}': closed the connection in slot {}: {}", pool, slot, cause.key());
        tell(l -> l.closed(pool, slot, cause.key()));
    }

    @Override
    public void closeFailed(int slot, Throwable failure) {
        warn(Kind.CLOSE_FAILED, "closing a connection failed, it counts as closed: " + told(failure));
    }

    @Override
    public void validationFailed(int slot, Throwable failure) {
        warn(Kind.INVALID, "an idle connection no longer works and is replaced: " + told(failure));
    }

    @Override
    public void stuck(int slot, String call, long nanos) {
        Duration since = Duration.ofNanos(nanos);
        warn(Kind.STUCK, "a driver call (" + call + ") hangs for " + since.toMillis() + " ms and was abandoned");
        tell(l -> l.stuck(pool, slot, call, since));
    }

    @Override
    public void leakSuspected(Holding holding) {
        LeaseInfo lease = BorrowErrors.lease(holding);
        List<StackTraceElement> stack = List.of(holding.holder().getStackTrace());
        warn(
                Kind.LEAK,
                "a connection is held for " + lease.heldFor().toMillis() + " ms by thread '" + lease.threadName()
                        + "'" + (lease.sql() == null ? "" : ", in \"" + lease.sql() + "\"") + "; its holder is at "
                        + (stack.isEmpty() ? "no line: the thread has ended" : stack.get(0))
                        + ". From now on borrows record where they come from");
        tell(l -> l.leakSuspected(pool, lease, stack));
    }

    @Override
    public void leakReturned(int slot, long heldNanos) {
        Duration held = Duration.ofNanos(heldNanos);
        LOG.info("pool '{}': the suspected leak in slot {} came back after {} ms", pool, slot, held.toMillis());
        tell(l -> l.leakReturned(pool, slot, held));
    }

    @Override
    public void circuitOpened(Throwable failure) {
        LOG.error(
                "pool '{}': the database cannot be reached; callers are told at once until it can: {}",
                pool,
                told(failure));
        tell(l -> l.databaseDown(pool, failure));
    }

    @Override
    public void circuitClosed() {
        LOG.info("pool '{}': the database is back", pool);
        tell(l -> l.databaseUp(pool));
    }

    @Override
    public void unfinished(int slot, PhysicalConnection connection) {
        String last = connection.lastSql();
        String sql = last == null ? null : Redaction.sql(last);
        warn(
                Kind.UNFINISHED,
                "a connection was given back with open work, which was rolled back; its last statement: " + sql);
        tell(l -> l.unfinishedTransaction(pool, slot, sql));
    }

    @Override
    public void resetFailed(int slot, Exception failure) {
        warn(Kind.RESET_FAILED, "a given-back connection could not be cleaned and is closed: " + told(failure));
    }
}
