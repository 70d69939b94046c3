package io.rockpool.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RockpoolTest {
    @Test
    void the_version_is_that_of_the_build() {
        Invocation version = Invocation.of("--version");
        assertThat(version.exitCode()).isZero();
        assertThat(version.out().strip()).matches("rockpool \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
    }

    @Test
    void help_lists_the_commands() {
        Invocation help = Invocation.of("--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("Usage: rockpool", "demo", "bench", "doctor", "./rockpool test");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "benhc",
                "demo extra",
                "demo --port x",
                "demo --nonsense",
                "bench",
                "bench origin x",
                "bench origin --json",
                "bench origin --svg",
                "bench origin --only",
                "doctor",
                "doctor a.db b.db",
                "doctor a.db --config"
            })
    void what_it_does_not_understand_is_refused_with_the_usage(String line) {
        Invocation refused = Invocation.of(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).contains("Usage: rockpool").doesNotContain("\tat ");
    }

    @Test
    void a_command_nearly_right_is_suggested() {
        assertThat(Invocation.of("dmo").err()).contains("demo");
    }
}
