package io.rockpool.admin;

import static io.rockpool.admin.AdminFixtures.CANARY;
import static io.rockpool.admin.AdminFixtures.TOKEN;
import static io.rockpool.admin.AdminHandler.STATS_PATH;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.admin.RawHttp.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** H1, H8: attempts to get at the data past the token, the path or the Host rule, byte by byte over a socket. */
@Timeout(60)
class AdminBypassTest {

    // Closed without a word, or one of these; never a success, never a fault of the server's own.
    private static final Set<Integer> REFUSALS = Set.of(0, 400, 401, 404, 405, 501);
    private static final String HOST = "Host: localhost\r\n";
    private static final String AUTH = "Authorization: Bearer " + TOKEN + "\r\n";
    private static final String LINE = "GET " + STATS_PATH + " HTTP/1.1\r\n";
    private static final String RIGHT_REQUEST = LINE + HOST + AUTH + "\r\n";

    private static AdminServer server;

    @BeforeAll
    static void start() throws IOException {
        // No attempt is remembered: a lock-out would hide a hole behind 429.
        server = AdminServer.builder(AdminFixtures::snapshot)
                .port(0)
                .token(TOKEN)
                .clock(AdminFixtures.forgetfulClock())
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void the_right_request_gets_the_data_so_the_attempts_below_mean_something() throws IOException {
        assertThat(RawHttp.send(server.address(), RIGHT_REQUEST).text()).contains(CANARY);
        assertThat(attempts()).doesNotHaveDuplicates().hasSizeGreaterThan(150).doesNotContain(RIGHT_REQUEST);
    }

    @ParameterizedTest
    @MethodSource("attempts")
    void an_attempt_gets_no_data(String attempt) throws IOException {
        assertRefused(RawHttp.send(server.address(), attempt));
    }

    // H2
    @Test
    void random_damage_to_a_request_without_the_token_gets_no_data() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] whole = (LINE + HOST + "Authorization: Bearer wrong-wrong-wrong\r\nContent-Length: 0\r\n\r\n")
                .getBytes(ISO_8859_1);
        for (int i = 0; i < 300; i++) {
            byte[] damaged = whole.clone();
            for (int n = random.nextInt(8); n >= 0; n--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            Answer answer = RawHttp.send(server.address(), damaged);
            assertThat(answer.text()).as("seed %d, request %d", seed, i).doesNotContain(CANARY);
            assertThat(answer.status()).as("seed %d, request %d", seed, i).isIn(REFUSALS);
        }
    }

    private static void assertRefused(Answer answer) {
        assertThat(answer.status()).isIn(REFUSALS);
        assertThat(answer.text()).doesNotContain(CANARY, "pool_size", "\tat ", TOKEN);
        // The JDK's own refusal of what it cannot parse has no security headers; see docs/security-matrix.md, S7.
        if (answer.status() != 0 && !answer.text().contains("Content-Type: text/html")) {
            assertThat(answer.headers()).containsEntry("Content-Type", "application/json; charset=utf-8");
        }
    }

    static List<String> attempts() {
        List<String> all = new ArrayList<>();
        wrongCredentials().forEach(value -> all.add(LINE + HOST + "Authorization: " + value + "\r\n\r\n"));
        tokenElsewhere(all);
        trustedHeaders().forEach(header -> all.add(LINE + HOST + header + "\r\n\r\n"));
        methods().forEach(method -> all.add(method + " " + STATS_PATH + " HTTP/1.1\r\n" + HOST + "\r\n"));
        methods().stream()
                .filter(method -> !method.equals("HEAD"))
                .forEach(method -> all.add(method + " " + STATS_PATH + " HTTP/1.1\r\n" + HOST + AUTH + "\r\n"));
        paths().forEach(path -> all.add("GET " + path + " HTTP/1.1\r\n" + HOST + AUTH + "\r\n"));
        hosts().forEach(host -> all.add(LINE + host + AUTH + "\r\n"));
        framing(all);
        return all;
    }

