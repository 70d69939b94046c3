package io.rockpool.sqlite;

import java.sql.SQLException;
import java.util.Set;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The driver's errors with the SQLState that JDBC users and frameworks go by, and the class and vendor code they had.
 *
 * <p>Threads: any. Source: sqlite.org/rescode.html; SQL:2016 and PostgreSQL's states.
 */
public final class SqliteErrors {

    private SqliteErrors() {}

    /** A SQLite error with a state. */
    private static final class WithState extends SQLiteException {
        private static final long serialVersionUID = 1;
        private final String state;

        WithState(SQLiteException error, String message, String state) {
            super(message, error.getResultCode());
            this.state = state;
            initCause(error.getCause());
            setStackTrace(error.getStackTrace());
            for (Throwable suppressed : error.getSuppressed()) {
                addSuppressed(suppressed);
            }
        }

        @Override
        public String getSQLState() {
            return state;
        }
    }

    /** The error as callers get it. */
    static SQLException told(SQLException e) {
        if (e instanceof WithState || !(e instanceof SQLiteException error)) {
            return e;
        }
        String state = state(error.getResultCode());
        return state.isEmpty() ? e : new WithState(error, String.valueOf(error.getMessage()), state);
    }

    /** The error after the last try at another process's lock. */
    static SQLException lockedByAnother(SQLException e, String message) {
        return e instanceof SQLiteException error
                ? new WithState(error, message + " " + error.getMessage(), state(error.getResultCode()))
                : e;
    }

    private static String state(SQLiteErrorCode code) {
        return switch (code) {
            case SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID -> "23505";
            case SQLITE_CONSTRAINT_NOTNULL -> "23502";
            case SQLITE_CONSTRAINT_FOREIGNKEY -> "23503";
            case SQLITE_CONSTRAINT_CHECK -> "23514";
            case SQLITE_BUSY_SNAPSHOT -> "40001";
            default ->
                switch (primary(code)) {
                    case SQLITE_CONSTRAINT -> "23000";
                    case SQLITE_BUSY, SQLITE_LOCKED -> "55P03";
                    case SQLITE_INTERRUPT -> "57014";
                    case SQLITE_READONLY -> "25006";
                    case SQLITE_FULL -> "53100";
                    case SQLITE_IOERR, SQLITE_CANTOPEN -> "58030";
                    case SQLITE_NOMEM -> "53200";
                    case SQLITE_CORRUPT, SQLITE_NOTADB -> "XX001";
                    case SQLITE_TOOBIG -> "54000";
                    case SQLITE_MISMATCH -> "22000";
                    case SQLITE_AUTH -> "42501";
                    case SQLITE_ERROR -> "42000";
                    default -> "";
                };
        };
    }

    public static SQLiteErrorCode codeOf(SQLException e) {
        return e instanceof SQLiteException sqlite
                ? sqlite.getResultCode()
                : SQLiteErrorCode.getErrorCode(e.getErrorCode() == 0 ? -1 : e.getErrorCode());
    }

    /** An extended code's family: the low byte. */
    public static SQLiteErrorCode primary(SQLiteErrorCode code) {
        return code.code < 0 ? code : SQLiteErrorCode.getErrorCode(code.code & 0xff);
    }

    /** Whether another process's lock stood in the way, and trying again may help. */
    static boolean isLockedByAnother(SQLException e) {
        SQLiteErrorCode code = codeOf(e);
        return primary(code) == SQLiteErrorCode.SQLITE_BUSY && code != SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT;
    }

    /** Result codes after which the connection, or the file under it, is not to be trusted. */
    private static final Set<SQLiteErrorCode> FATAL = Set.of(
            SQLiteErrorCode.SQLITE_INTERNAL,
            SQLiteErrorCode.SQLITE_NOMEM,
            SQLiteErrorCode.SQLITE_IOERR,
            SQLiteErrorCode.SQLITE_CORRUPT,
            SQLiteErrorCode.SQLITE_CANTOPEN,
            SQLiteErrorCode.SQLITE_MISUSE,
            SQLiteErrorCode.SQLITE_NOTADB);

    private static final int READONLY_DBMOVED = 1032;

    static boolean isFatal(SQLException e) {
        SQLiteErrorCode code = codeOf(e);
        return FATAL.contains(primary(code)) || code.code == READONLY_DBMOVED;
    }

    static boolean isInterrupt(SQLException e) {
        return primary(codeOf(e)) == SQLiteErrorCode.SQLITE_INTERRUPT;
    }

    static boolean isReadOnly(SQLException e) {
        return primary(codeOf(e)) == SQLiteErrorCode.SQLITE_READONLY;
    }
}
