package io.rockpool.examples.incentive;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Someone who talks to a running service: as a program (JSON) unless told to be a browser; signed in or not. */
final class Caller {
    static final String TOKEN = "0123456789abcdef-test-token";

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Pattern CSRF = Pattern.compile("\"csrf\":\"([^\"]+)\"");

    private final IncentiveService service;
    private String cookie = "";
    private String csrf = "";
    private String accept = "application/json";

    Caller(IncentiveService service) {
        this.service = service;
    }

    Caller signedIn() throws Exception {
        HttpResponse<String> answer = post("/manage/login", "token", TOKEN);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        cookie = cookieOf(answer);
        Matcher matcher = CSRF.matcher(answer.body());
        assertThat(matcher.find()).isTrue();
        csrf = matcher.group(1);
        return this;
    }

    Caller asBrowser() {
        accept = "text/html,application/xhtml+xml,*/*;q=0.8";
        return this;
    }

    Caller withCsrf(String value) {
        csrf = value;
        return this;
    }

    String csrf() {
        return csrf;
    }

    HttpResponse<String> get(String path) throws Exception {
        return send(request(path).GET());
    }

    /** A form of alternating names and values. */
    HttpResponse<String> post(String path, Object... fields) throws Exception {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            form.append(form.isEmpty() ? "" : "&")
                    .append(fields[i])
                    .append('=')
                    .append(URLEncoder.encode(String.valueOf(fields[i + 1]), StandardCharsets.UTF_8));
        }
        return send(request(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form.toString())));
    }

    HttpResponse<String> postJson(String path, String json) throws Exception {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(json)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
                .header("Accept", accept);
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        if (!csrf.isEmpty()) {
            request.header("X-CSRF-Token", csrf);
        }
        return request;
    }

    static String cookieOf(HttpResponse<String> answer) {
        return answer.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
    }

    /** One number from the database, past the service. */
    static long number(IncentiveService service, String sql) throws Exception {
        return DatabaseConnection.read(
                service.pool(),
                conn -> Sql.rows(conn, sql, row -> row.getLong(1)).get(0));
    }

    /** How many employees have a score that is not the sum of their history; zero at every moment. */
    static long scoresWithoutHistory(IncentiveService service) throws Exception {
        return number(service, """
            SELECT COUNT(*) FROM employees e
            WHERE score <> (SELECT COALESCE(SUM(delta), 0) FROM score_history h WHERE h.employee_id = e.id)
            """);
    }
}