    private static List<String> wrongCredentials() {
        String base64 = Base64.getEncoder().encodeToString(TOKEN.getBytes(ISO_8859_1));
        String basic = Base64.getEncoder().encodeToString(("admin:" + TOKEN).getBytes(ISO_8859_1));
        return List.of(
                "",
                " ",
                "Bearer",
                "Bearer ",
                "Bearer  ",
                "Bearer null",
                "Bearer undefined",
                "Bearer 0",
                "Bearer true",
                "Bearer *",
                "Bearer %",
                "Bearer []",
                "Bearer {}",
                "Bearer ' OR '1'='1",
                "Bearer ../../../etc/passwd",
                "Bearer wrong-wrong-wrong-wrong",
                "Bearer " + TOKEN.substring(1),
                "Bearer " + TOKEN.substring(0, TOKEN.length() - 1),
                "Bearer " + TOKEN + "x",
                "Bearer " + TOKEN.toUpperCase(java.util.Locale.ROOT),
                "Bearer " + TOKEN + TOKEN,
                "Bearer " + TOKEN + " " + TOKEN,
                "Bearer " + TOKEN + "," + TOKEN,
                "Bearer " + TOKEN + ", Bearer " + TOKEN,
                "Bearer " + TOKEN + ";",
                "Bearer " + TOKEN + "=",
                "Bearer  " + TOKEN,
                "Bearer \"" + TOKEN + "\"",
                "Bearer token=" + TOKEN,
                "Bearer " + base64,
                "Bearer:" + TOKEN,
                "Bearer: " + TOKEN,
                "Bearer=" + TOKEN,
                "Bearer" + TOKEN,
                "Bearer Bearer " + TOKEN,
                TOKEN,
                "Token " + TOKEN,
                "Digest " + TOKEN,
                "Negotiate " + TOKEN,
                "Basic " + TOKEN,
                "Basic " + base64,
                "Basic " + basic,
                "Basic YWRtaW46YWRtaW4=",
                "Basic Og==",
                "AWS4-HMAC-SHA256 " + TOKEN,
                "xBearer " + TOKEN);
    }

    private static void tokenElsewhere(List<String> all) {
        for (String query : List.of("token=", "access_token=", "authorization=Bearer%20", "bearer=", "")) {
            all.add("GET " + STATS_PATH + "?" + query + TOKEN + " HTTP/1.1\r\n" + HOST + "\r\n");
        }
        for (String header : List.of(
                "Cookie: token=" + TOKEN,
                "Cookie: Authorization=Bearer " + TOKEN,
                "Proxy-Authorization: Bearer " + TOKEN,
                "X-Authorization: Bearer " + TOKEN,
                "X-Api-Key: " + TOKEN,
                "X-Auth-Token: " + TOKEN,
                "Authorization_: Bearer " + TOKEN,
                "Authorization : Bearer " + TOKEN,
                " Authorization: Bearer " + TOKEN,
                "Authorisation: Bearer " + TOKEN,
                "WWW-Authenticate: Bearer " + TOKEN,
                "Authentication: Bearer " + TOKEN,
                "Bearer: " + TOKEN,
                "Authorization\0: Bearer " + TOKEN,
                "X: Authorization: Bearer " + TOKEN,
                "X: y\\r\\nAuthorization: Bearer " + TOKEN,
                "X: y%0d%0aAuthorization: Bearer " + TOKEN)) {
            all.add(LINE + HOST + header + "\r\n\r\n");
        }
        String form = "authorization=Bearer+" + TOKEN;
        all.add("POST " + STATS_PATH + " HTTP/1.1\r\n" + HOST + "Content-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: " + form.length() + "\r\n\r\n" + form);
        all.add(LINE + HOST + "Transfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n0\r\n" + AUTH + "\r\n");
        all.add("GET http://" + TOKEN + "@localhost" + STATS_PATH + " HTTP/1.1\r\n" + HOST + "\r\n");
        all.add(LINE + HOST + AUTH + AUTH + "\r\n");
        all.add(LINE + HOST + AUTH + "Authorization: Bearer wrong\r\n\r\n");
        all.add(LINE + HOST + "Authorization: Bearer wrong\r\n" + AUTH + "\r\n");
        all.add(LINE + HOST + "Authorization:\r\n" + AUTH + "\r\n");
        all.add(LINE + HOST + AUTH + "AUTHORIZATION: Basic Og==\r\n\r\n");
    }

