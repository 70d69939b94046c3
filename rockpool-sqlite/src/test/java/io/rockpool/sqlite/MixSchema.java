package io.rockpool.sqlite;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The database of the random mix: rows, and a log that every change writes to within its own transaction, so that the
 * order of commits stands in the database itself.
 *
 * <p>An insert and an update log the tag in the row, a delete logs the item's number, negative: numbers are never used
 * again. Threads: stateless.
 */
final class MixSchema {

    /** Parents that are never deleted, from 1; those up to {@link #PARENTS} come and go. */
    static final int LASTING_PARENTS = 4;

    static final int PARENTS = 8;

    /** In every read: the last position of the log. */
    static final String AT = "(SELECT coalesce(max(seq), 0) FROM log)";

    private static final List<String> STATEMENTS = List.of(
            "CREATE TABLE log (seq INTEGER PRIMARY KEY AUTOINCREMENT, tag INTEGER NOT NULL)",
            "CREATE TABLE parent (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, tag INTEGER)",
            "CREATE TABLE item (id INTEGER PRIMARY KEY AUTOINCREMENT,"
                    + " parent INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE,"
                    + " name TEXT NOT NULL UNIQUE, v INTEGER NOT NULL CHECK (v <> 555), tag INTEGER NOT NULL)",
            "CREATE TABLE late (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)",
            "CREATE VIEW tally AS SELECT parent, count(*) AS items, total(v) AS v FROM item GROUP BY parent",
            "CREATE TRIGGER item_refused BEFORE INSERT ON item WHEN NEW.v BETWEEN 661 AND 664 BEGIN SELECT CASE NEW.v"
                    + " WHEN 661 THEN RAISE(ROLLBACK, 'no 661') WHEN 662 THEN RAISE(ABORT, 'no 662')"
                    + " WHEN 663 THEN RAISE(FAIL, 'no 663') ELSE RAISE(IGNORE) END; END",
            "CREATE TRIGGER item_inserted AFTER INSERT ON item BEGIN INSERT INTO log (tag) VALUES (NEW.tag); END",
            "CREATE TRIGGER item_updated AFTER UPDATE ON item BEGIN INSERT INTO log (tag) VALUES (NEW.tag); END",
            "CREATE TRIGGER item_deleted AFTER DELETE ON item BEGIN INSERT INTO log (tag) VALUES (-OLD.id); END",
            "CREATE TRIGGER parent_updated AFTER UPDATE ON parent BEGIN INSERT INTO log (tag) VALUES (NEW.tag); END");

    private MixSchema() {}

    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN");
            for (String sql : STATEMENTS) {
                statement.execute(sql);
            }
            for (int id = 1; id <= PARENTS; id++) {
                statement.execute("INSERT INTO parent VALUES (" + id + ", 0, NULL)");
                statement.execute(
                        "INSERT INTO item (parent, name, v, tag) VALUES (" + id + ", 'first" + id + "', 1, 0)");
            }
            statement.execute("DELETE FROM log");
            statement.execute("DELETE FROM sqlite_sequence WHERE name = 'log'");
            statement.execute("COMMIT");
        }
    }

    /** The driver's own connection, with what the pool sets that changes results. */
    static Connection raw(String url) throws SQLException {
        Connection connection = DriverManager.getConnection(url);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA foreign_keys=ON");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** All that is stored, in one order. */
    static List<String> dump(Connection connection) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            lines.addAll(select(
                    statement,
                    "SELECT 'schema', type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'"
                            + " ORDER BY name, type"));
            List<String> tables = select(
                    statement,
                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_stat%' ORDER BY name");
            for (String table : tables) {
                String order = table.equals("sqlite_sequence") ? "name" : "rowid";
                lines.addAll(select(statement, "SELECT '" + table + "', * FROM " + table + " ORDER BY " + order));
            }
        }
        return lines;
    }

    private static List<String> select(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            return MixCalls.rows(rows, Integer.MAX_VALUE);
        }
    }
}
