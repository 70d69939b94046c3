package io.rockpool.robustness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A heap that is full at random moments costs no slot, no connection and not the housekeeper.
 *
 * <p>Sizes: {@code -Drobustness.outOfMemory.millis} at least, for each of a bare driver and SQLite, 2,000 by default; seed {@code
 * -Drobustness.outOfMemory.seed}. Source: class 26 of docs/proofs/robustness.md.
 */
@Timeout(900)
class OutOfMemoryTest {

    private static final long MILLIS = Long.getLong("robustness.outOfMemory.millis", 2_000);
    private static final long SEED = Long.getLong("robustness.outOfMemory.seed", System.nanoTime());

    @TempDir
    Path folder;

    @Test
    void a_full_heap_costs_no_slot() throws Exception {
        List<String> options = List.of("-Xmx24m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
        try (ChildJvm child =
                ChildJvm.start(folder, options, OutOfMemoryProbe.class, "" + MILLIS, "" + SEED, folder.toString())) {
            int status = child.await(Duration.ofMillis(2 * MILLIS).plusMinutes(5));
            System.out.print(child.output());
            assertThat(status).as(child.output()).isZero();
        }
    }
}