    private static List<String> trustedHeaders() {
        return List.of(
                "X-Forwarded-For: 127.0.0.1",
                "X-Forwarded-For: localhost, 127.0.0.1",
                "X-Forwarded-Host: localhost",
                "X-Forwarded-Proto: https",
                "X-Forwarded-User: admin",
                "X-Forwarded-Client-Cert: Subject=admin",
                "X-Remote-User: admin",
                "Remote-User: admin",
                "X-Real-IP: 127.0.0.1",
                "X-Client-IP: 127.0.0.1",
                "True-Client-IP: 127.0.0.1",
                "X-Custom-IP-Authorization: 127.0.0.1",
                "X-Originating-IP: 127.0.0.1",
                "Forwarded: for=127.0.0.1;host=localhost",
                "Via: 1.1 localhost",
                "X-Original-URL: " + STATS_PATH,
                "X-Rewrite-URL: " + STATS_PATH,
                "X-HTTP-Method-Override: GET",
                "X-Admin: true",
                "X-Debug: 1",
                "Cookie: admin=true; role=operate",
                "Referer: http://localhost/admin/",
                "Origin: http://localhost",
                "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
                "Range: bytes=0-10",
                "If-None-Match: *",
                "Expect: 100-continue");
    }

    private static List<String> methods() {
        return List.of(
                "HEAD",
                "OPTIONS",
                "TRACE",
                "POST",
                "PUT",
                "DELETE",
                "PATCH",
                "CONNECT",
                "PROPFIND",
                "SEARCH",
                "TRACK",
                "get",
                "GeT",
                "GETX",
                "XGET",
                "G\0ET",
                "\u00e9");
    }

    private static List<String> paths() {
        return List.of(
                "/",
                "*",
                "/admin",
                "/admin/",
                "admin/connection_pool_stats",
                "//admin/connection_pool_stats",
                "///admin/connection_pool_stats",
                "/admin//connection_pool_stats",
                "/./admin/connection_pool_stats",
                "/admin/./connection_pool_stats",
                "/admin/../admin/connection_pool_stats",
                "/x/../admin/connection_pool_stats",
                "/../admin/connection_pool_stats",
                "/admin/connection_pool_stats/..",
                "/admin/connection_pool_stats/.",
                "/admin/connection_pool_stats/",
                "/admin/connection_pool_stats//",
                "/admin/connection_pool_stats.",
                "/admin/connection_pool_stats..",
                "/admin/connection_pool_stats.json",
                "/admin/connection_pool_stats;",
                "/admin/connection_pool_stats;x=y",
                "/admin;x/connection_pool_stats",
                "/;/admin/connection_pool_stats",
                "/admin/connection_pool_stats%00",
                "/admin/connection_pool_stats%00.css",
                "/admin/connection_pool_stats%20",
                "/admin/connection_pool_stats%09",
                "/admin/connection_pool_stats%0a",
                "/admin/connection_pool_stats%0d%0a",
                "/admin/connection_pool_stats%23",
                "/admin/connection_pool_stats%3f",
                "/admin/connection_pool_stats#x",
                "/admin/connection_pool_stats&x",
                "/admin/connection_pool_stat%73",
                "/admin%2fconnection_pool_stats",
                "/admin%2Fconnection_pool_stats",
                "/admin%252fconnection_pool_stats",
                "/admin%5cconnection_pool_stats",
                "/admin\\connection_pool_stats",
                "\\admin\\connection_pool_stats",
                "/%2e/admin/connection_pool_stats",
                "/%2e%2e/admin/connection_pool_stats",
                "/%61dmin/connection_pool_stats",
                "/admin/connection%5fpool_stats",
                "/admin/connection%c0%afpool_stats",
                "/admin/connection%u005fpool_stats",
                "/ADMIN/connection_pool_stats",
                "/Admin/Connection_Pool_Stats",
                "/admin/CONNECTION_POOL_STATS",
                "/admin/connection-pool-stats",
                "/admin/connection_pool_stats\0",
                "/admin/connection_pool_stats\t",
                "/admin/connection_pool_stats\u00ff",
                "http://localhost/admin/connection_pool_stats",
                "http://evil.example/admin/connection_pool_stats",
                "http:/admin/connection_pool_stats",
                "http:admin/connection_pool_stats",
                "file:///admin/connection_pool_stats",
                "localhost:80/admin/connection_pool_stats",
                "?/admin/connection_pool_stats",
                "/?/admin/connection_pool_stats",
                "/admin/metrics",
                "/admin/health",
                "/actuator/env",
                "/favicon.ico");
    }

