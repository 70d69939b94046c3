package io.rockpool.examples.incentive;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManagerAreaTest {
    @TempDir
    Path directory;

    private IncentiveService service;
    private Caller anyone;
    private Caller manager;

    @BeforeEach
    void start() throws Exception {
        service = IncentiveService.start(0, directory.resolve("incentive.db"), Caller.TOKEN);
        anyone = new Caller(service);
        manager = new Caller(service).signedIn();
    }

    @AfterEach
    void stop() throws Exception {
        assertThat(Caller.scoresWithoutHistory(service)).isZero();
        service.close();
    }

    @Test
    void signing_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use() throws Exception {
        HttpResponse<String> answer = anyone.asBrowser().post("/manage/login", "token", Caller.TOKEN);
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).hasValue("/manage");
        assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
                .contains("HttpOnly", "SameSite=Strict", "Path=/")
                .doesNotContain(Caller.TOKEN);
    }

    @Test
    void a_wrong_token_does_not_sign_in() throws Exception {
        HttpResponse<String> program = anyone.post("/manage/login", "token", "wrong");
        assertThat(program.statusCode()).isEqualTo(401);
        assertThat(program.body()).contains("not the admin token").doesNotContain("wrong");
        assertThat(program.headers().firstValue("Set-Cookie")).isEmpty();

        HttpResponse<String> browser = anyone.asBrowser().post("/manage/login", "token", "wrong");
        assertThat(browser.statusCode()).isEqualTo(401);
        assertThat(browser.body()).contains("role=\"alert\"", "<form method=\"post\" action=\"/manage/login\">");
    }

    @Test
    void points_need_a_session_and_its_csrf_token() throws Exception {
        assertThat(adjust(anyone, 3, 5).statusCode()).isEqualTo(401);
        String csrf = manager.csrf();
        assertThat(adjust(manager.withCsrf(""), 3, 5).statusCode()).isEqualTo(403);
        assertThat(adjust(manager.withCsrf("x"), 3, 5).statusCode()).isEqualTo(403);
        assertThat(scoreOf(3)).isEqualTo(58);

        HttpResponse<String> answer = adjust(manager.withCsrf(csrf), 3, 5);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"score\":63}");
        assertThat(scoreOf(3)).isEqualTo(63);
        assertThat(Caller.number(
                        service,
                        "SELECT COUNT(*) FROM score_history WHERE employee_id = 3 AND delta = 5 AND reason = 'good"
                                + " work' AND changed_by = 'manager'"))
                .isEqualTo(1);
    }

    @Test
    void the_token_of_another_session_is_refused() throws Exception {
        Caller other = new Caller(service).signedIn();
        assertThat(adjust(manager.withCsrf(other.csrf()), 3, 5).statusCode()).isEqualTo(403);
    }

    @Test
    void signing_out_ends_the_session() throws Exception {
        assertThat(manager.post("/manage/logout").statusCode()).isEqualTo(200);
        assertThat(adjust(manager, 3, 5).statusCode()).isEqualTo(401);
    }

    @Test
    void bad_input_is_refused_with_value_rule_and_fix() throws Exception {
        assertRefused(
                manager.post("/manage/adjust", "employee_id", 3, "delta", "lots", "reason", "x"),
                400,
                "delta: 'lots' is not allowed; it must be a whole number from -100 to 100: send digits only");
        assertRefused(adjust(manager, 3, 101), 400, "delta: '101' is not allowed");
        assertRefused(adjust(manager, 3, 0), 400, "delta: '0' is not allowed; it must change the score");
        assertRefused(adjust(manager, 99, 1), 404, "employee_id: there is no active employee 99");
        assertRefused(
                manager.post("/manage/adjust", "employee_id", 3, "delta", 1, "reason", " "), 400, "reason: missing");
        assertRefused(
                manager.post("/manage/adjust", "employee_id", 3, "delta", 1, "reason", "x".repeat(201)),
                400,
                "text of 1 to 200 characters");
        assertRefused(
                manager.post("/manage/adjust", "employee_id", 3, "employee_id", 4, "delta", 1, "reason", "x"),
                400,
                "employee_id: sent 2 times");
        assertRefused(manager.postJson("/manage/adjust", "{\"delta\":"), 400, "it cannot be read as JSON");
        assertRefused(manager.postJson("/manage/adjust", "[1]"), 400, "one flat JSON object");
        assertRefused(manager.postJson("/manage/adjust", "{\"delta\":{}}"), 400, "'delta' is an object or a list");
        assertRefused(
                manager.postJson("/manage/adjust", "{\"employee_id\":3,\"delta\":1.5,\"reason\":\"x\"}"),
                400,
                "delta: '1.5' is not allowed");
        assertThat(Caller.number(service, "SELECT SUM(score) FROM employees")).isEqualTo(658);
    }

    @Test
    void an_employee_is_added_once_and_can_be_deactivated() throws Exception {
        assertThat(manager.post("/manage/employees", "name", "Mia Berg", "code", "mbe", "role", "Office")
                        .body())
                .isEqualTo("{\"employee_id\":13}");
        assertThat(anyone.get("/data").body()).contains("\"name\":\"Mia Berg\",\"role\":\"Office\",\"score\":0");
        assertRefused(
                manager.post("/manage/employees", "name", "Max Bell", "code", "MBE", "role", "Office"),
                409,
                "code: 'MBE' belongs to another employee");
        assertRefused(
                manager.post("/manage/employees", "name", "Max Bell", "code", "MAB", "role", "Pilot"),
                404,
                "one of Driver, Warehouse, Office, Supervisor");

        assertThat(manager.post("/manage/employees/deactivate", "employee_id", 13)
                        .statusCode())
                .isEqualTo(200);
        assertThat(anyone.get("/data").body()).doesNotContain("Mia Berg");
        assertRefused(
                manager.post("/manage/employees/deactivate", "employee_id", 13), 404, "there is no active employee 13");
    }

    @Test
    void settings_change_the_pot_and_the_limits_together_or_not_at_all() throws Exception {
        assertRefused(
                saveSettings(200_000, 101),
                400,
                "bonus_percent: '101' is not allowed; it must be a whole number from 0");
        assertThat(anyone.get("/data").body()).contains("\"sales\":125000,\"bonus_percent\":4,\"cents\":500000");

        assertThat(saveSettings(200_000, 5).statusCode()).isEqualTo(200);
        assertThat(anyone.get("/data").body())
                .contains("\"title\":\"Team & points\"", "\"sales\":200000,\"bonus_percent\":5,\"cents\":1000000");
        assertRefused(adjust(manager, 3, 11), 400, "a whole number from -10 to 10");
    }

    @Test
    void the_page_has_a_csrf_token_in_each_form_and_works_by_form() throws Exception {
        String page = manager.asBrowser().get("/manage").body();
        assertThat(page.split("<form ", -1)).hasSameSizeAs(page.split("name=\"csrf\" value=\"" + manager.csrf(), -1));
        assertThat(page.split("<h1>", -1)).hasSize(2);

        HttpResponse<String> answer = manager.withCsrf("")
                .post(
                        "/manage/adjust",
                        "csrf",
                        page.split("name=\"csrf\" value=\"", 2)[1].split("\"", 2)[0],
                        "employee_id",
                        3,
                        "delta",
                        -3,
                        "reason",
                        "late");
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).hasValue("/manage?done=adjusted");
        assertThat(manager.get("/manage?done=adjusted").body()).contains("The points are adjusted.", "late");
        assertThat(scoreOf(3)).isEqualTo(55);
    }

    @Test
    void without_a_session_the_page_asks_for_the_token() throws Exception {
        assertThat(anyone.get("/manage").body())
                .contains("action=\"/manage/login\"")
                .doesNotContain("AOK");
    }

    private static HttpResponse<String> adjust(Caller caller, int employee, int delta) throws Exception {
        return caller.postJson(
                "/manage/adjust",
                "{\"employee_id\":" + employee + ",\"delta\":" + delta + ",\"reason\":\"good work\"}");
    }

    private HttpResponse<String> saveSettings(int sales, int bonusPercent) throws Exception {
        return manager.post(
                "/manage/settings",
                "title",
                "Team & points",
                "sales",
                sales,
                "bonus_percent",
                bonusPercent,
                "points_per_vote",
                1,
                "max_adjustment",
                10);
    }

    private long scoreOf(int employee) throws Exception {
        return Caller.number(service, "SELECT score FROM employees WHERE id = " + employee);
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String message) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(message);
    }
}
