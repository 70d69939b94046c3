package io.rockpool.sqlite;

import io.rockpool.jdbc.SqlText;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.sqlite.SQLiteConnection;

/**
 * Decides what an SQL text is: by its first words where they settle it, by the program that SQLite compiles it to where
 * they do not (WITH, and whatever is new), each text once.
 *
 * <p>Never is a text that may write called a read: what cannot be told counts as a write. Readers refuse writes besides.
 * Threads: any. Cost: a look into a hash table; about 12 µs for a text whose program is read.
 */
final class Router {

    /** Texts remembered; with more than these, most are literals that come once. */
    private static final int REMEMBERED = 2_000;

    private final Map<String, Route> known = new ConcurrentHashMap<>();
    private final int waitMillis;

    /** @param waitMillis what {@code PRAGMA busy_timeout} answers: the wait is the pool's, not the native connection's */
    Router(int waitMillis) {
        this.waitMillis = waitMillis;
    }

    /** Whether SQLite's programs look as they are expected to; else only words count. */
    private volatile boolean programsTell;

    /** Reads the programs of texts whose nature is known, with a connection that has run nothing yet. */
    void test(SQLiteConnection connection) {
        boolean right = true;
        for (Map.Entry<String, Boolean> text : KNOWN.entrySet()) {
            try {
                right &= writes(connection, text.getKey()) == text.getValue();
            } catch (SQLException e) {
                right = false;
            }
        }
        programsTell = right;
    }

    boolean programsTell() {
        return programsTell;
    }

    private static final Map<String, Boolean> KNOWN = Map.ofEntries(
            Map.entry("SELECT 1", false),
            Map.entry("SELECT count(*) FROM sqlite_schema", false),
            Map.entry("WITH a(x) AS (SELECT 1) SELECT x FROM a", false),
            Map.entry("VALUES (1), (2)", false),
            Map.entry("PRAGMA table_info(sqlite_schema)", false),
            Map.entry("PRAGMA user_version", false),
            Map.entry("PRAGMA user_version=7", true),
            Map.entry("CREATE TABLE rockpool_probe (a)", true),
            Map.entry("ANALYZE sqlite_schema", true),
            Map.entry("VACUUM", true));

    /** What the text is, by words and memory; a WITH is a write until {@link #refined} has seen its program. */
    Route route(String sql) {
        Route route = known.get(sql);
        if (route == null) {
            route = byWords(sql);
            remember(sql, route);
        }
        return route;
    }

    private void remember(String sql, Route route) {
        if (known.size() >= REMEMBERED) {
            known.clear(); // seldom, and cheap to find out again
        }
        known.put(sql, route);
    }

    /** A text that words call a write, by its program. */
    Route refined(Route route, SQLiteConnection reader) throws SQLException {
        if (!programsTell) {
            return route;
        }
        if (writes(reader, route.sql)) {
            Route writing =
                    new Route.Builder(route.sql, Route.Kind.WRITE).rows(true).build();
            remember(route.sql, writing);
            return writing;
        }
        Route reading = new Route.Builder(route.sql, Route.Kind.READ)
                .asksForChanges(asksForChanges(route.sql))
                .build();
        remember(route.sql, reading);
        return reading;
    }

    boolean needsProgram(Route route) {
        return route.unclear;
    }