    /** Whole header lines: none, wrong, double and foreign ones, with the right token behind them. */
    private static List<String> hosts() {
        List<String> lines = new ArrayList<>(
                List.of("", HOST + HOST, HOST + "Host: evil.example\r\n", "host: evil.example\r\n" + HOST));
        for (String host : List.of(
                "",
                "evil.example",
                "evil.example:80",
                "localhost.",
                "localhost.evil.example",
                "evil.example#localhost",
                "localhost:abc",
                "localhost:999999",
                "localhost:",
                "user@localhost",
                "localhost@evil.example",
                "localhost/x",
                "localhost, evil.example",
                "localhost evil.example",
                "127.0.0.1.evil.example",
                "127.0.0.2",
                "127.1",
                "0x7f.0.0.1",
                "2130706433",
                "0.0.0.0",
                "[::ffff:127.0.0.1]",
                "[::1",
                "[::1].evil.example",
                "%6cocalhost")) {
            lines.add("Host: " + host + "\r\n");
        }
        for (String origin : List.of(
                "null",
                "",
                "http://evil.example",
                "https://localhost.evil.example",
                "http://localhost:3000",
                "localhost",
                "http://localhost/",
                "http://localhost@evil.example",
                "chrome-extension://abc",
                "http://127.0.0.1")) {
            lines.add(HOST + "Origin: " + origin + "\r\n");
        }
        lines.add(HOST + "Origin: http://localhost\r\nOrigin: http://evil.example\r\n");
        return lines;
    }

    /** Where one request ends and another begins; old and odd forms of the protocol. */
    private static void framing(List<String> all) {
        String inner = RIGHT_REQUEST;
        String open = LINE + HOST;
        all.add(open + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner);
        all.add(open + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + inner);
        all.add(open + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + inner);
        all.add(open + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + inner);
        all.add(open + "Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n" + inner);
        all.add(open + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + inner);
        all.add(open + "Transfer-Encoding: chunked\r\n\r\n-1\r\n" + inner);
        all.add(open + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n" + inner);
        all.add(open + "Content-Length: 0, 0\r\n\r\n" + inner);
        all.add(open + "Content-Length: -1\r\n\r\n" + inner);
        all.add(open + "Content-Length: +0\r\n\r\n" + inner);
        all.add(open + "Content-Length: 0x10\r\n\r\n" + inner);
        all.add(open + "Content-Length: 99999999999999999999\r\n\r\n" + inner);
        all.add(open + "Content-Length: 0\r\n\r\n" + inner);
        all.add(open + "Connection: keep-alive\r\n\r\n" + inner + inner);
        all.add(open + "X: y\r\n " + AUTH + "\r\n");
        all.add(open + "X: y\r\n\t" + AUTH + "\r\n");
        all.add(open + "X: y\r" + AUTH.trim() + "z\r\n\r\n");
        all.add(open.replace("\r\n", "\n") + "\n");
        all.add(open.replace("\r\n", "\r") + "\r");
        all.add("\r\n\r\n" + open + "\r\n");
        all.add("GET " + STATS_PATH + "\r\n");
        all.add("GET " + STATS_PATH + "\r\n" + HOST + AUTH + "\r\n");
        all.add("GET  " + STATS_PATH + " HTTP/1.1\r\n" + HOST + AUTH + "\r\n");
        all.add(" GET " + STATS_PATH + " HTTP/1.1\r\n" + HOST + AUTH + "\r\n");
        all.add("GET " + STATS_PATH + " HTTP/1.0\r\n\r\n");
        all.add("GET " + STATS_PATH + " HTTP/1.0\r\n" + HOST + "\r\n");
        all.add("GET " + STATS_PATH + " HTTP/1.0\r\n" + AUTH + "\r\n");
        all.add("GET " + STATS_PATH + " HTTP/1.0\r\nConnection: keep-alive\r\n" + HOST + "\r\n" + inner);
        all.add("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + inner);
        all.add("\u0016\u0003\u0001\u0002\0\u0001\0" + inner);
        all.add("OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n" + inner);
        all.add("CONNECT localhost:80 HTTP/1.1\r\n" + HOST + "\r\n" + inner);
    }
}
