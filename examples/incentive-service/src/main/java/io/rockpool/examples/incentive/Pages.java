package io.rockpool.examples.incentive;

import io.rockpool.examples.incentive.Employees.Change;
import io.rockpool.examples.incentive.Employees.Employee;
import io.rockpool.examples.incentive.Scoreboard.Standing;
import java.math.BigDecimal;
import java.text.NumberFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The pages as HTML: no inline script or style, nothing from elsewhere, one h1 each. */
final class Pages {
    /** What the manager's page shows, of one moment. */
    record Management(
            Settings settings,
            List<Employee> employees,
            List<String> roles,
            List<Change> changes,
            Voting.@Nullable Session voting) {}

    private Pages() {}

    static String scoreboard(Scoreboard board) {
        Settings settings = board.settings();
        return page(
                settings.title(),
                Html.of("<script src=\"/scoreboard.js\" defer></script>"),
                Html.of(
                        """
                        <p>Pot: <strong id="pot">{}</strong>, {} % of {} in sales.
                        <span id="voting">{}</span></p>
                        <div class="wide" role="region" aria-labelledby="standings-caption" tabindex="0">
                        <table>
                        <caption id="standings-caption">Standings and share of the pot</caption>
                        <thead><tr><th scope="col" class="number">Rank</th><th scope="col">Name</th>
                        <th scope="col">Role</th><th scope="col" class="number">Score</th>
                        <th scope="col" class="number">Share</th></tr></thead>
                        <tbody id="standings">
                        {}</tbody>
                        </table>
                        </div>
                        <p id="freshness" class="quiet" role="status"></p>
                        """,
                        dollars(settings.potCents()),
                        settings.bonusPercent(),
                        dollars(settings.salesDollars() * 100L),
                        voting(board.voting()),
                        Html.join(
                                board.standings().stream().map(Pages::standing).toList())));
    }

    static String vote(Scoreboard board, @Nullable String notice) {
        Html form = Html.of(
                """
                <form method="post" action="/vote">
                <label for="voter">Your code</label>
                <input id="voter" name="voter" required maxlength="6" autocomplete="off" autocapitalize="characters">
                <label for="employee">Colleague</label>
                <select id="employee" name="employee_id">{}</select>
                <fieldset><legend>Your vote</legend>
                <label><input type="radio" name="value" value="1" checked> +1</label>
                <label><input type="radio" name="value" value="0"> 0</label>
                <label><input type="radio" name="value" value="-1"> -1</label></fieldset>
                <button>Vote</button>
                </form>
                """,
                Html.join(board.standings().stream()
                        .map(standing -> option(standing.id(), standing.name()))
                        .toList()));
        return page(
                "Vote",
                Html.NONE,
                Html.of("{}<p>{}</p>\n{}", notice(notice), voting(board.voting()), board.voting() == null ? "" : form));
    }

    static String login(@Nullable String problem) {
        return page(
                "Sign in",
                Html.NONE,
                Html.of(
                        """
                        {}<form method="post" action="/manage/login">
                        <label for="token">Admin token</label>
                        <input id="token" name="token" type="password" required autocomplete="current-password">
                        <button>Sign in</button>
                        </form>
                        """,
                        problem == null
                                ? Html.NONE
                                : Html.of("<p class=\"problem\" role=\"alert\">{}</p>\n", problem)));
    }

    static String manage(Management view, String csrf, @Nullable String notice) {
        return page(
                "Manage",
                Html.NONE,
                Html.of(
                        "{}{}{}{}{}{}{}",
                        notice(notice),
                        votingSection(view, csrf),
                        adjustSection(view, csrf),
                        employeesSection(view, csrf),
                        settingsSection(view.settings(), csrf),
                        historySection(view.changes()),
                        form("/manage/logout", csrf, "Sign out", Html.NONE)));
    }

    static String problem(int status, String message) {
        return page(
                "That did not work",
                Html.NONE,
                Html.of(
                        "<p class=\"problem\" role=\"alert\">{}</p>\n<p class=\"quiet\">Status {}. {}</p>\n",
                        message,
                        status,
                        status == 401
                                ? Html.of("<a href=\"/manage\">Sign in</a>")
                                : "Nothing was changed; go back and try again."));
    }

    private static Html standing(Standing standing) {
        return Html.of(
                """
                <tr><td class="number">{}</td><th scope="row">{}</th><td>{}</td>\
                <td class="number">{}</td><td class="number">{}</td></tr>
                """,
                standing.rank(),
                standing.name(),
                standing.role(),
                standing.score(),
                dollars(standing.shareCents()));
    }

    /** One sentence; scoreboard.js writes the same. */
    private static String voting(Voting.@Nullable Session session) {
        return session == null ? "Voting is closed." : "Voting is open: " + session.votes() + " votes so far.";
    }

    private static Html votingSection(Management view, String csrf) {
        return Html.of(
                "<section>\n<h2>Voting</h2>\n<p>{}</p>\n{}</section>\n",
                voting(view.voting()),
                view.voting() == null
                        ? form("/vote/start", csrf, "Start voting", Html.NONE)
                        : form("/vote/close", csrf, "Close voting and apply the votes", Html.NONE));
    }

