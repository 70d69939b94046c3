package io.rockpool.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PoolSnapshotTest {

    @Test
    void the_document_has_the_origins_shape() throws IOException {
        assertThat(json(AdminFixtures.snapshot()))
                .isEqualTo("{\"success\":true,"
                        + "\"stats\":{\"pool_size\":10,\"pool_hits\":5000000000,\"hit_ratio\":0.875,"
                        + "\"closed_by_cause\":{\"age\":3}},"
                        + "\"performance_metrics\":{\"efficiency\":87.5,\"utilization\":20.0,\"overflow_usage\":0.0,"
                        + "\"health_score\":100},"
                        + "\"recommendations\":[\"CANARY-7f3a: raise poolSize\"]}");
    }

    @Test
    void a_number_that_json_cannot_write_becomes_null() throws IOException {
        assertThat(jsonOf(Double.NaN)).isEqualTo("null");
        assertThat(jsonOf(Double.POSITIVE_INFINITY)).isEqualTo("null");
    }

    @Test
    void lists_truths_nothing_and_texts_are_written_as_such() throws IOException {
        assertThat(jsonOf(List.of(1, true, "a"))).isEqualTo("[1,true,\"a\"]");
        assertThat(jsonOf(null)).isEqualTo("null");
    }

    // H7
    @Test
    void a_message_with_markup_quotes_and_control_characters_stays_one_escaped_string() throws IOException {
        PoolSnapshot snapshot =
                new PoolSnapshot(Map.of(), Map.of(), List.of("\"</script>\r\n\u2028\u202e\u001b[31m\0"));

        assertThat(json(snapshot))
                .contains("\"\\\"</script>\\r\\n\\u2028\\u202E\\u001B[31m\\u0000\"")
                .matches("[\\x20-\\x7e]*");
    }

    private static String jsonOf(Object value) throws IOException {
        Map<String, Object> stats = new LinkedHashMap<>();
        stats.put("x", value);
        String json = json(new PoolSnapshot(stats, Map.of(), List.of()));
        return json.substring(json.indexOf("\"x\":") + 4, json.indexOf("},\"performance_metrics\""));
    }

    private static String json(PoolSnapshot snapshot) throws IOException {
        return new String(snapshot.toJson(), UTF_8);
    }
}
