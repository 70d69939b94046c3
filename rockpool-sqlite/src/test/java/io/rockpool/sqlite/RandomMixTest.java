package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thirty-two threads that do anything JDBC allows to one file, against a serial model: what is acknowledged is stored, what
 * was rolled back is not, every caller saw one state that was, and no lease finds anything of the one before.
 *
 * <p>{@code -Drobustness.randomMix.seeds}: how many seeds; {@code -Drobustness.randomMix.seed} runs one. A seed repeats what
 * each thread asks for, not the order they come in. Source: the verdict of {@link MixOracle}.
 */
@Timeout(3_600)
class RandomMixTest {

    private static final int SEEDS = Integer.getInteger("robustness.randomMix.seeds", 16);

    @TempDir
    Path folder;

    @Test
    void any_mix_of_statements_is_as_if_they_ran_one_after_the_other() throws Exception {
        Long one = Long.getLong("robustness.randomMix.seed");
        long from = one == null ? System.currentTimeMillis() * 1_000 : one;
        long to = one == null ? from + SEEDS : one + 1;
        long start = System.nanoTime();
        long units = 0;
        long load = 0;
        for (long seed = from; seed < to; seed++) {
            MixRun run = new MixRun(seed, folder, MixPromises.KEPT);
            assertThat(run.onPool()).isNull();
            units += run.units();
            load += run.loadMillis();
        }
        System.out.println("RandomMixTest " + (to - from) + " seeds from " + from + ", " + units + " units, "
                + Steps.millisSince(start) / (to - from) + " ms a seed, " + load / (to - from)
                + " of them by the threads");
    }
}
