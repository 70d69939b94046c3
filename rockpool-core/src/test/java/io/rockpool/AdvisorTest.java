package io.rockpool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The origin's four rules: silent at their marks, told just beyond. */
class AdvisorTest {

    private final TestStatistics s = new TestStatistics();

    private List<String> rules() {
        return Advisor.advise(s.build()).stream().map(Recommendation::rule).toList();
    }

    private String message() {
        return Advisor.advise(s.build()).get(0).message();
    }

    @Test
    void a_pool_that_has_done_nothing_needs_no_advice() {
        assertThat(rules()).isEmpty();
    }

    @Test
    void a_pool_that_has_not_started_needs_no_advice() {
        assertThat(new DatabaseConnectionPool().recommendations()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "80, 20, false",
        "800000, 200000, false",
        "4, 1, false",
        "100, 0, false",
        "799999, 200001, true",
        "79, 21, true",
        "0, 1, true"
    })
    void hits_below_80_percent(long hits, long misses, boolean told) {
        s.hits = hits;
        s.misses = misses;
        assertThat(rules().equals(List.of("hit-ratio"))).isEqualTo(told);
    }

    @Test
    void the_hit_ratio_comes_with_its_figures() {
        s.hits = 79;
        s.misses = 21;
        assertThat(message())
                .isEqualTo(
                        "The hit ratio is 79.0 % (79 of 100 borrows were served without opening a connection; 80 % is"
                                + " the mark). Raise poolSize above 10.");
    }

    @ParameterizedTest
    @CsvSource({"10, 5, false", "10, 6, true", "9, 4, false", "9, 5, true", "1, 0, false", "1, 1, true"})
    void overflow_above_half_the_pool(int poolSize, int overflow, boolean told) {
        s.poolSize = poolSize;
        s.overflow = overflow;
        assertThat(rules().equals(List.of("overflow"))).isEqualTo(told);
    }

    @Test
    void the_overflow_comes_with_its_figures() {
        s.overflow = 6;
        assertThat(message())
                .isEqualTo("6 overflow connections are open beside a poolSize of 10 (half of it is the mark). Raise"
                        + " poolSize to 16, so that they stay open.");
    }

    @ParameterizedTest
    @CsvSource({
        "10, 1, false",
        "10, 2, true",
        "30, 3, false",
        "30, 4, true",
        "70, 7, false",
        "9, 0, false",
        "9, 1, true",
        "0, 0, false",
        "0, 1, true",
        "1000000, 100000, false",
        "1000000, 100001, true"
    })
    void failures_above_10_percent_of_what_was_created(long created, long failed, boolean told) {
        s.created = created;
        s.failed = failed;
        assertThat(rules().equals(List.of("failures"))).isEqualTo(told);
    }

    @Test
    void no_whole_number_of_failures_is_lost_to_rounding() {
        for (int tenth = 1; tenth < 5_000; tenth++) {
            s.created = 10L * tenth;
            s.failed = tenth;
            assertThat(rules()).as("%d of %d", s.failed, s.created).isEmpty();
            s.failed = tenth + 1;
            assertThat(rules()).as("%d of %d", s.failed, s.created).containsExactly("failures");
        }
    }

    @Test
    void the_failures_come_with_their_figures() {
        s.created = 10;
        s.failed = 2;
        assertThat(message())
                .isEqualTo(
                        "2 attempts to open a connection failed beside 10 that succeeded (10 % is the mark). Check the"
                                + " database, the network and the credentials.");
    }

    @ParameterizedTest
    @CsvSource({
        "10, 0, 9, false", "10, 0, 10, true", "10, 10, 18, false", "10, 10, 19, true", "100, 0, 90, false",
        "100, 0, 91, true", "10000, 10000, 18000, false", "10000, 10000, 18001, true", "1, 0, 0, false",
                "0, 0, 0, false"
    })
    void use_above_90_percent_of_what_may_be_open(int poolSize, int maxOverflow, int active, boolean told) {
        s.poolSize = poolSize;
        s.maxOverflow = maxOverflow;
        s.active = active;
        assertThat(rules().equals(List.of("utilization"))).isEqualTo(told);
    }

    @Test
    void the_use_comes_with_its_figures() {
        s.active = 14;
        s.waiting = 3;
        assertThat(message())
                .isEqualTo(
                        "14 of 15 connections are lent out, 93 % (90 % is the mark), and 3 callers wait. Scale: raise"
                                + " poolSize, or hold connections for a shorter time.");
    }

    @Test
    void all_four_can_be_told_at_once() {
        s.hits = 1;
        s.misses = 9;
        s.overflow = 6;
        s.created = 1;
        s.failed = 1;
        s.active = 15;
        assertThat(rules()).containsExactly("hit-ratio", "overflow", "failures", "utilization");
    }
}
