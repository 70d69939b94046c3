package io.rockpool.examples.incentive;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tables, and the sample company a new database starts with.
 *
 * <p>Holds after every transaction of the service: an employee's score is the sum of the deltas in score_history; at
 * most one voting session is open; one vote per voter, target and session.
 */
final class Schema {
    private static final String VERSION = "1";

    private static final List<String> TABLES = List.of(
            """
            CREATE TABLE settings (
                key   TEXT PRIMARY KEY,
                value TEXT NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE roles (
                id            INTEGER PRIMARY KEY,
                name          TEXT NOT NULL UNIQUE,
                share_percent INTEGER NOT NULL CHECK (share_percent BETWEEN 0 AND 100)
            ) STRICT
            """,
            """
            CREATE TABLE employees (
                id      INTEGER PRIMARY KEY,
                name    TEXT NOT NULL,
                code    TEXT NOT NULL UNIQUE,
                role_id INTEGER NOT NULL REFERENCES roles (id),
                score   INTEGER NOT NULL DEFAULT 0,
                active  INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
            ) STRICT
            """,
            """
            CREATE TABLE voting_sessions (
                id         INTEGER PRIMARY KEY,
                started_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
                closed_at  TEXT,
                status     TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed'))
            ) STRICT
            """,
            "CREATE UNIQUE INDEX one_open_session ON voting_sessions (status) WHERE status = 'open'",
            """
            CREATE TABLE votes (
                id         INTEGER PRIMARY KEY,
                session_id INTEGER NOT NULL REFERENCES voting_sessions (id),
                voter_id   INTEGER NOT NULL REFERENCES employees (id),
                target_id  INTEGER NOT NULL REFERENCES employees (id),
                value      INTEGER NOT NULL CHECK (value IN (-1, 0, 1)),
                at         TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
                UNIQUE (session_id, voter_id, target_id),
                CHECK (voter_id <> target_id)
            ) STRICT
            """,
            """
            CREATE TABLE score_history (
                id          INTEGER PRIMARY KEY,
                employee_id INTEGER NOT NULL REFERENCES employees (id),
                delta       INTEGER NOT NULL,
                reason      TEXT NOT NULL,
                changed_by  TEXT NOT NULL,
                at          TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
            ) STRICT
            """,
            "CREATE INDEX history_of_employee ON score_history (employee_id)");

    private static final List<String> SAMPLE = List.of("""
        INSERT INTO roles (id, name, share_percent) VALUES
            (1, 'Driver', 35), (2, 'Warehouse', 30), (3, 'Office', 20), (4, 'Supervisor', 15)
        """, """
        INSERT INTO employees (id, name, code, role_id) VALUES
            (1, 'Amara Okafor', 'AOK', 1), (2, 'Ben Lindqvist', 'BLI', 1), (3, 'Carla Méndez', 'CME', 1),
            (4, 'Dmitri Volkov', 'DVO', 1), (5, 'Elif Yılmaz', 'EYI', 2), (6, 'Farid Haddad', 'FHA', 2),
            (7, 'Grace O''Neill', 'GON', 2), (8, 'Hiro Tanaka', 'HTA', 2), (9, 'Ines Duarte', 'IDU', 3),
            (10, 'Jonas Weber', 'JWE', 3), (11, 'Kavya Rao', 'KRA', 4), (12, 'Liam Novak', 'LNO', 4)
        """, """
        INSERT INTO score_history (employee_id, delta, reason, changed_by)
        SELECT id, 50, 'opening score', 'setup' FROM employees
        """, """
        INSERT INTO score_history (employee_id, delta, reason, changed_by) VALUES
            (1, 12, 'no late deliveries in March', 'manager'), (2, -4, 'missed safety briefing', 'manager'),
            (3, 8, 'covered a sick colleague', 'manager'), (5, 15, 'stocktake without a difference', 'manager'),
            (7, 6, 'trained two newcomers', 'manager'), (8, -3, 'damaged pallet', 'manager'),
            (9, 10, 'closed the quarter two days early', 'manager'), (11, 9, 'new shift plan', 'manager'),
            (12, 5, 'fire drill', 'manager')
        """, """
        UPDATE employees
        SET score = (SELECT SUM(delta) FROM score_history WHERE employee_id = employees.id)
        """);

    private Schema() {}

    /** Creates tables and sample data in one transaction where there are none; leaves a database it knows as it is. */
    static void prepare(DatabaseConnectionPool pool) throws SQLException {
        DatabaseConnection.run(pool, conn -> {
            if (tables(conn).isEmpty()) {
                create(conn);
            } else {
                checkVersion(conn);
            }
        });
    }

    private static void create(Connection conn) throws SQLException {
        for (String sql : TABLES) {
            Sql.change(conn, sql);
        }
        for (String sql : SAMPLE) {
            Sql.change(conn, sql);
        }
        Settings.SAMPLE.save(conn);
        Sql.change(conn, "INSERT INTO settings (key, value) VALUES ('schema_version', ?)", VERSION);
    }

    private static void checkVersion(Connection conn) throws SQLException {
        if (!tables(conn).contains("settings")) {
            throw new SQLException("the database holds tables of another program (" + String.join(", ", tables(conn))
                    + ") and no incentive service; choose another file, or a new one");
        }
        @Nullable String found = Sql.first(
                conn, "SELECT value FROM settings WHERE key = 'schema_version'", row -> row.getString("value"));
        if (!VERSION.equals(found)) {
            throw new SQLException("the database has schema version " + found + ", and this service knows only version "
                    + VERSION + "; choose another file, or the service that wrote this one");
        }
    }

    private static List<String> tables(Connection conn) throws SQLException {
        return Sql.rows(
                conn,
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
                row -> row.getString("name"));
    }
}
