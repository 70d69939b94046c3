package io.rockpool.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.admin.AdminFixtures.Request;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** S16, S19, H7, H9. */
class AuditLogTest {

    private static final long SECOND = 1_000_000_000L;

    private final List<String> lines = new ArrayList<>();
    private long now;
    private final AuditLog audit = new AuditLog(lines::add, () -> now);

    @Test
    void a_served_request_is_one_line_with_who_and_what() {
        audit.record(request("GET", "/admin/connection_pool_stats"), 200);

        assertThat(lines)
                .containsExactly("served status=200 source=127.0.0.1 method=GET path=/admin/connection_pool_stats");
    }

    @Test
    void every_served_request_is_logged() {
        for (int i = 0; i < 100; i++) {
            audit.record(request("GET", "/x"), 200);
        }
        assertThat(lines).hasSize(100);
    }

    @Test
    void refusals_are_logged_once_a_second_with_the_number_left_out() {
        for (int i = 0; i < 100; i++) {
            audit.record(request("GET", "/x"), 401);
        }
        assertThat(lines).hasSize(1);

        now += SECOND;
        audit.record(request("GET", "/x"), 429);
        now += SECOND;
        audit.record(request("GET", "/x"), 404);

        assertThat(lines)
                .containsExactly(
                        "refused status=401 source=127.0.0.1 method=GET path=/x",
                        "refused status=429 source=127.0.0.1 method=GET path=/x and_unlogged=99",
                        "refused status=404 source=127.0.0.1 method=GET path=/x");
    }

    @Test
    void no_text_from_outside_can_forge_a_line_or_reach_the_terminal() {
        int events = 0;
        for (String payload : payloads()) {
            audit.record(request(payload, "/" + payload), 200);
            events++;
        }
        assertThat(events).isGreaterThan(500);
        assertThat(lines).hasSize(events).allMatch(line -> line.matches("[\\x20-\\x7e]*"));
        // A blank parts the fields, and so none of a payload survives.
        assertThat(lines).allMatch(line -> line.chars().filter(c -> c == ' ').count() == 4);
    }

    @Test
    void a_long_text_is_cut() {
        audit.record(request("G".repeat(100_000), "/" + "\0".repeat(100_000)), 200);

        assertThat(lines.get(0)).hasSizeLessThan(400).contains("GGG...").endsWith("...");
    }

    @Test
    void a_token_in_query_or_header_is_not_logged() {
        audit.record(
                AdminFixtures.get("/x?token=" + AdminFixtures.TOKEN)
                        .token(AdminFixtures.TOKEN)
                        .build(),
                200);

        assertThat(lines.get(0)).doesNotContain(AdminFixtures.TOKEN).endsWith("path=/x");
    }

    private static List<String> payloads() {
        List<String> payloads = new ArrayList<>();
        String dangerous = "\u007f\u0085\u009b\u00a0\u200b\u200e\u202a\u202e\u2028\u2029\u2066\u2069\ufeff\ud800\\ ";
        for (String shape : new String[] {"%s", "a%sb", "%s%s", "x%sserved status=200 source=1", "GET%s[31mred"}) {
            for (char c = 0; c <= ' '; c++) {
                payloads.add(shape.replace("%s", String.valueOf(c)));
            }
            dangerous.chars().forEach(c -> payloads.add(shape.replace("%s", String.valueOf((char) c))));
            for (char c = 0x80; c < 0xd0; c++) {
                payloads.add(shape.replace("%s", "\u001b" + c));
            }
        }
        return payloads;
    }

    private static AdminRequest request(String method, String path) {
        return new Request(method, path).build();
    }
}
