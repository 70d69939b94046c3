package io.rockpool.examples.incentive;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.Handler;
import io.javalin.http.HttpStatus;
import io.javalin.http.SameSite;
import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What only a manager may do: sign in with the admin token, start and close voting, adjust points, edit the settings,
 * add and deactivate employees.
 *
 * <p>Every change needs the session cookie and the session's CSRF token, as the field {@code csrf} or the header
 * {@code X-CSRF-Token}. Forms are answered with a redirect to the page, everyone else with JSON.
 */
final class ManagerArea {
    private static final String COOKIE = "incentive_manager";
    private static final int CHANGES_SHOWN = 20;

    /** What the page says after a change; the key travels in the address. */
    private static final Map<String, String> NOTICES = Map.of(
            "started", "Voting has started.",
            "closed", "Voting is closed and the votes are applied.",
            "adjusted", "The points are adjusted.",
            "added", "The employee is added.",
            "deactivated", "The employee is deactivated.",
            "saved", "The settings are saved.");

    /** A change, and the JSON that tells what it did. */
    private interface Action {
        Map<String, @Nullable Object> apply(Input input) throws SQLException;
    }

    private final DatabaseConnectionPool pool;
    private final Employees employees;
    private final Voting voting;
    private final Sessions sessions;

    ManagerArea(DatabaseConnectionPool pool, Employees employees, Voting voting, Sessions sessions) {
        this.pool = pool;
        this.employees = employees;
        this.voting = voting;
        this.sessions = sessions;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/manage", this::page);
        routes.post("/manage/login", this::login);
        routes.post("/manage/logout", this::logout);
        routes.post("/vote/start", change("started", input -> start()));
        routes.post("/vote/close", change("closed", input -> close()));
        routes.post("/manage/adjust", change("adjusted", this::adjust));
        routes.post("/manage/settings", change("saved", this::saveSettings));
        routes.post("/manage/employees", change("added", input -> Json.object("employee_id", employees.add(input))));
        routes.post(
                "/manage/employees/deactivate",
                change(
                        "deactivated",
                        input -> Json.object("employee_id", employees.deactivate(input), "active", false)));
    }

    private void page(Context ctx) throws SQLException {
        Sessions.@Nullable Session session = sessions.find(ctx.cookie(COOKIE));
        if (session == null) {
            Answers.html(ctx, Pages.login(null));
            return;
        }
        Pages.Management view = DatabaseConnection.read(
                pool,
                conn -> new Pages.Management(
                        Settings.read(conn),
                        Employees.all(conn),
                        Employees.roles(conn),
                        Employees.recentChanges(conn, CHANGES_SHOWN),
                        Voting.open(conn)));
        @Nullable String done = ctx.queryParam("done");
        Answers.html(ctx, Pages.manage(view, session.csrf(), done == null ? null : NOTICES.get(done)));
    }

    /** Without a CSRF token, for there is no session yet; a stranger's page does not know the admin token. */
    private void login(Context ctx) {
        Sessions.Session session;
        try {
            session = sessions.login(Input.of(ctx).text("token", 1_000));
        } catch (Refusal refusal) {
            if (!Answers.wantsHtml(ctx)) {
                throw refusal;
            }
            ctx.status(refusal.status());
            Answers.html(ctx, Pages.login(refusal.sentence()));
            return;
        }
        // Not Secure: the service speaks plain HTTP on the loopback address.
        ctx.cookie(new Cookie(COOKIE, session.id(), "/", -1, false, true, null, SameSite.STRICT));
        if (Answers.wantsHtml(ctx)) {
            ctx.redirect("/manage", HttpStatus.SEE_OTHER);
        } else {
            Answers.json(ctx, Json.object("csrf", session.csrf()));
        }
    }

    private void logout(Context ctx) {
        sessions.logout(requireManager(ctx, Input.of(ctx)));
        ctx.removeCookie(COOKIE, "/");
        if (Answers.wantsHtml(ctx)) {
            ctx.redirect("/", HttpStatus.SEE_OTHER);
        } else {
            Answers.json(ctx, Json.object("signed_in", false));
        }
    }

    private Handler change(String notice, Action action) {
        return ctx -> {
            Input input = Input.of(ctx);
            requireManager(ctx, input);
            Map<String, @Nullable Object> result = action.apply(input);
            if (Answers.wantsHtml(ctx)) {
                ctx.redirect("/manage?done=" + notice, HttpStatus.SEE_OTHER);
            } else {
                Answers.json(ctx, result);
            }
        };
    }

    private Sessions.Session requireManager(Context ctx, Input input) {
        Sessions.@Nullable Session session = sessions.find(ctx.cookie(COOKIE));
        if (session == null) {
            throw Refusal.notSignedIn("session: missing or idle for more than " + Sessions.IDLE_TIMEOUT.toMinutes()
                    + " minutes; only a manager may do this: sign in at /manage or with POST /manage/login.");
        }
        @Nullable String header = ctx.header("X-CSRF-Token");
        if (!session.accepts(header != null ? header : input.optional("csrf"))) {
            throw Refusal.forbidden("csrf: missing or not that of this session; every change must carry it: "
                    + "load the page again, or send the 'csrf' of the login answer as X-CSRF-Token.");
        }
        return session;
    }

    private Map<String, @Nullable Object> start() throws SQLException {
        Voting.Session session = voting.start();
        return Json.object("session", session.id(), "started_at", session.startedAt());
    }

    private Map<String, @Nullable Object> close() throws SQLException {
        Voting.Outcome outcome = voting.close();
        return Json.object("session", outcome.session(), "votes", outcome.votes(), "changed", outcome.changed());
    }

    private Map<String, @Nullable Object> adjust(Input input) throws SQLException {
        return Json.object("score", employees.adjust(input));
    }

    private Map<String, @Nullable Object> saveSettings(Input input) throws SQLException {
        Settings settings = Settings.from(input);
        DatabaseConnection.run(pool, settings::save);
        return Json.object("settings", settings.values());
    }
}
