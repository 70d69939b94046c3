package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.benchmarks.SpikeBenchmark.Crowd;
import io.rockpool.benchmarks.SpikeBenchmark.Effort;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That every pool begins with the same connections and every figure is told; never how fast. */
class SpikeBenchmarkTest {

    private static final Crowd SMALL =
            new Crowd(8, 2, 6, Duration.ofMillis(10), Duration.ofMillis(2), Duration.ofMillis(5));

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Report report = new Report("spike", new PrintStream(printed, true, StandardCharsets.UTF_8));

    @Test
    void every_pool_serves_the_crowd_with_no_more_connections_than_it_may_have() throws Exception {
        List<String> subjects = Peers.names().stream()
                .filter(name -> !name.endsWith(Peers.SAFE))
                .toList();

        new SpikeBenchmark().measure(SMALL, new Effort(1, Duration.ofMinutes(1)), subjects, report);

        assertThat(report.rows())
                .hasSize(3 * subjects.size())
                .allSatisfy(row -> assertThat(row.caseName()).isEqualTo("50on5"));
        for (String metric : List.of("connections", "connections_1s_later")) {
            assertThat(report.rows().stream().filter(row -> row.metric().equals(metric)))
                    .allSatisfy(row -> assertThat(row.value()).isBetween(2.0, 6.0))
                    .extracting(Report.Row::subject)
                    .containsExactlyElementsOf(subjects);
        }
        assertThat(report.rows().stream().filter(row -> row.metric().equals("all_done_ms")))
                .hasSize(subjects.size())
                .allSatisfy(row -> assertThat(row.value()).isGreaterThanOrEqualTo(2 * 2)); // 8 queries on at most 6
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("Medians of 1 rounds", "8 threads at once, 2 idle connections of at most 6");
    }

    @Test
    void the_idle_connections_alone_need_ten_queries_time() {
        assertThat(Crowd.FIFTY_ON_FIVE.idealMillis()).isEqualTo(20);
    }

    @Test
    void the_database_counts_what_is_asked_for_and_what_is_open() throws Exception {
        SpikeDatabase database = new SpikeDatabase(Duration.ZERO, Duration.ZERO);

        Connection first = database.connect();
        database.connect();
        first.close();
        first.close();

        assertThat(List.of(database.asked(), database.opened(), database.live()))
                .containsExactly(2, 2, 1);
    }
}
