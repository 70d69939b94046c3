package io.rockpool.sqlite.doctor;

import io.rockpool.sqlite.doctor.Finding.Severity;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Whether what is stored is sound: the file's structure, and rows whose parent is missing.
 *
 * <p>Reads the whole file. Threads: one.
 */
final class ContentExamination {

    private static final int ROWIDS = 10;

    private final ReadOnlyDatabase database;
    private final List<Finding> findings;

    ContentExamination(ReadOnlyDatabase database, List<Finding> findings) {
        this.database = database;
        this.findings = findings;
    }

    /** SQLite stops at the limit, so one more than is shown tells that there are more. */
    void integrity() throws SQLException {
        Examples errors = new Examples();
        database.each("PRAGMA quick_check(" + (Finding.MOST_EXAMPLES + 1) + ")", row -> {
            for (String line : row.getString(1).split("\n", -1)) {
                if (!line.equals("ok") && !line.startsWith("*** in database")) {
                    errors.add(line);
                }
            }
        });
        if (!errors.isEmpty()) {
            findings.add(damaged("quick_check tells of damage; the first errors are listed", errors.kept()));
        }
    }

    static Finding damaged(String what, List<String> errors) {
        return new Finding(
                Severity.ERROR,
                "integrity",
                what,
                "stop writing to it, keep a copy of the file with its -wal, and restore a backup; where there is none,"
                        + " save what is left with the .recover command of SQLite's shell. Check the disk",
                errors);
    }

    /** Rows without their parent, counted for each foreign key; the first rowids of each. */
    void foreignKeys(List<String> tables) throws SQLException {
        Examples orphans = new Examples();
        Examples mismatches = new Examples();
        long rows = 0;
        for (String table : tables) {
            Map<Long, ForeignKey> keys = ForeignKey.of(database, table);
            if (keys.isEmpty()) {
                continue;
            }
            try {
                rows += orphans(table, keys, orphans);
            } catch (SQLException e) {
                if (!String.valueOf(e.getMessage()).contains("foreign key mismatch")) {
                    throw e;
                }
                mismatches.add(keys.values().stream().map(ForeignKey::toString).collect(Collectors.joining("; ")));
            }
        }
        if (!orphans.isEmpty()) {
            findings.add(new Finding(
                    Severity.ERROR,
                    "foreign-key-violation",
                    (rows == 1 ? "1 row refers to a row that does" : rows + " rows refer to rows that do")
                            + " not exist, by " + orphans.counted("foreign key"),
                    "add the missing parents, or delete these rows or set their columns to NULL; then have every"
                            + " connection set PRAGMA foreign_keys=ON, as the pool does",
                    orphans.kept()));
        }
        if (!mismatches.isEmpty()) {
            findings.add(new Finding(
                    Severity.ERROR,
                    "foreign-key-mismatch",
                    "in " + mismatches.counted("table") + " a foreign key refers to columns that are neither a primary"
                            + " key nor unique, or not as many; writes to these tables fail with foreign_keys=ON",
                    "create a UNIQUE index on exactly the columns of the parent that the foreign key names",
                    mismatches.kept()));
        }
    }

    private long orphans(String table, Map<Long, ForeignKey> keys, Examples places) throws SQLException {
        Map<Long, Long> counts = new TreeMap<>();
        Map<Long, List<String>> rowids = new TreeMap<>();
        database.each(
                "SELECT fkid, rowid FROM pragma_foreign_key_check(?)",
                row -> {
                    long key = row.getLong(1);
                    counts.merge(key, 1L, Long::sum);
                    String rowid = row.getString(2);
                    List<String> first = rowids.computeIfAbsent(key, any -> new ArrayList<>());
                    if (rowid != null && first.size() < ROWIDS) {
                        first.add(rowid);
                    }
                },
                table);
        counts.forEach((key, count) -> {
            List<String> first = rowids.getOrDefault(key, List.of());
            places.add(keys.get(key) + ": " + count + (count == 1 ? " row" : " rows")
                    + (first.isEmpty() ? "" : ", rowid " + String.join(", ", first))
                    + (first.size() < count && !first.isEmpty() ? ", ..." : ""));
        });
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
