package io.rockpool.robustness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A stack that overflows anywhere in a call costs no slot: every depth is tried, in this JVM and in others that compile
 * nothing, or all at once.
 *
 * <p>Sizes: {@code -Drobustness.stackOverflow.shapes}, from 1, the default, to 4: the sizes of frames that every depth is
 * tried with. Source: class 26 of docs/proofs/robustness.md.
 */
@Timeout(900)
class StackOverflowTest {

    private static final int SHAPES = Integer.getInteger("robustness.stackOverflow.shapes", 1);

    @TempDir
    Path folder;

    @Test
    void an_overflow_at_any_depth_costs_no_slot() throws Exception {
        assertThat(StackOverflowProbe.run(SHAPES, folder)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1"})
    void an_overflow_at_any_depth_costs_no_slot_in_a_jvm_with(String option) throws Exception {
        try (ChildJvm child = ChildJvm.start(
                folder, List.of(option, "-Xmx256m"), StackOverflowProbe.class, "" + SHAPES, folder.toString())) {
            int status = child.await(Duration.ofMinutes(12));
            System.out.print(child.output());
            assertThat(status).as(child.output()).isZero();
        }
    }
}
