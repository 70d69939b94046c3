package io.rockpool.testkit;

import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.util.function.Supplier;

/** The SQLStates of the simulated server, and the exception type that belongs to each. Threads: stateless. */
final class FaultSqlState {
    static final String CONNECT_REFUSED = "08001";
    static final String CONNECTION_CLOSED = "08003";
    static final String CONNECTION_LOST = "08006";
    static final String DUPLICATE_KEY = "23505";
    static final String WRONG_TRANSACTION_STATE = "25001";
    static final String NO_TRANSACTION = "25000";
    static final String READ_ONLY = "25006";
    static final String CANCELLED = "57014";
    static final String OBJECT_CLOSED = "HY000";
    static final String BAD_VALUE = "22000";

    /** An exception to be, so that its message can say where and how it came about. */
    record Template(String sqlState, String message) implements Supplier<SQLException> {
        @Override
        public SQLException get() {
            return exception(sqlState, message);
        }

        SQLException at(String place) {
            return exception(sqlState, message + " [" + place + "]");
        }
    }

    private FaultSqlState() {}

    static SQLException exception(String sqlState, String message) {
        if (sqlState.equals(CANCELLED)) {
            return new SQLTimeoutException(message, sqlState);
        }
        return switch (sqlState.substring(0, Math.min(2, sqlState.length()))) {
            case "08" -> new SQLNonTransientConnectionException(message, sqlState);
            case "22" -> new SQLDataException(message, sqlState);
            case "23" -> new SQLIntegrityConstraintViolationException(message, sqlState);
            case "28" -> new SQLInvalidAuthorizationSpecException(message, sqlState);
            case "40" -> new SQLTransactionRollbackException(message, sqlState);
            case "42" -> new SQLSyntaxErrorException(message, sqlState);
            default -> new SQLException(message, sqlState);
        };
    }
}
