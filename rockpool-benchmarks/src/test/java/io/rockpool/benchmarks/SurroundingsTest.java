package io.rockpool.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurroundingsTest {

    @Test
    void the_commit_is_that_of_the_checkout_or_there_is_none() {
        assertThat(Surroundings.now().commit()).matches("commit [0-9a-f]{7,40}( with changes)?|no checkout");
        assertThat(Surroundings.commit(null)).isEqualTo("no checkout");
    }

    @Test
    void outside_version_control_there_is_no_checkout(@TempDir Path folder) {
        assertThat(Surroundings.commit(folder)).isEqualTo("no checkout");
        assertThat(Surroundings.commit(folder.resolve("missing"))).isEqualTo("no checkout");
    }

    @Test
    void the_lines_name_machine_jdk_commit_and_hour() {
        Surroundings surroundings =
                new Surroundings("commit 1234567", "2 cores", "JDK 17", Instant.parse("2026-11-23T12:00:00Z"));

        assertThat(surroundings.lines()).containsExactly("2 cores", "JDK 17, commit 1234567, 2026-11-23T12:00:00Z");
    }
}
