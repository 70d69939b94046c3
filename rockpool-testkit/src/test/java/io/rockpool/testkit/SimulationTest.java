package io.rockpool.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whole lifetimes of a pool in virtual time. Replay a failure: {@code new Simulation(seed, STEPS).run()}. */
class SimulationTest {

    static final int STEPS = 1_000;

    /** 2,000 in {@code verify}; {@code -Pnight} runs 100,000. */
    private static final long LIFETIMES = Long.getLong("simulator.lifetimes", 2_000);

    @Test
    void no_invariant_is_violated_in_any_lifetime() {
        LongStream.rangeClosed(1, LIFETIMES).parallel().forEach(seed -> new Simulation(seed, STEPS).run());
        System.out.println("simulator: " + LIFETIMES + " lifetimes of " + STEPS + " steps, 0 violations");
    }

    @Test
    void the_same_seed_gives_the_same_life() {
        for (long seed = 1; seed <= 20; seed++) {
            Simulation first = new Simulation(seed, STEPS);
            Simulation second = new Simulation(seed, STEPS);
            assertThat(catchThrowable(first::run)).isNull();
            assertThat(catchThrowable(second::run)).isNull();
            assertThat(first.toString()).isEqualTo(second.toString());
        }
    }
}
