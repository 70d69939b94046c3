package io.rockpool.examples.incentive;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The employees and their points.
 *
 * <p>Threads: any. The instance methods are one transaction each; the static ones read in the caller's, so that a page
 * shows one moment. Errors: {@link Refusal} for what the caller asked wrongly, {@link SQLException} for the rest.
 */
final class Employees {
    record Employee(long id, String name, String code, String role, long score, boolean active) {}

    /** One change of a score; {@code at} is UTC, ISO 8601. */
    record Change(String at, String employee, long delta, String reason, String changedBy) {}

    private final DatabaseConnectionPool pool;

    Employees(DatabaseConnectionPool pool) {
        this.pool = pool;
    }

    /** Everyone, the active first, then by name. */
    static List<Employee> all(Connection conn) throws SQLException {
        return Sql.rows(
                conn,
                """
                SELECT e.id, e.name, e.code, r.name AS role, e.score, e.active
                FROM employees e JOIN roles r ON r.id = e.role_id
                ORDER BY e.active DESC, e.name, e.id
                """,
                row -> new Employee(
                        row.getLong("id"),
                        row.getString("name"),
                        row.getString("code"),
                        row.getString("role"),
                        row.getLong("score"),
                        row.getInt("active") == 1));
    }

    static List<String> roles(Connection conn) throws SQLException {
        return Sql.rows(conn, "SELECT name FROM roles ORDER BY id", row -> row.getString("name"));
    }

    /** The latest changes of scores, newest first. */
    static List<Change> recentChanges(Connection conn, int limit) throws SQLException {
        return Sql.rows(
                conn,
                """
                SELECT h.at, e.name, h.delta, h.reason, h.changed_by
                FROM score_history h JOIN employees e ON e.id = h.employee_id
                ORDER BY h.id DESC LIMIT ?
                """,
                row -> new Change(
                        row.getString("at"),
                        row.getString("name"),
                        row.getLong("delta"),
                        row.getString("reason"),
                        row.getString("changed_by")),
                limit);
    }

    /** Gives or takes points and writes it into the history; returns the new score. */
    long adjust(Input input) throws SQLException {
        int id = input.number("employee_id", 1, 999_999_999);
        String reason = input.text("reason", 200);
        return DatabaseConnection.call(pool, conn -> {
            int most = Settings.read(conn).maxAdjustment();
            int delta = input.number("delta", -most, most);
            if (delta == 0) {
                throw Refusal.badInput(
                        "delta: '0' is not allowed; it must change the score: send 1 to give one point.");
            }
            requireActive(conn, "employee_id", id);
            Sql.change(conn, "UPDATE employees SET score = score + ? WHERE id = ?", delta, id);
            Sql.change(
                    conn,
                    "INSERT INTO score_history (employee_id, delta, reason, changed_by) VALUES (?, ?, ?, 'manager')",
                    id,
                    delta,
                    reason);
            return scoreOf(conn, id);
        });
    }

    /** Adds an employee with no points; returns the id. */
    long add(Input input) throws SQLException {
        String name = input.text("name", 80);
        String code = input.code("code");
        String role = input.text("role", 40);
        return DatabaseConnection.call(pool, conn -> {
            @Nullable Long roleId = Sql.first(conn, "SELECT id FROM roles WHERE name = ?", row -> row.getLong("id"), role);
            if (roleId == null) {
                throw Refusal.unknown("role: there is no role '" + role + "'; it must be one of "
                        + String.join(", ", roles(conn)) + ": send one of these.");
            }
            int added = Sql.change(
                    conn,
                    "INSERT INTO employees (name, code, role_id) VALUES (?, ?, ?) ON CONFLICT (code) DO NOTHING",
                    name,
                    code,
                    roleId);
            if (added == 0) {
                throw Refusal.conflict("code: '" + code + "' belongs to another employee; each code must be unique: "
                        + "choose another, such as " + code.substring(0, 2) + "2.");
            }
            return idOf(conn, code);
        });
    }

    /** Takes an employee off the scoreboard and out of the voting; score, votes and history stay. */
    long deactivate(Input input) throws SQLException {
        int id = input.number("employee_id", 1, 999_999_999);
        DatabaseConnection.run(pool, conn -> {
            requireActive(conn, "employee_id", id);
            Sql.change(conn, "UPDATE employees SET active = 0 WHERE id = ?", id);
        });
        return id;
    }

    /** Throws {@link Refusal} unless an active employee has the id; {@code name} is that of the input value. */
    static void requireActive(Connection conn, String name, int id) throws SQLException {
        if (Sql.first(conn, "SELECT id FROM employees WHERE id = ? AND active = 1", row -> row.getLong("id"), id)
                == null) {
            throw Refusal.unknown(name + ": there is no active employee " + id
                    + "; it must be the id of one: see the list at /data.");
        }
    }

    private static long scoreOf(Connection conn, int id) throws SQLException {
        return one(conn, "SELECT score FROM employees WHERE id = ?", id);
    }

    private static long idOf(Connection conn, String code) throws SQLException {
        return one(conn, "SELECT id FROM employees WHERE code = ?", code);
    }

    private static long one(Connection conn, String sql, Object parameter) throws SQLException {
        return Sql.rows(conn, sql, row -> row.getLong(1), parameter).get(0);
    }
}
