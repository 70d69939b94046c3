package io.rockpool.sqlite;

import io.rockpool.jdbc.AnyDatabase;
import io.rockpool.jdbc.ConnectionSettings;
import io.rockpool.jdbc.SqlText;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A SQLite database file: connections with their pragmas set and read back, transactions begun by the pool, errors by
 * SQLite's codes.
 *
 * <p>Opening costs about 0.1 ms, so whatever is in doubt is closed rather than repaired. Threads: any, with a connection
 * each. Source: docs/design/0005-sqlite-profile.md.
 */
final class SqliteDatabase extends AnyDatabase {

    /** Result codes after which the connection, or the file under it, is not to be trusted. */
    private static final Set<SQLiteErrorCode> BROKEN = Set.of(
            SQLiteErrorCode.SQLITE_INTERNAL,
            SQLiteErrorCode.SQLITE_NOMEM,
            SQLiteErrorCode.SQLITE_IOERR,
            SQLiteErrorCode.SQLITE_CORRUPT,
            SQLiteErrorCode.SQLITE_CANTOPEN,
            SQLiteErrorCode.SQLITE_MISUSE,
            SQLiteErrorCode.SQLITE_NOTADB);

    private static final int READONLY_DBMOVED = 1032;

    /** Pragmas that tell, or change the file rather than the session. */
    private static final Set<String> HARMLESS_PRAGMAS = Set.of(
            "TABLE_INFO",
            "TABLE_XINFO",
            "TABLE_LIST",
            "INDEX_INFO",
            "INDEX_XINFO",
            "INDEX_LIST",
            "FOREIGN_KEY_LIST",
            "FOREIGN_KEY_CHECK",
            "INTEGRITY_CHECK",
            "QUICK_CHECK",
            "USER_VERSION",
            "APPLICATION_ID",
            "SCHEMA_VERSION",
            "DATA_VERSION",
            "PAGE_COUNT",
            "FREELIST_COUNT",
            "PAGE_SIZE",
            "DATABASE_LIST",
            "FUNCTION_LIST",
            "COLLATION_LIST",
            "COMPILE_OPTIONS",
            "WAL_CHECKPOINT",
            "OPTIMIZE",
            "INCREMENTAL_VACUUM");

    private static final Pattern BETWEEN = Pattern.compile(";\\s*\\S");

    private final Path file;
    private final List<Pragma.Choice> pragmas;

    SqliteDatabase(ConnectionSettings settings, Path file, List<Pragma.Choice> pragmas, Consumer<String> fault) {
        super(settings, fault);
        this.file = file;
        this.pragmas = pragmas;
    }

    @Override
    protected String driverUrl() {
        return SqliteProfile.PREFIX + file;
    }

    @Override
    public boolean local() {
        return true;
    }

    @Override
    public Connection open() throws SQLException {
        Connection connection = super.open();
        try {
            for (Pragma.Choice pragma : pragmas) {
                pragma.apply(connection);
            }
            readSomething(connection);
            return connection;
        } catch (SQLException e) {
            close(connection, e);
            throw explained(e);
        } catch (Throwable t) {
            close(connection, t);
            throw t;
        }
    }

    /** The driver opens anything; a file that is no database shows at the first real read. */
    private static void readSomething(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT sqlite_version(), (SELECT count(*) FROM sqlite_schema)")) {
            row.next();
            String version = row.getString(1);
            if (Floor.isOlder(version, Floor.SQLITE)) {
                throw new SQLNonTransientConnectionException(
                        "SQLite is " + version + "; it must be " + Floor.SQLITE
                                + " or newer (older ones can corrupt a WAL database); raise the driver's version",
                        "08001");
            }
        }
    }

    private SQLException explained(SQLException e) {
        SQLiteErrorCode code = primary(codeOf(e));
        String what = switch (code) {
            case SQLITE_NOTADB -> "is no SQLite database; name another file, or a new one";
            case SQLITE_CORRUPT -> "is a damaged database; restore it from a backup";
            case SQLITE_READONLY, SQLITE_CANTOPEN ->
                "cannot be written: SQLite makes two more files beside it; check the"
                        + " permissions of the file and its folder, and that the disk is not read-only";
            case SQLITE_FULL -> "cannot grow: the disk is full";
            default -> "";
        };
        return what.isEmpty()
                ? e
                : new SQLNonTransientConnectionException(
                        "the database file " + file + " " + what, "08001", e.getErrorCode(), e);
    }

    private static void close(Connection connection, Throwable because) {
        try {
            connection.close();
        } catch (SQLException e) {
            because.addSuppressed(e);
        }
    }

    /** A real read of the file: the driver's own check never touches it. */
    @Override
    public boolean validate(Connection connection, int timeoutSeconds) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA schema_version")) {
            return row.next();
        }
    }

    /** The driver's own abort does nothing, and its close waits until the running statement ends. */
    @Override
    public void abort(Connection connection) throws SQLException {
        connection.unwrap(SQLiteConnection.class).getDatabase().interrupt();
    }

    @Override
    public boolean retryable(Throwable failure) {
        return failure instanceof SQLException e
                && switch (primary(codeOf(e))) {
                    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL -> true;
                    default -> false;
                };
    }

    @Override
    public Severity severity(SQLException e) {
        SQLiteErrorCode code = codeOf(e);
        return BROKEN.contains(primary(code)) || code.code == READONLY_DBMOVED
                ? Severity.CONNECTION
                : Severity.TRANSACTION;
    }

    private static SQLiteErrorCode codeOf(SQLException e) {
        return e instanceof SQLiteException sqlite
                ? sqlite.getResultCode()
                : SQLiteErrorCode.getErrorCode(e.getErrorCode() == 0 ? -1 : e.getErrorCode());
    }

    /** An extended code's family: the low byte. */
    private static SQLiteErrorCode primary(SQLiteErrorCode code) {
        return code.code < 0 ? code : SQLiteErrorCode.getErrorCode(code.code & 0xff);
    }

    @Override
    public Effect effect(String sql) {
        if (SqlText.isOrdinary(sql)) {
            return Effect.NONE;
        }
        if (sql.indexOf(';') >= 0 && BETWEEN.matcher(sql).find()) {
            return Effect.SESSION; // several statements, or a trigger: not worth reading, opening anew is cheap
        }
        SqlText text = new SqlText(sql);
        return switch (text.word()) {
            case "BEGIN", "SAVEPOINT" -> Effect.BEGINS;
            case "COMMIT", "END", "ROLLBACK" -> text.endsTransaction() ? Effect.ENDS : Effect.NONE;
            case "PRAGMA" -> pragmaEffect(text, sql);
            case "CREATE" ->
                switch (text.word()) {
                    case "TEMP", "TEMPORARY" -> Effect.SESSION;
                    default -> Effect.NONE;
                };
            case "ATTACH", "DETACH" -> Effect.SESSION;
            default -> Effect.NONE;
        };
    }

    private static Effect pragmaEffect(SqlText text, String sql) {
        boolean sets = sql.indexOf('=') >= 0 || sql.indexOf('(') >= 0;
        return sets && !HARMLESS_PRAGMAS.contains(text.word()) ? Effect.SESSION : Effect.NONE;
    }

    @Override
    public boolean keepsWarnings() {
        return false;
    }

    @Override
    public boolean ownTransactions() {
        return true;
    }

    @Override
    public Transactions transactions(Connection connection) throws SQLException {
        return new SqliteTransactions(connection);
    }
}
