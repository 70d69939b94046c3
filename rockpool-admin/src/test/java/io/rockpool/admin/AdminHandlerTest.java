package io.rockpool.admin;

import static io.rockpool.admin.AdminFixtures.CANARY;
import static io.rockpool.admin.AdminFixtures.TOKEN;
import static io.rockpool.admin.AdminFixtures.get;
import static io.rockpool.admin.AdminHandler.STATS_PATH;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.admin.AdminFixtures.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminHandlerTest {

    private static final long SECOND = 1_000_000_000L;

    private long now;
    private final AdminHandler handler = AdminFixtures.handler(() -> now);

    @Test
    void the_bearer_of_the_token_gets_the_statistics() {
        AdminResponse response = get(STATS_PATH).token(TOKEN).on(handler);

        assertThat(response.status()).isEqualTo(200);
        assertThat(body(response))
                .startsWith("{\"success\":true,\"stats\":{\"pool_size\":10")
                .contains(CANARY);
    }

    @Test
    void the_scheme_is_read_in_any_case_and_a_query_is_not_read() {
        assertThat(get(STATS_PATH + "?x=1")
                        .header("authorization", "bEARER " + TOKEN)
                        .on(handler)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void head_is_answered_like_get() {
        assertThat(new Request("HEAD", STATS_PATH).token(TOKEN).on(handler).status())
                .isEqualTo(200);
    }

    // S3
    @Test
    void every_refusal_is_the_same_whatever_was_wrong() {
        List<AdminResponse> refusals = List.of(
                get(STATS_PATH).on(handler),
                get("/unknown").on(handler),
                new Request("POST", STATS_PATH).on(handler),
                get(STATS_PATH).token("wrong-wrong-wrong").on(handler),
                get(STATS_PATH).header("Authorization", TOKEN).on(handler),
                get(STATS_PATH).token(TOKEN).token(TOKEN).on(handler),
                get(STATS_PATH).token(TOKEN).host("evil.example").on(handler),
                get(STATS_PATH)
                        .token(TOKEN)
                        .header("Origin", "http://evil.example")
                        .on(handler));

        assertThat(refusals).allMatch(r -> r == AdminResponse.REFUSED);
        assertThat(body(AdminResponse.REFUSED)).isEqualTo("{\"success\":false,\"message\":\"not authorised\"}");
        assertThat(AdminResponse.REFUSED.status()).isEqualTo(401);
        assertThat(AdminResponse.REFUSED.headers()).containsEntry("WWW-Authenticate", "Bearer");
    }

    // S3
    @Test
    void only_the_bearer_learns_which_paths_and_methods_exist() {
        assertThat(get("/unknown").token(TOKEN).on(handler).status()).isEqualTo(404);
        AdminResponse wrongMethod = new Request("POST", STATS_PATH).token(TOKEN).on(handler);
        assertThat(wrongMethod.status()).isEqualTo(405);
        assertThat(wrongMethod.headers()).containsEntry("Allow", "GET, HEAD");
    }

    // S6, H1
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "*",
                "//admin/connection_pool_stats",
                "/admin//connection_pool_stats",
                "/./admin/connection_pool_stats",
                "/admin/./connection_pool_stats",
                "/x/../admin/connection_pool_stats",
                "/admin/%63onnection_pool_stats",
                "/admin%2fconnection_pool_stats",
                "/%2e/admin/connection_pool_stats",
                "/admin/connection_pool_stats;x",
                "/admin;x/connection_pool_stats",
                "/admin/connection_pool_stats%00",
                "/admin/connection_pool_stats\0",
                "/ADMIN/connection_pool_stats",
                "/admin/connection_pool_stats/",
                "/admin/connection_pool_stats.",
                "/admin/connection_pool_stats.json",
                "/admin/connection_pool_stats#x",
                "/admin\\connection_pool_stats",
                "http://localhost/admin/connection_pool_stats"
            })
    void another_spelling_of_the_path_is_another_path(String path) {
        assertThat(get(path).token(TOKEN).on(handler)).isSameAs(AdminResponse.NOT_FOUND);
    }

    // S4, H5
    @Test
    void after_five_wrong_tokens_the_source_is_told_to_wait_and_longer_each_time() {
        for (int i = 0; i < 5; i++) {
            assertThat(get(STATS_PATH).token("wrong-" + i).on(handler).status()).isEqualTo(401);
        }
        AdminResponse first = get(STATS_PATH).token(TOKEN).on(handler);
        assertThat(first.status()).isEqualTo(429);
        assertThat(first.headers()).containsEntry("Retry-After", "1");
        assertThat(body(first)).isEqualTo("{\"success\":false,\"message\":\"too many failed attempts\"}");
        assertThat(get(STATS_PATH).token(TOKEN).from("127.0.0.2").on(handler).status())
                .isEqualTo(200);

        now += SECOND;
        assertThat(get(STATS_PATH).token("wrong").on(handler).status()).isEqualTo(401);
        assertThat(get(STATS_PATH).token(TOKEN).on(handler).headers()).containsEntry("Retry-After", "2");

        now += 2 * SECOND;
        assertThat(get(STATS_PATH).token(TOKEN).on(handler).status()).isEqualTo(200);
    }

    // S4
    @Test
    void a_forwarded_address_does_not_make_another_source() {
        for (int i = 0; i < 5; i++) {
            get(STATS_PATH)
                    .token("wrong")
                    .header("X-Forwarded-For", "10.0.0." + i)
                    .on(handler);
        }
        assertThat(get(STATS_PATH)
                        .token(TOKEN)
                        .header("X-Forwarded-For", "10.0.0.9")
                        .on(handler)
                        .status())
                .isEqualTo(429);
    }

    // S2
    @Test
    void a_revoked_token_is_refused_at_once() {
        AdminToken token = AdminToken.of(TOKEN);
        AdminHandler own = new AdminHandler(AdminFixtures::snapshot, token, new AllowedHosts(List.of()), () -> now);
        assertThat(get(STATS_PATH).token(TOKEN).on(own).status()).isEqualTo(200);

        token.revoke();

        assertThat(get(STATS_PATH).token(TOKEN).on(own)).isSameAs(AdminResponse.REFUSED);
    }

    // S7
    @Test
    void every_answer_carries_the_security_headers() {
        List<AdminResponse> all = List.of(
                get(STATS_PATH).token(TOKEN).on(handler),
                AdminResponse.REFUSED,
                AdminResponse.NOT_FOUND,
                AdminResponse.METHOD_NOT_ALLOWED,
                AdminResponse.INTERNAL_ERROR,
                AdminResponse.tooManyFailures(1));

        assertThat(all)
                .allSatisfy(response -> assertThat(response.headers())
                        .containsEntry("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
                        .containsEntry("X-Content-Type-Options", "nosniff")
                        .containsEntry("X-Frame-Options", "DENY")
                        .containsEntry("Cache-Control", "no-store")
                        .containsEntry("Referrer-Policy", "no-referrer")
                        .containsEntry("Content-Type", "application/json; charset=utf-8")
                        .doesNotContainKeys("Server", "Set-Cookie", "Access-Control-Allow-Origin"));
    }

    // S7, H9
    @Test
    void a_fault_inside_is_answered_without_a_word_of_it() {
        AdminHandler broken = new AdminHandler(
                () -> {
                    throw new IllegalStateException("jdbc:x://user:" + CANARY + "@host");
                },
                AdminToken.of(TOKEN),
                new AllowedHosts(List.of()),
                () -> now);

        AdminResponse response = get(STATS_PATH).token(TOKEN).on(broken);

        assertThat(response.status()).isEqualTo(500);
        assertThat(body(response)).isEqualTo("{\"success\":false,\"message\":\"internal error\"}");
    }

    // S8, H3
    @Test
    void a_head_beyond_the_limits_is_refused_on_any_transport() {
        Request many = get(STATS_PATH).token(TOKEN);
        for (int i = 0; i < 99; i++) {
            many.header("X-A", "b");
        }
        assertThat(many.on(handler)).isSameAs(AdminResponse.REFUSED);
        assertThat(get(STATS_PATH).token(TOKEN).header("X-A", "b".repeat(8192)).on(handler))
                .isSameAs(AdminResponse.REFUSED);
        assertThat(get("/" + "b".repeat(8192)).token(TOKEN).on(handler)).isSameAs(AdminResponse.REFUSED);
    }

    // H1, H2, S16
    @Test
    void random_requests_get_no_data_and_break_nothing() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        AdminHandler fuzzed = new AdminHandler(
                AdminFixtures::snapshot,
                AdminToken.of(TOKEN),
                new AllowedHosts(List.of()),
                new GuessLimiter(AdminFixtures.forgetfulClock()),
                new AuditLog(lines::add, AdminFixtures.forgetfulClock()));
        for (int i = 0; i < 20_000; i++) {
            AdminResponse response = new Request(mutated("GET", random), mutated(STATS_PATH, random))
                    .host(mutated("localhost", random))
                    .header("Authorization", damaged("Bearer " + TOKEN, random))
                    .on(fuzzed);
            assertThat(response.status()).as("seed %d, request %d", seed, i).isEqualTo(401);
        }
        assertThat(lines).hasSize(20_000).allMatch(line -> line.matches("[\\x20-\\x7e]*"));
    }

    private static String mutated(String text, Random random) {
        return random.nextInt(3) > 0 ? text : damaged(text, random);
    }

    /** One character replaced by another; the scheme's letters are left alone, since their case does not count. */
    private static String damaged(String text, Random random) {
        int at = text.startsWith("Bearer ") ? 7 + random.nextInt(text.length() - 7) : random.nextInt(text.length());
        char other = (char) random.nextInt(0x3000);
        return text.substring(0, at) + (other == text.charAt(at) ? '!' : other) + text.substring(at + 1);
    }

    private static String body(AdminResponse response) {
        return new String(response.body(), UTF_8);
    }
}
