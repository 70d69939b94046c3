package io.rockpool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PerformanceMetricsTest {

    private final TestStatistics s = new TestStatistics();

    private PerformanceMetrics metrics() {
        return PerformanceMetrics.of(s.build());
    }

    @Test
    void before_the_first_borrow_all_is_well() {
        assertThat(metrics()).isEqualTo(new PerformanceMetrics(100, 0, 0, 100));
    }

    @Test
    void a_pool_of_no_size_divides_by_nothing() {
        s.poolSize = 0;
        s.maxOverflow = 0;
        s.active = 3;
        s.overflow = 3;
        assertThat(metrics()).isEqualTo(new PerformanceMetrics(100, 0, 0, 100));
        assertThat(new DatabaseConnectionPool().performance()).isEqualTo(new PerformanceMetrics(100, 0, 0, 100));
    }

    @Test
    void a_pool_without_overflow_uses_none_of_it() {
        s.maxOverflow = 0;
        s.active = 5;
        assertThat(metrics()).isEqualTo(new PerformanceMetrics(100, 50, 0, 100));
    }

    @Test
    void figures_are_percentages_to_two_places() {
        s.hits = 2;
        s.misses = 1;
        s.active = 1;
        s.overflow = 2;
        assertThat(metrics().efficiency()).isEqualTo(66.67);
        assertThat(metrics().utilization()).isEqualTo(6.67);
        assertThat(metrics().overflowUsage()).isEqualTo(40);
    }

    @ParameterizedTest
    @CsvSource({
        // hits, misses, created, failed, active, timeouts, leaks, score
        "80,  20,  10, 0,  0,  0, 0, 100",
        "60,  40,  10, 0,  0,  0, 0, 95",
        "0,  100,  10, 0,  0,  0, 0, 80",
        "100,  0,  10, 10, 0,  0, 0, 80",
        "100,  0,   0, 10, 0,  0, 0, 60",
        "100,  0,  10, 0,  9,  0, 0, 100",
        "100,  0,  10, 0,  10, 0, 0, 80",
        "95,   0,  10, 0,  0,  5, 0, 95",
        "10,   0,  10, 0,  0, 90, 0, 90",
        "100,  0,  10, 0,  0,  0, 1, 98",
        "100,  0,  10, 0,  0,  0, 99, 90",
        "0,    9,   0, 9, 10, 99, 99, 0"
    })
    void the_health_score_takes_away_for_each_trouble(
            long hits, long misses, long created, long failed, int active, long timeouts, long leaks, int score) {
        s.maxOverflow = 0;
        s.hits = hits;
        s.misses = misses;
        s.created = created;
        s.failed = failed;
        s.active = active;
        s.timeouts = timeouts;
        s.leaks = leaks;
        assertThat(metrics().healthScore()).isEqualTo(score);
    }

    @Test
    void the_score_stays_within_0_and_100_while_a_pool_shrinks() {
        s.poolSize = 1;
        s.maxOverflow = 0;
        s.active = 10;
        s.overflow = 9;
        s.failed = 9;
        assertThat(metrics().healthScore()).isBetween(0, 100);
    }

    @Test
    void the_json_names_are_the_origins() {
        s.hits = 3;
        s.misses = 1;
        assertThat(metrics().toMap())
                .containsExactly(
                        java.util.Map.entry("efficiency", 75.0),
                        java.util.Map.entry("utilization", 0.0),
                        java.util.Map.entry("overflow_usage", 0.0),
                        java.util.Map.entry("health_score", 99));
    }
}
