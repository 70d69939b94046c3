package io.rockpool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WaitTimesTest {

    private final WaitTimes times = new WaitTimes();

    @Test
    void without_waits_all_is_zero() {
        assertThat(times.count()).isZero();
        assertThat(times.mean()).isZero();
        assertThat(times.longest()).isZero();
        assertThat(times.percentile(0.99)).isZero();
        assertThat(times.percentile(1)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 1023, 1024, 1_000_000, Long.MAX_VALUE / 2, Long.MAX_VALUE})
    void one_wait_is_mean_longest_and_every_percentile(long nanos) {
        times.add(nanos);
        assertThat(times.mean()).isEqualTo(nanos);
        assertThat(times.longest()).isEqualTo(nanos);
        assertThat(times.percentile(0.01)).isEqualTo(nanos);
        assertThat(times.percentile(0.99)).isEqualTo(nanos);
        assertThat(times.percentile(1)).isEqualTo(nanos);
    }

    @Test
    void a_clock_that_ran_backwards_counts_as_no_wait() {
        times.add(-5);
        assertThat(times.count()).isEqualTo(1);
        assertThat(times.longest()).isZero();
        assertThat(times.mean()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0.5, 1024", "0.98, 1024", "0.99, 1024", "0.991, 1000000", "1, 1000000"})
    void a_percentile_is_the_bound_of_its_bucket(double share, long expected) {
        for (int i = 0; i < 99; i++) {
            times.add(600);
        }
        times.add(1_000_000);
        assertThat(times.percentile(share)).isEqualTo(expected);
    }

    @Test
    void percentiles_are_right_to_a_factor_of_two() {
        long seed = 20_260_101;
        Random random = new Random(seed);
        long[] waits = random.longs(1_000, 1, 2_000_000_000L).toArray();
        Arrays.stream(waits).forEach(times::add);
        Arrays.sort(waits);
        for (double share : new double[] {0.01, 0.5, 0.9, 0.99, 0.999, 1}) {
            long exact = waits[(int) Math.ceil(share * waits.length) - 1];
            assertThat(times.percentile(share))
                    .as("seed %d, share %s", seed, share)
                    .isBetween(exact, 2 * exact);
        }
        assertThat(times.longest()).isEqualTo(waits[waits.length - 1]);
        assertThat(times.mean()).isEqualTo(Arrays.stream(waits).sum() / waits.length);
    }
}
