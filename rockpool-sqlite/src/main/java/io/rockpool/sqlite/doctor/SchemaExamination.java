package io.rockpool.sqlite.doctor;

import io.rockpool.sqlite.doctor.Finding.Severity;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whether SQLite has what it needs to find rows: an index behind every foreign key, and statistics of big tables.
 *
 * <p>Threads: one. Not seen: an index of another collation than its column's, which does not help.
 */
final class SchemaExamination {

    /** Rows from which a wrong guess of the planner is felt. */
    static final long BIG = 10_000;

    /** How many times as many rows as were counted make statistics stale. */
    private static final long STALE = 10;

    private final ReadOnlyDatabase database;
    private final List<Finding> findings;

    SchemaExamination(ReadOnlyDatabase database, List<Finding> findings) {
        this.database = database;
        this.findings = findings;
    }

    /** The ordinary tables, by name: no views, no virtual tables nor what those keep, nothing of SQLite's own. */
    List<String> tables() throws SQLException {
        List<String> names = new ArrayList<>();
        database.each(
                "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
                        + " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
                row -> names.add(row.getString(1)));
        return names;
    }

    void foreignKeyIndexes(List<String> tables) throws SQLException {
        Examples missing = new Examples();
        for (String table : tables) {
            for (ForeignKey key : ForeignKey.of(database, table).values()) {
                if (!isRowid(key) && !isIndexed(key)) {
                    missing.add(key + ": " + createIndex(key));
                }
            }
        }
        if (!missing.isEmpty()) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "foreign-key-index",
                    missing.counted("foreign key") + " without an index on the child's columns: deleting a parent, or"
                            + " changing its key, reads the whole child table while it holds the write lock",
                    "create the indexes",
                    missing.kept()));
        }
    }

    private static String createIndex(ForeignKey key) {
        String columns = key.columns().stream().map(ReadOnlyDatabase::quoted).collect(Collectors.joining(", "));
        return "CREATE INDEX "
                + ReadOnlyDatabase.quoted(key.table() + "_" + String.join("_", key.columns())) + " ON "
                + ReadOnlyDatabase.quoted(key.table()) + "(" + columns + ")";
    }

    /** An INTEGER PRIMARY KEY is the table's own order, and in no list of indexes. */
    private boolean isRowid(ForeignKey key) throws SQLException {
        List<String> primary = new ArrayList<>();
        database.each(
                "SELECT name, type FROM pragma_table_xinfo(?) WHERE pk > 0",
                row -> primary.add("INTEGER".equalsIgnoreCase(row.getString(2)) ? row.getString(1) : null),
                key.table());
        return primary.size() == 1 && primary.equals(key.columns());
    }

    private boolean isIndexed(ForeignKey key) throws SQLException {
        List<String> usable = new ArrayList<>();
        database.each(
                "SELECT l.name, l.partial, s.sql FROM pragma_index_list(?) l"
                        + " LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = l.name",
                row -> {
                    if (row.getInt(2) == 0 || leavesOutNullsOnly(key, row.getString(3))) {
                        usable.add(row.getString(1));
                    }
                },
                key.table());
        for (String index : usable) {
            if (leads(key, index)) {
                return true;
            }
        }
        return false;
    }

    /** A partial index that has every row with a value serves: a NULL refers to nothing. */
    private static boolean leavesOutNullsOnly(ForeignKey key, String sql) {
        return sql != null
                && key.columns().stream()
                        .anyMatch(column -> Pattern.compile(
                                        "\\bWHERE\\s+[\"`\\[(]*" + Pattern.quote(column)
                                                + "[\"`\\])]*\\s+(IS\\s+NOT\\s+NULL|NOT\\s*NULL)[\\s)]*$",
                                        Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
                                .matcher(sql)
                                .find());
    }

    /** Whether the index begins with the key's columns, in whatever order. */
    private boolean leads(ForeignKey key, String index) throws SQLException {
        List<String> leading = new ArrayList<>();
        database.each(
                "SELECT name FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno LIMIT ?",
                row -> leading.add(row.getString(1)), // null for an expression
                index,
                key.columns().size());
        return new HashSet<>(leading).equals(new HashSet<>(key.columns()));
    }

    void statistics(List<String> tables) throws SQLException {
        boolean any = database.number("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'") > 0;
        Examples unknown = new Examples();
        for (String table : tables) {
            if (database.number("SELECT count(*) FROM pragma_index_list(?)", table) == 0) {
                continue; // nothing to choose from
            }
            long counted = any
                    ? database.number("SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = ?", table)
                    : 0;
            long enough = Math.max(BIG, Math.multiplyExact(STALE, Math.min(Math.max(counted, 0), 1L << 40)));
            if (hasRows(table, enough)) {
                unknown.add(table + ": " + enough + " rows or more, "
                        + (counted > 0 ? counted + " when they were counted" : "never counted"));
            }
        }
        if (!unknown.isEmpty()) {
            findings.add(new Finding(
                    Severity.ADVICE,
                    "statistics",
                    unknown.counted("big table") + " without statistics, or with stale ones: SQLite guesses which index"
                            + " to use",
                    "run ANALYZE once, and PRAGMA optimize now and then, such as before closing",
                    unknown.kept()));
        }
    }

    private boolean hasRows(String table, long rows) throws SQLException {
        return database.number(
                        "SELECT count(*) FROM (SELECT 1 FROM main." + ReadOnlyDatabase.quoted(table) + " LIMIT ?)",
                        rows)
                >= rows;
    }
}
