package io.rockpool;

import io.rockpool.engine.BorrowFailure;
import io.rockpool.engine.EngineSettings;
import io.rockpool.engine.Holding;
import io.rockpool.jdbc.PhysicalConnection;
import io.rockpool.jdbc.Redaction;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Puts a failed borrow into words: what happened, the numbers, what to do. */
final class BorrowErrors {

    private static final int HOLDERS_TOLD = 10;

    private BorrowErrors() {}

    /** The exception for a failed borrow. */
    static SQLException of(String pool, BorrowFailure failure, EngineSettings settings) {
        if (failure.reason() == BorrowFailure.Reason.CLOSED) {
            return new SQLNonTransientConnectionException(
                    "pool '" + pool + "' is closed; borrow before close(), or build a new pool", "08003");
        }
        List<LeaseInfo> holders =
                failure.holdings().stream().map(BorrowErrors::lease).toList();
        StringBuilder message = new StringBuilder("pool '" + pool + "': ");
        if (failure.timedOut()) {
            message.append("no connection came free in ")
                    .append(TimeUnit.NANOSECONDS.toMillis(failure.waitedNanos()))
                    .append(" ms. ");
        }
        message.append(reason(failure, settings)).append(holders(holders));
        Throwable cause = failure.getCause();
        SQLException own = cause instanceof SQLException sql ? sql : null;
        return new PoolTimeoutException(
                message.toString(),
                own != null && own.getSQLState() != null ? own.getSQLState() : "08001",
                own != null ? own.getErrorCode() : 0,
                PoolTimeoutException.Reason.valueOf(failure.reason().name()),
                failure.waitedNanos(),
                failure.active(),
                failure.capacity(),
                failure.waiting(),
                holders,
                cause);
    }

    private static String reason(BorrowFailure f, EngineSettings settings) {
        String lent = "All " + f.active() + " of " + f.capacity() + " connections are lent out and " + f.waiting()
                + (f.waiting() == 1 ? " other caller is" : " other callers are") + " waiting";
        return switch (f.reason()) {
            case EXHAUSTED ->
                (f.active() < f.capacity()
                                ? f.active() + " of " + f.capacity() + " connections are lent out, " + f.open()
                                        + " are open and " + f.waiting() + " other callers are waiting"
                                : lent)
                        + ". Close connections sooner or raise poolSize.";
            case LEAK_SUSPECTED ->
                lent + ", and the oldest lease is older than leakThreshold ("
                        + TimeUnit.NANOSECONDS.toMillis(settings.leakThreshold())
                        + " ms). Look for a connection that is not closed, at the holders below.";
            case NESTED_BORROW ->
                lent + "; this thread holds one of them itself. Borrow once and pass the connection on,"
                        + " or raise poolSize above the number of threads times (connections each needs - 1).";
            case DEADLOCK ->
                "This borrow can never succeed: all " + f.capacity()
                        + " connections are held by threads that wait for one more, this one among them. Borrow once and pass"
                        + " the connection on, or raise poolSize.";
            case OPEN_FAILING ->
                "Opening a connection fails"
                        + (f.getCause() == null
                                ? ""
                                : ": " + Redaction.message(f.getCause().getMessage(), null))
                        + ". Check that the database is up and the settings are right.";
            case SUSPENDED -> "The pool is suspended; call resume().";
            case TOO_MANY_WAITERS ->
                "Refused at once: " + f.waiting() + " callers wait already (maxWaiters is " + settings.maxWaiters()
                        + "). Shed load earlier, or raise poolSize.";
            case CLOSED -> "The pool is closed.";
        };
    }

    private static String holders(List<LeaseInfo> holders) {
        if (holders.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder(" Holders, longest first:");
        for (LeaseInfo lease : holders.subList(0, Math.min(HOLDERS_TOLD, holders.size()))) {
            text.append(" [")
                    .append(lease.heldFor().toMillis())
                    .append(" ms by thread '")
                    .append(lease.threadName())
                    .append('\'');
            if (lease.sql() != null) {
                text.append(", in \"").append(lease.sql()).append('"');
            }
            if (!lease.acquiredAt().isEmpty()) {
                text.append(", acquired at ").append(lease.acquiredAt().get(0));
            }
            text.append(']');
        }
        int more = holders.size() - HOLDERS_TOLD;
        return more > 0 ? text + " and " + more + " more." : text + ".";
    }

    /** A holding as users see it. */
    @SuppressWarnings("deprecation") // threadId() is of Java 19
    static LeaseInfo lease(Holding holding) {
        Thread thread = holding.holder();
        String sql = ((PhysicalConnection) holding.resource()).lastSql();
        Throwable acquired = holding.acquiredAt();
        return new LeaseInfo(
                holding.slot(),
                thread.getName().isEmpty() ? "thread-" + thread.getId() : thread.getName(),
                thread.getId(),
                Duration.ofNanos(holding.heldNanos()),
                sql == null ? null : Redaction.sql(sql),
                acquired == null ? List.of() : outside(acquired.getStackTrace()));
    }

    /** A stack without the pool's own frames at its top. */
    private static List<StackTraceElement> outside(StackTraceElement[] stack) {
        int i = 0;
        while (i < stack.length && stack[i].getClassName().matches("io\\.rockpool\\.(engine\\.|jdbc\\.)?[A-Z].*")) {
            i++;
        }
        return List.of(stack).subList(i, Math.min(stack.length, i + 30));
    }
}
