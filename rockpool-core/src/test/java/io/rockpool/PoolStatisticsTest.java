package io.rockpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PoolStatisticsTest {

    private static final List<String> ORIGINS = List.of(
            "pool_size",
            "active_connections",
            "available_connections",
            "total_connections",
            "overflow_connections",
            "pool_hits",
            "pool_misses",
            "failed_connections",
            "total_created",
            "hit_ratio");

    private static final PoolStatistics NUMBERED = new PoolStatistics(
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            10,
            0.11,
            12,
            13,
            14.5,
            15.5,
            16.5,
            17,
            18,
            19,
            20,
            21,
            22,
            23,
            Map.of("recycled", 24L, "broken", 25L),
            Map.of("open", 26L),
            List.of(new LaneStatistics(Lane.READER, 27, 28, 29, 30, 31, 32.5, 33.5, 34.5)));

    @Test
    void the_first_ten_json_names_are_the_origins_in_its_order() {
        assertThat(List.copyOf(NUMBERED.toMap().keySet()).subList(0, 10)).isEqualTo(ORIGINS);
    }

    @Test
    void the_json_names_and_their_values_are_these_in_this_order() {
        assertThat(NUMBERED.toMap())
                .containsExactly(
                        Map.entry("pool_size", 1),
                        Map.entry("active_connections", 3),
                        Map.entry("available_connections", 4),
                        Map.entry("total_connections", 5),
                        Map.entry("overflow_connections", 6),
                        Map.entry("pool_hits", 7L),
                        Map.entry("pool_misses", 8L),
                        Map.entry("failed_connections", 9L),
                        Map.entry("total_created", 10L),
                        Map.entry("hit_ratio", 0.11),
                        Map.entry("max_overflow", 2),
                        Map.entry("waiting", 12),
                        Map.entry("waits", 13L),
                        Map.entry("wait_mean_ms", 14.5),
                        Map.entry("wait_p99_ms", 15.5),
                        Map.entry("wait_max_ms", 16.5),
                        Map.entry("timeouts", 17L),
                        Map.entry("rejected", 18L),
                        Map.entry("leaks_suspected", 19L),
                        Map.entry("unfinished_transactions", 20L),
                        Map.entry("stuck_calls", 21),
                        Map.entry("oldest_connection_ms", 22L),
                        Map.entry("mean_connection_age_ms", 23L),
                        Map.entry("closed_by_cause", Map.of("broken", 25L, "recycled", 24L)),
                        Map.entry("failures_by_cause", Map.of("open", 26L)),
                        Map.entry(
                                "lanes",
                                List.of(Map.of(
                                        "lane",
                                        "reader",
                                        "limit",
                                        27,
                                        "connections",
                                        28,
                                        "active",
                                        29,
                                        "waiting",
                                        30,
                                        "waits",
                                        31L,
                                        "wait_mean_ms",
                                        32.5,
                                        "wait_p99_ms",
                                        33.5,
                                        "wait_max_ms",
                                        34.5))));
    }

    @Test
    void causes_stand_in_the_order_of_their_names() {
        assertThat(((Map<?, ?>) NUMBERED.toMap().get("closed_by_cause"))
                        .keySet()
                        .toString())
                .isEqualTo("[broken, recycled]");
    }

    @Test
    void every_component_is_in_the_json() {
        assertThat(NUMBERED.toMap()).hasSize(PoolStatistics.class.getRecordComponents().length);
    }

    @Test
    void they_do_not_change_with_the_maps_they_were_made_of() {
        Map<String, Long> closed = new HashMap<>(Map.of("broken", 1L));
        PoolStatistics s = new PoolStatistics(
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, closed, closed, List.of());
        closed.clear();
        assertThat(s.closedByCause()).containsEntry("broken", 1L);
        assertThatThrownBy(() -> s.failuresByCause().clear()).isInstanceOf(UnsupportedOperationException.class);
    }
}
