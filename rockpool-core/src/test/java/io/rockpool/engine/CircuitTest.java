package io.rockpool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class CircuitTest {

    private static final long MS = 1_000_000L;

    private final TestPlatform platform = new TestPlatform();
    private final Circuit circuit = new Circuit(3);
    private final IOException failure = new IOException("refused");

    private boolean fail(long now) {
        return circuit.failed(failure, true, platform, now);
    }

    @Test
    void it_begins_closed_and_lets_openings_run() {
        assertThat(circuit.isOpen()).isFalse();
        assertThat(circuit.mayTry(0)).isTrue();
        assertThat(circuit.lastFailure()).isNull();
    }

    @Test
    void the_third_failure_in_a_row_opens_it_once() {
        assertThat(fail(0)).isFalse();
        assertThat(fail(0)).isFalse();
        assertThat(circuit.isOpen()).isFalse();
        assertThat(fail(0)).isTrue();
        assertThat(circuit.isOpen()).isTrue();
        assertThat(fail(0)).as("it is open already").isFalse();
        assertThat(circuit.failures()).isEqualTo(4);
        assertThat(circuit.lastFailure()).isSameAs(failure);
    }

    @Test
    void a_failure_that_no_retry_can_help_opens_it_at_once() {
        assertThat(circuit.failed(failure, false, platform, 0)).isTrue();
        assertThat(circuit.isOpen()).isTrue();
    }

    @Test
    void one_success_closes_it_and_forgets() {
        fail(0);
        fail(0);
        assertThat(circuit.succeeded()).as("it was closed").isFalse();
        assertThat(circuit.failures()).isZero();
        fail(0);
        fail(0);
        fail(0);
        assertThat(circuit.succeeded()).isTrue();
        assertThat(circuit.isOpen()).isFalse();
        assertThat(circuit.lastFailure()).isNull();
        assertThat(circuit.mayTry(0)).isTrue();
    }

    @Test
    void the_bound_of_the_pause_doubles_from_50_to_500_ms() {
        for (int i = 0; i < 100; i++) {
            fail(0);
        }
        assertThat(platform.bounds).hasSize(100).startsWith(50 * MS, 100 * MS, 200 * MS, 400 * MS, 500 * MS);
        assertThat(platform.bounds.subList(4, 100)).containsOnly(500 * MS);
    }

    @Test
    void the_pause_is_drawn_from_zero_to_the_bound() {
        fail(1_000);
        assertThat(circuit.mayTry(1_000))
                .as("never at once: it would be a busy loop")
                .isFalse();
        assertThat(circuit.mayTry(1_001)).isTrue();
        platform.random = bound -> bound - 1;
        fail(2_000);
        assertThat(circuit.mayTry(2_000 + 100 * MS - 1)).isFalse();
        assertThat(circuit.mayTry(2_000 + 100 * MS)).isTrue();
    }

    @Test
    void a_clock_beyond_the_end_of_long_does_not_stop_it() {
        long late = Long.MAX_VALUE - 10;
        platform.random = bound -> bound - 1;
        fail(late);
        assertThat(circuit.mayTry(late)).isFalse();
        assertThat(circuit.mayTry(late + 50 * MS)).isTrue(); // wrapped
    }
}