    private static Html adjustSection(Management view, String csrf) {
        int most = view.settings().maxAdjustment();
        Html fields = Html.of(
                """
                <label for="adjust-employee">Employee</label>
                <select id="adjust-employee" name="employee_id">{}</select>
                <label for="delta">Points, from -{} to {}</label>
                <input id="delta" name="delta" type="number" required min="-{}" max="{}">
                <label for="reason">Reason</label>
                <input id="reason" name="reason" required maxlength="200">
                """,
                Html.join(view.employees().stream()
                        .filter(Employee::active)
                        .map(employee -> option(employee.id(), employee.name()))
                        .toList()),
                most,
                most,
                most,
                most);
        return Html.of(
                "<section>\n<h2>Points</h2>\n{}</section>\n", form("/manage/adjust", csrf, "Adjust points", fields));
    }

    private static Html employeesSection(Management view, String csrf) {
        Html fields = Html.of(
                """
                <label for="name">Name</label>
                <input id="name" name="name" required maxlength="80" autocomplete="off">
                <label for="code">Code, 2 to 6 letters or digits</label>
                <input id="code" name="code" required minlength="2" maxlength="6" autocomplete="off">
                <label for="role">Role</label>
                <select id="role" name="role">{}</select>
                """,
                Html.join(view.roles().stream().map(role -> option(role, role)).toList()));
        return Html.of(
                """
                <section>
                <h2>Employees</h2>
                <div class="wide" role="region" aria-labelledby="employees-caption" tabindex="0">
                <table>
                <caption id="employees-caption">All employees</caption>
                <thead><tr><th scope="col">Name</th><th scope="col">Code</th><th scope="col">Role</th>
                <th scope="col" class="number">Score</th><th scope="col">State</th></tr></thead>
                <tbody>
                {}</tbody>
                </table>
                </div>
                {}</section>
                """,
                Html.join(view.employees().stream()
                        .map(employee -> employeeRow(employee, csrf))
                        .toList()),
                form("/manage/employees", csrf, "Add employee", fields));
    }

    private static Html employeeRow(Employee employee, String csrf) {
        Html state = employee.active() ? Html.of("""
            <form method="post" action="/manage/employees/deactivate" class="inline">
            <input type="hidden" name="csrf" value="{}">
            <input type="hidden" name="employee_id" value="{}">
            <button aria-label="Deactivate {}">Deactivate</button></form>\
            """, csrf, employee.id(), employee.name()) : Html.of("inactive");
        return Html.of(
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td class=\"number\">{}</td><td>{}</td></tr>\n",
                employee.name(),
                employee.code(),
                employee.role(),
                employee.score(),
                state);
    }

    private static Html settingsSection(Settings settings, String csrf) {
        Html fields = Html.of(
                """
                <label for="title">Title</label>
                <input id="title" name="title" required maxlength="60" value="{}">
                <label for="sales">Sales in dollars</label>
                <input id="sales" name="sales" type="number" required min="0" max="100000000" value="{}">
                <label for="bonus">Percent of sales that goes into the pot</label>
                <input id="bonus" name="bonus_percent" type="number" required min="0" max="100" value="{}">
                <label for="per-vote">Points per vote</label>
                <input id="per-vote" name="points_per_vote" type="number" required min="1" max="100" value="{}">
                <label for="most">Most points given or taken at once</label>
                <input id="most" name="max_adjustment" type="number" required min="1" max="10000" value="{}">
                """,
                settings.title(),
                settings.salesDollars(),
                settings.bonusPercent(),
                settings.pointsPerVote(),
                settings.maxAdjustment());
        return Html.of(
                "<section>\n<h2>Settings</h2>\n{}</section>\n",
                form("/manage/settings", csrf, "Save settings", fields));
    }

    private static Html historySection(List<Change> changes) {
        return Html.of(
                """
                <section>
                <h2>History</h2>
                <div class="wide" role="region" aria-labelledby="history-caption" tabindex="0">
                <table>
                <caption id="history-caption">Latest changes, newest first</caption>
                <thead><tr><th scope="col">When (UTC)</th><th scope="col">Employee</th>
                <th scope="col" class="number">Points</th><th scope="col">Reason</th>
                <th scope="col">By</th></tr></thead>
                <tbody>
                {}</tbody>
                </table>
                </div>
                </section>
                """,
                Html.join(changes.stream()
                        .map(change -> Html.of(
                                "<tr><td>{}</td><td>{}</td><td class=\"number\">{}</td><td>{}</td><td>{}</td></tr>\n",
                                change.at(),
                                change.employee(),
                                change.delta(),
                                change.reason(),
                                change.changedBy()))
                        .toList()));
    }

    private static Html form(String action, String csrf, String button, Html fields) {
        return Html.of("""
            <form method="post" action="{}">
            <input type="hidden" name="csrf" value="{}">
            {}<button>{}</button>
            </form>
            """, action, csrf, fields, button);
    }

    private static Html option(Object value, String label) {
        return Html.of("<option value=\"{}\">{}</option>", value, label);
    }

    private static Html notice(@Nullable String text) {
        return text == null ? Html.NONE : Html.of("<p class=\"notice\" role=\"status\">{}</p>\n", text);
    }

    private static String dollars(long cents) {
        return NumberFormat.getCurrencyInstance(Locale.US).format(BigDecimal.valueOf(cents, 2));
    }

    private static String page(String title, Html head, Html body) {
        return Html.of("""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{}</title>
            <link rel="icon" href="/icon.svg">
            <link rel="stylesheet" href="/style.css">
            {}
            </head>
            <body>
            <header><nav aria-label="Pages"><a href="/">Scoreboard</a> <a href="/vote">Vote</a>
            <a href="/manage">Manage</a></nav></header>
            <main>
            <h1>{}</h1>
            {}</main>
            </body>
            </html>
            """, title, head, title, body).markup();
    }
}
