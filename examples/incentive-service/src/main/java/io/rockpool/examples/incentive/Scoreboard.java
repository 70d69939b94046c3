package io.rockpool.examples.incentive;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What everyone may see, of one moment: the standings, the pot and whether voting is open (null: it is not). */
record Scoreboard(Settings settings, List<Standing> standings, Voting.@Nullable Session voting) {

    /** Equal scores share a rank. {@code shareCents} is rounded down; what the rounding leaves stays in the pot. */
    record Standing(long id, int rank, String name, String role, long score, long shareCents) {}

    static Scoreboard read(DatabaseConnectionPool pool) throws SQLException {
        return DatabaseConnection.read(pool, conn -> {
            Settings settings = Settings.read(conn);
            // A role's part of the pot is split by score among its people; a score below zero earns and costs nothing.
            List<Standing> standings = Sql.rows(
                    conn,
                    """
                    SELECT e.id, e.name, r.name AS role, e.score,
                        RANK() OVER (ORDER BY e.score DESC) AS place,
                        ? * r.share_percent / 100 * MAX(e.score, 0)
                            / MAX(1, SUM(MAX(e.score, 0)) OVER (PARTITION BY e.role_id)) AS share_cents
                    FROM employees e JOIN roles r ON r.id = e.role_id
                    WHERE e.active = 1
                    ORDER BY e.score DESC, e.name, e.id
                    """,
                    row -> new Standing(
                            row.getLong("id"),
                            row.getInt("place"),
                            row.getString("name"),
                            row.getString("role"),
                            row.getLong("score"),
                            row.getLong("share_cents")),
                    settings.potCents());
            return new Scoreboard(settings, standings, Voting.open(conn));
        });
    }

    String toJson() {
        return Json.write(Json.object(
                "title",
                settings.title(),
                "employees",
                standings.stream()
                        .map(standing -> Json.object(
                                "id", standing.id(),
                                "rank", standing.rank(),
                                "name", standing.name(),
                                "role", standing.role(),
                                "score", standing.score(),
                                "share_cents", standing.shareCents()))
                        .toList(),
                "pot",
                Json.object(
                        "sales", settings.salesDollars(),
                        "bonus_percent", settings.bonusPercent(),
                        "cents", settings.potCents()),
                "voting",
                Json.object(
                        "open", voting != null,
                        "session", voting == null ? null : voting.id(),
                        "started_at", voting == null ? null : voting.startedAt(),
                        "votes", voting == null ? 0 : voting.votes())));
    }
}
