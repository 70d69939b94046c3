package io.rockpool.admin;

import static io.rockpool.admin.GuessLimiter.Guess.NONE;
import static io.rockpool.admin.GuessLimiter.Guess.RIGHT;
import static io.rockpool.admin.GuessLimiter.Guess.WRONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** S4, H5. */
class GuessLimiterTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;

    // Near the end of the range: nanoTime may wrap while the process runs.
    private long now = Long.MAX_VALUE - SECOND;
    private final GuessLimiter limiter = new GuessLimiter(() -> now);

    @Test
    void the_fifth_failure_locks_and_each_further_one_twice_as_long() {
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            fail("a");
            assertThat(limiter.judge("a", NONE)).isZero();
        }
        for (int i = 0; i < 12; i++) {
            fail("a");
            waits.add(limiter.judge("a", RIGHT));
            now += waits.get(i) * SECOND;
        }
        assertThat(waits).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 300L, 300L, 300L);
    }

    @Test
    void the_right_token_is_refused_while_its_source_is_locked_and_works_from_another() {
        lock("a");

        assertThat(limiter.judge("a", RIGHT)).isEqualTo(1);
        assertThat(limiter.judge("b", RIGHT)).isZero();
        now += SECOND;
        assertThat(limiter.judge("a", RIGHT)).isZero();
    }

    @Test
    void a_request_without_credentials_is_no_guess() {
        for (int i = 0; i < 1000; i++) {
            assertThat(limiter.judge("a", NONE)).isZero();
        }
        assertThat(limiter.trackedSources()).isZero();
    }

    @Test
    void the_owners_own_requests_give_a_guesser_on_the_same_machine_no_new_attempts() {
        lock("a");
        now += SECOND;

        assertThat(limiter.judge("a", RIGHT)).isZero();
        fail("a");
        assertThat(limiter.judge("a", RIGHT)).isEqualTo(2);
    }

    @Test
    void a_quiet_quarter_of_an_hour_is_forgiven() {
        lock("a");
        now += 15 * MINUTE;

        fail("a");
        assertThat(limiter.judge("a", RIGHT)).isZero();
    }

    @Test
    void ten_thousand_guesses_of_one_source_are_heard_at_most_ten_times_in_any_minute() {
        Deque<Long> heard = new ArrayDeque<>();
        int all = 0;
        for (int i = 0; i < 10_000; i++) {
            if (limiter.judge("a", WRONG) == 0) {
                heard.add(now);
                all++;
            }
            while (!heard.isEmpty() && now - heard.peek() >= MINUTE) {
                heard.remove();
            }
            assertThat(heard).hasSizeLessThanOrEqualTo(10);
            now += MINUTE / 100;
        }
        assertThat(all).isBetween(10, 50);
    }

    @Test
    void a_thousand_sources_get_a_hundred_guesses_a_minute_and_the_owner_is_heard() {
        int heard = 0;
        for (int i = 0; i < 10_000; i++) {
            if (limiter.judge("10.0.0." + i % 1000, WRONG) == 0) {
                heard++;
            }
        }
        assertThat(heard).isEqualTo(100);
        assertThat(limiter.judge("10.0.0.7", RIGHT)).isEqualTo(60);
        assertThat(limiter.judge("192.168.0.1", RIGHT)).isZero();

        now += MINUTE;
        assertThat(limiter.judge("10.0.0.7", RIGHT)).isZero();
    }

    @Test
    void memory_is_bounded_whatever_number_of_sources_guesses() {
        for (int i = 0; i < 20_000; i++) {
            fail("source-" + i);
        }
        assertThat(limiter.trackedSources()).isEqualTo(GuessLimiter.MAX_SOURCES);
    }

    private void lock(String source) {
        for (int i = 0; i < 5; i++) {
            fail(source);
        }
    }

    private void fail(String source) {
        limiter.judge(source, WRONG);
    }
}
