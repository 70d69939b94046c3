package io.rockpool.sqlite.doctor;

import io.rockpool.sqlite.SqliteErrors;
import io.rockpool.sqlite.SqliteProfile;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.sqlite.SQLiteErrorCode;

/**
 * A connection that reads a database and changes nothing on the disk.
 *
 * <p>A WAL database that nobody has open is read as an immutable file: SQLite would otherwise make a -wal and a -shm beside
 * it and, being read-only, leave them there, owned by whoever ran the examination. Who reads so must look afterwards
 * whether the file was written meanwhile. Threads: one. Errors: as {@link ExaminedFile} has them, while opening; the
 * driver's own afterwards.
 */
final class ReadOnlyDatabase implements AutoCloseable {

    private static final int READONLY_ROLLBACK = 776;

    /** Reads one row. */
    interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    /** The journal was left by a writer that died: nothing may be read before it is rolled back. */
    static final class HotJournal extends Exception {
        private static final long serialVersionUID = 1L;

        HotJournal(SQLException cause) {
            super(cause);
        }
    }

    private final Connection connection;
    private final boolean immutable;

    private ReadOnlyDatabase(Connection connection, boolean immutable) {
        this.connection = connection;
        this.immutable = immutable;
    }

    /**
     * Whether it is a WAL database that was closed properly. SQLite keeps no journal mode for a file that is immutable,
     * and refuses one in WAL that must not be locked: so a refused read tells.
     */
    static boolean isClosedWal(ExaminedFile file) throws SQLException {
        if (Files.exists(file.wal()) || Files.exists(file.journal())) {
            return false;
        }
        try (Connection probe = connect(file.path().toUri() + "?nolock=1")) {
            readSchema(probe);
            return false;
        } catch (SQLException e) {
            return SqliteErrors.primary(SqliteErrors.codeOf(e)) == SQLiteErrorCode.SQLITE_CANTOPEN;
        }
    }

    static ReadOnlyDatabase open(ExaminedFile file, boolean immutable) throws SQLException, HotJournal {
        Connection connection = null;
        try {
            connection = connect(
                    immutable
                            ? file.path().toUri() + "?immutable=1"
                            : file.path().toString());
            readSchema(connection);
            return new ReadOnlyDatabase(connection, immutable);
        } catch (SQLException e) {
            if (connection != null) {
                connection.close();
            }
            if (SqliteErrors.codeOf(e).code == READONLY_ROLLBACK) {
                throw new HotJournal(e);
            }
            throw explained(file, e);
        }
    }

    private static Connection connect(String name) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("open_mode", "1"); // read-only
        return DriverManager.getConnection(SqliteProfile.PREFIX + name, properties);
    }

    /** The driver opens anything; the first real read tells. A schema may call functions: only harmless ones here. */
    private static void readSchema(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA trusted_schema=0");
            statement.executeQuery("SELECT count(*) FROM sqlite_schema").close();
        }
    }

    static SQLException explained(ExaminedFile file, SQLException e) {
        String why = switch (SqliteErrors.primary(SqliteErrors.codeOf(e))) {
            case SQLITE_NOTADB -> "is no SQLite database, or an encrypted one; name another file";
            case SQLITE_CORRUPT ->
                "is damaged beyond opening; restore it from a backup, or save what is left with the .recover"
                        + " command of SQLite's shell";
            case SQLITE_CANTOPEN, SQLITE_READONLY ->
                "cannot be read from where it is: a database with a write-ahead log needs two more files beside it, and"
                        + " this user cannot write in " + file.path().getParent()
                        + "; run as the user of the application,"
                        + " or copy the file together with its -wal to a folder you may write";
            case SQLITE_BUSY, SQLITE_LOCKED -> "is locked by another process; try again when that is done, or end it";
            case SQLITE_PERM, SQLITE_AUTH -> "must not be read by this user; run as the user of the application";
            case SQLITE_IOERR -> "cannot be read from its disk; check the disk, and restore the file from a backup";
            default -> "cannot be opened; see the reason and correct it";
        };
        return ExaminedFile.cannot(file.path() + " " + why + " (" + e.getMessage() + ")", e);
    }

    /** The version of the library, which no file is needed for. */
    static String libraryVersion() throws SQLException {
        try (Connection memory = connect(":memory:");
                Statement statement = memory.createStatement();
                ResultSet row = statement.executeQuery("SELECT sqlite_version()")) {
            return row.next() ? row.getString(1) : "";
        }
    }

    /** The journal mode that the file asks for. */
    String journalMode() throws SQLException {
        return immutable ? "wal" : text("PRAGMA journal_mode");
    }

    boolean isImmutable() {
        return immutable;
    }

    /** The first column of the first row; empty where there is none. */
    String text(String sql, Object... parameters) throws SQLException {
        StringBuilder found = new StringBuilder();
        each(sql, row -> found.append(found.isEmpty() ? row.getString(1) : ""), parameters);
        return found.toString();
    }

    /** The first column of the first row; 0 where there is none. */
    long number(String sql, Object... parameters) throws SQLException {
        long[] found = {0};
        each(sql, row -> found[0] = row.getLong(1), parameters);
        return found[0];
    }

    void each(String sql, RowReader reader, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        }
    }

    /** A name as it stands in SQL. */
    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
