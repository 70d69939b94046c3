package io.rockpool.examples.incentive;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Voting sessions: opened and closed by a manager; in between each employee gives each other one +1, 0 or -1.
 *
 * <pre>
 *   (none) --start--> open --close: votes become points--> closed
 * </pre>
 *
 * <p>A code says who votes; like the initials of the origin it is no secret.
 *
 * <p>Threads: any. start, cast and close are one transaction each. That at most one session is open, and that one vote
 * is counted once, is held by unique indexes, not by a look before the insert.
 */
final class Voting {
    /** The open session and how many votes it has so far; {@code startedAt} is UTC, ISO 8601. */
    record Session(long id, String startedAt, long votes) {}

    /** What closing a session did: the votes counted and the employees whose score changed. */
    record Outcome(long session, long votes, int changed) {}

    private static final String NOT_OPEN = "voting: no session is open; votes and closing need one: "
            + "a manager starts it at /manage or with POST /vote/start.";

    private final DatabaseConnectionPool pool;

    Voting(DatabaseConnectionPool pool) {
        this.pool = pool;
    }

    /** The open session, or null when voting is closed. */
    static @Nullable Session open(Connection conn) throws SQLException {
        return Sql.first(
                conn, """
                SELECT s.id, s.started_at, (SELECT COUNT(*) FROM votes v WHERE v.session_id = s.id) AS votes
                FROM voting_sessions s WHERE s.status = 'open'
                """, row -> new Session(row.getLong("id"), row.getString("started_at"), row.getLong("votes")));
    }

    Session start() throws SQLException {
        return DatabaseConnection.call(pool, conn -> {
            int started =
                    Sql.change(conn, "INSERT INTO voting_sessions (status) VALUES ('open') ON CONFLICT DO NOTHING");
            Session session = requireOpen(conn);
            if (started == 0) {
                throw Refusal.conflict("voting: session " + session.id() + " is open since " + session.startedAt()
                        + "; only one may be open: close it first with POST /vote/close.");
            }
            return session;
        });
    }

    /** Takes one vote: the voter's code, the employee's id, a value of -1, 0 or 1. Returns what was stored. */
    Map<String, @Nullable Object> cast(Input input) throws SQLException {
        String code = input.code("voter");
        int target = input.number("employee_id", 1, 999_999_999);
        int value = input.number("value", -1, 1);
        return DatabaseConnection.call(pool, conn -> {
            Session session = requireOpen(conn);
            long voter = voterOf(conn, code);
            Employees.requireActive(conn, "employee_id", target);
            if (voter == target) {
                throw Refusal.badInput("employee_id: " + target + " is '" + code
                        + "' themselves; it must be a colleague: nobody votes for themselves.");
            }
            int stored = Sql.change(conn, """
                INSERT INTO votes (session_id, voter_id, target_id, value) VALUES (?, ?, ?, ?)
                ON CONFLICT (session_id, voter_id, target_id) DO NOTHING
                """, session.id(), voter, target, value);
            if (stored == 0) {
                throw Refusal.conflict("vote: '" + code + "' has voted for employee " + target + " in session "
                        + session.id() + " already; one vote counts per colleague and session: "
                        + "vote for another, or wait for the next session.");
            }
            return Json.object("session", session.id(), "voter", code, "employee_id", target, "value", value);
        });
    }

    /** Ends the session and turns its votes into points, all or nothing. */
    Outcome close() throws SQLException {
        return DatabaseConnection.call(pool, conn -> {
            Session session = requireOpen(conn);
            int pointsPerVote = Settings.read(conn).pointsPerVote();
            int changed = Sql.change(conn, """
                INSERT INTO score_history (employee_id, delta, reason, changed_by)
                SELECT target_id, SUM(value) * ?, 'voting session ' || session_id, 'voting'
                FROM votes WHERE session_id = ? GROUP BY target_id HAVING SUM(value) <> 0
                """, pointsPerVote, session.id());
            Sql.change(conn, """
                UPDATE employees SET score = score + tally.delta
                FROM (SELECT target_id, SUM(value) * ? AS delta FROM votes WHERE session_id = ? GROUP BY target_id)
                    AS tally
                WHERE employees.id = tally.target_id AND tally.delta <> 0
                """, pointsPerVote, session.id());
            Sql.change(conn, """
                UPDATE voting_sessions SET status = 'closed', closed_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
                WHERE id = ?
                """, session.id());
            return new Outcome(session.id(), session.votes(), changed);
        });
    }

    private static Session requireOpen(Connection conn) throws SQLException {
        @Nullable Session session = open(conn);
        if (session == null) {
            throw Refusal.conflict(NOT_OPEN);
        }
        return session;
    }

    private static long voterOf(Connection conn, String code) throws SQLException {
        @Nullable Long id = Sql.first(
                conn, "SELECT id FROM employees WHERE code = ? AND active = 1", row -> row.getLong("id"), code);
        if (id == null) {
            throw Refusal.unknown("voter: no active employee has the code '" + code
                    + "'; it must be your own code: ask a manager for it.");
        }
        return id;
    }
}
