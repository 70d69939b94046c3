package io.rockpool.jdbc;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** A driver's failures without the secrets that some drivers put into their messages. Threads: any. */
final class DriverErrors {

    private static final int DEEPEST = 20; // a chain of causes may be a circle

    private DriverErrors() {}

    /** The same failure, and its causes and next exceptions, with the secrets masked; stacks stay. */
    static SQLException redacted(Exception e, Collection<String> secrets) {
        SQLException clean = sameKind(e, secrets);
        clean.setStackTrace(e.getStackTrace());
        clean.initCause(cause(e.getCause(), secrets, 0));
        SQLException next = e instanceof SQLException sql ? sql.getNextException() : null;
        for (int i = 0; next != null && i < DEEPEST; i++) {
            clean.setNextException(sameKind(next, secrets));
            next = next.getNextException();
        }
        return clean;
    }

    private static SQLException sameKind(Exception e, Collection<String> secrets) {
        String message = Redaction.message(e.getMessage(), secrets);
        if (!(e instanceof SQLException sql)) {
            return new SQLException("the driver failed with " + e.getClass().getName() + ": " + message);
        }
        String state = sql.getSQLState();
        int code = sql.getErrorCode();
        if (sql instanceof SQLNonTransientConnectionException) {
            return new SQLNonTransientConnectionException(message, state, code);
        }
        if (sql instanceof SQLTransientConnectionException) {
            return new SQLTransientConnectionException(message, state, code);
        }
        return sql instanceof SQLRecoverableException
                ? new SQLRecoverableException(message, state, code)
                : new SQLException(message, state, code);
    }

    private static @Nullable Throwable cause(@Nullable Throwable cause, Collection<String> secrets, int depth) {
        if (cause == null || depth == DEEPEST) {
            return null;
        }
        Throwable told = new Throwable(
                cause.getClass().getName() + ": " + Redaction.message(cause.getMessage(), secrets),
                cause(cause.getCause(), secrets, depth + 1));
        told.setStackTrace(cause.getStackTrace());
        return told;
    }
}
