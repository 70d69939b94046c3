package io.rockpool.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Locale;

/**
 * The database of the SQLite benchmarks, made once and copied, so that every subject has the same bytes in a file of its
 * own.
 *
 * <p>{@code items} has 100,000 rows of some 200 bytes; {@code accounts} and {@code entries} are what writers change; the
 * rest is a small scoreboard. Threads: one.
 */
final class SqliteFiles {

    static final int ITEMS = 100_000;
    static final int ACCOUNTS = 1_000;
    static final int EMPLOYEES = 16;
    static final int ACTIVE = 12;

    private static final int BODY = 160;
    private static final int VOTES_EACH = 6;
    private static final int SYNCS = 200;

    private SqliteFiles() {}

    /** The second column of an item, by which a reader knows that it got the right one. */
    static int code(int item) {
        return item * 7;
    }

    /** A new database in WAL mode, closed, so that the one file is all of it; {@code items}: none for those who only write. */
    static Path create(Path folder, int items) throws SQLException {
        Path file = folder.resolve("template.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA journal_mode=WAL");
                statement.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, code INTEGER NOT NULL,"
                        + " name TEXT NOT NULL, body TEXT NOT NULL) STRICT");
                statement.execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL) STRICT");
                statement.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, account INTEGER NOT NULL,"
                        + " amount INTEGER NOT NULL, note TEXT NOT NULL) STRICT");
                statement.execute("CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT");
                statement.execute("CREATE TABLE employees (id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                        + " role_id INTEGER NOT NULL REFERENCES roles (id), active INTEGER NOT NULL) STRICT");
                statement.execute("CREATE TABLE votes (target_id INTEGER NOT NULL REFERENCES employees (id),"
                        + " voter INTEGER NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (target_id, voter))"
                        + " STRICT, WITHOUT ROWID");
            }
            connection.setAutoCommit(false);
            fill(connection, items);
            connection.commit();
        }
        return file;
    }

    /** A copy that is on the disk: else the first syncs of a benchmark would write it. */
    static void copy(Path template, Path file) throws IOException {
        Files.copy(template, file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private static void fill(Connection connection, int count) throws SQLException {
        try (PreparedStatement items = connection.prepareStatement("INSERT INTO items VALUES (?, ?, ?, ?)")) {
            String filler = "the quick rock pool ".repeat(BODY / 20);
            for (int i = 1; i <= count; i++) {
                items.setInt(1, i);
                items.setInt(2, code(i));
                items.setString(3, String.format(Locale.ROOT, "item number %08d", i));
                items.setString(4, filler);
                items.executeUpdate();
            }
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO roles VALUES (1, 'Driver'), (2, 'Warehouse'), (3, 'Office')");
            for (int i = 1; i <= ACCOUNTS; i++) {
                statement.execute("INSERT INTO accounts VALUES (" + i + ", 0)");
            }
            for (int i = 1; i <= EMPLOYEES; i++) {
                statement.execute("INSERT INTO employees VALUES (" + i + ", 'Employee " + i + "', " + (1 + i % 3) + ", "
                        + (i <= ACTIVE ? 1 : 0) + ")");
                for (int voter = 1; voter <= VOTES_EACH; voter++) {
                    statement.execute(
                            "INSERT INTO votes VALUES (" + i + ", " + voter + ", " + ((i + voter) % 3 - 1) + ")");
                }
            }
        }
    }

    /** What one sync of a small write takes beside this file, and on what file system: writes are measured against it. */
    static String syncCost(Path template) throws IOException {
        Path file = template.resolveSibling("sync");
        long[] nanos = new long[SYNCS];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer page = ByteBuffer.allocateDirect(4096);
            for (int i = 0; i < SYNCS; i++) {
                page.clear();
                channel.write(page, 0);
                long from = System.nanoTime();
                channel.force(false);
                nanos[i] = System.nanoTime() - from;
            }
        }
        Files.delete(file);
        Arrays.sort(nanos);
        return String.format(
                Locale.ROOT,
                "A sync takes %.3f ms here (median of %d; %s, %s).",
                nanos[SYNCS / 2] / 1e6,
                SYNCS,
                Files.getFileStore(template).type(),
                template.getParent());
    }
}