    private static boolean writes(SQLiteConnection connection, String sql) throws SQLException {
        try (PreparedStatement explain = connection.prepareStatement("EXPLAIN " + sql);
                ResultSet step = explain.executeQuery()) {
            while (step.next()) {
                String opcode = step.getString("opcode");
                boolean writes = (opcode.equals("Transaction") && step.getInt("p2") != 0) || CHANGING.contains(opcode);
                if (writes) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Instructions that change something, told or not by a Transaction. */
    private static final List<String> CHANGING = List.of(
            "AutoCommit", "Savepoint", "JournalMode", "Checkpoint", "Vacuum", "SetCookie", "IncrVacuum", "VUpdate");

    private Route byWords(String sql) {
        if (sql.indexOf(';') >= 0) {
            List<String> parts = SqlScript.split(sql);
            if (parts.size() > 1) {
                return new Route.Builder(sql, Route.Kind.SCRIPT)
                        .parts(parts.stream().map(this::one).toList())
                        .build();
            }
        }
        return one(sql);
    }

    private Route one(String sql) {
        SqlText text = new SqlText(sql);
        String first = text.word();
        return switch (first) {
            case "SELECT", "VALUES", "EXPLAIN" ->
                new Route.Builder(sql, Route.Kind.READ)
                        .asksForChanges(asksForChanges(sql))
                        .build();
            case "INSERT", "REPLACE" ->
                new Route.Builder(sql, Route.Kind.WRITE)
                        .rows(true)
                        .asksForChanges(asksForChanges(sql))
                        .build();
            case "UPDATE", "DELETE" ->
                new Route.Builder(sql, Route.Kind.WRITE)
                        .rows(false)
                        .asksForChanges(asksForChanges(sql))
                        .build();
            case "CREATE" ->
                switch (text.word()) {
                    case "TEMP", "TEMPORARY" -> new Route.Builder(sql, Route.Kind.SESSION).build();
                    default -> new Route.Builder(sql, Route.Kind.WRITE).schema().build();
                };
            case "DROP", "ALTER", "REINDEX", "ANALYZE", "VACUUM" ->
                new Route.Builder(sql, Route.Kind.WRITE).schema().build();
            case "ATTACH", "DETACH" ->
                new Route.Builder(sql, Route.Kind.SESSION).attaches().build();
            case "PRAGMA" -> pragma(sql, text);
            case "BEGIN" -> new Route.Builder(sql, Route.Kind.BEGIN).build();
            case "COMMIT", "END" -> new Route.Builder(sql, Route.Kind.COMMIT).build();
            case "ROLLBACK" -> rollback(sql, text);
            case "SAVEPOINT" ->
                new Route.Builder(sql, Route.Kind.SAVEPOINT)
                        .savepoint(name(sql, text))
                        .build();
            case "RELEASE" ->
                new Route.Builder(sql, Route.Kind.RELEASE)
                        .savepoint(name(sql, text))
                        .build();
            default -> new Route.Builder(sql, Route.Kind.WRITE).unclear().build(); // WITH, and what is new
        };
    }

    private static Route rollback(String sql, SqlText text) {
        return new Route.Builder(sql, text.endsTransaction() ? Route.Kind.ROLLBACK : Route.Kind.ROLLBACK_TO).build();
    }

    /** A savepoint's name as far as it matters: the text after the keyword, so that equal texts mean equal names. */
    private static String name(String sql, SqlText text) {
        String word = text.word();
        if (word.equals("SAVEPOINT")) {
            word = text.word();
        }
        return word.isEmpty()
                ? sql.substring(sql.toUpperCase(Locale.ROOT).lastIndexOf(' ') + 1)
                        .strip()
                : word;
    }

    private Route pragma(String sql, SqlText text) {
        boolean argument = sql.indexOf('=') >= 0 || sql.indexOf('(') >= 0;
        String name = text.word();
        if (text.skip('.')) {
            name = text.word(); // after the schema
        }
        if (name.equals("BUSY_TIMEOUT") && !argument) {
            return new Route.Builder("SELECT " + waitMillis + " AS timeout", Route.Kind.READ).build();
        }
        return new Route.Builder(sql, Pragmas.kind(name, argument)).build();
    }

    private static boolean asksForChanges(String sql) {
        return contains(sql, "changes") || contains(sql, "last_insert_rowid");
    }

    static boolean contains(String sql, String word) {
        for (int i = 0; i + word.length() < sql.length(); i++) {
            if ((sql.charAt(i) | 0x20) == word.charAt(0) && sql.regionMatches(true, i, word, 0, word.length())) {
                return true;
            }
        }
        return false;
    }
}
