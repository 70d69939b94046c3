package io.rockpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.benchmarks.Benchmarks;
import org.junit.jupiter.api.Test;

class BenchTest {
    @Test
    void name_and_options_reach_the_benchmarks_and_their_exit_code_comes_back() {
        assertThat(Invocation.of(
                                "bench",
                                "origin",
                                "--only",
                                "single,concurrent",
                                "--quick",
                                "--json",
                                "rows.json",
                                "--svg",
                                "charts")
                        .exitCode())
                .isEqualTo(Benchmarks.EXIT_CODE);
        assertThat(Benchmarks.lastRun()).isEqualTo("origin [single, concurrent] true rows.json charts");

        assertThat(Invocation.of("bench", "origin").exitCode()).isEqualTo(Benchmarks.EXIT_CODE);
        assertThat(Benchmarks.lastRun()).isEqualTo("origin [] false null null");
    }

    @Test
    void an_unknown_name_is_refused_and_the_known_ones_are_listed() {
        Invocation refused = Invocation.of("bench", "cycel");
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err())
                .contains("there is no benchmark 'cycel'; it must be one of origin, broken.", "Usage: rockpool bench");
    }

    @Test
    void a_fault_in_a_benchmark_is_shown_as_it_was_thrown() {
        Invocation broken = Invocation.of("bench", "broken");
        assertThat(broken.exitCode()).isEqualTo(1);
        assertThat(broken.err())
                .startsWith("java.lang.IllegalStateException: this benchmark is broken")
                .contains("\tat ");
    }
}
