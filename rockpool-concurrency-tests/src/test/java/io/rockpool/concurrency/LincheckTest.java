package io.rockpool.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.engine.LincheckRun;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Orders of steps, searched one after the other: the slot table and lending against sequential specifications, the pool's
 * life against what must hold in any order. The canary shows that Lincheck can rewrite classes on the JDK in use: where it
 * silently can't, it finds nothing anywhere.
 */
class LincheckTest {

    private static final int SCENARIOS = Integer.getInteger("lincheck.scenarios", 10);
    private static final int INVOCATIONS = Integer.getInteger("lincheck.invocations", 300);

    @ParameterizedTest
    @ValueSource(strings = {"table", "lending", "lifecycle"})
    void no_order_of_steps_breaks(String model) throws Exception {
        ChildJvm.Ended ended = Lincheck.run(model, SCENARIOS, INVOCATIONS, model, Duration.ofHours(6), false);
        assertThat(ended.exit()).as(ended.output()).isEqualTo(LincheckRun.CLEAN);
        assertThat(ended.output()).contains("model checked in", "stressed in");
        ended.output().lines().filter(line -> line.startsWith("lincheck: ")).forEach(System.out::println);
    }

    @Test
    void the_canary_is_caught() throws Exception {
        ChildJvm.Ended ended = Lincheck.run("canary", 10, 300, "canary", Duration.ofMinutes(5), true);
        assertThat(ended.exit())
                .as(
                        "Lincheck must find a slot without its CAS; where it does not, it cannot rewrite the classes of this "
                                + "JDK (" + Runtime.version() + ") and its other findings are worth nothing: "
                                + ended.output())
                .isEqualTo(LincheckRun.FOUND);
    }
}
