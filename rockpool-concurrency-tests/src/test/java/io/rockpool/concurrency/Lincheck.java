package io.rockpool.concurrency;

import io.rockpool.engine.LincheckRun;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Runs Lincheck on models. */
final class Lincheck {

    private Lincheck() {}

    /** See {@link LincheckRun} for what its exit means. */
    static ChildJvm.Ended run(
            String name, int scenarios, int invocations, String model, Duration limit, boolean quick, Path... changed)
            throws IOException, InterruptedException {
        return new ChildJvm(changed)
                .with("-XX:+EnableDynamicAgentLoading", "-Dlincheck.quick=" + quick)
                .with(LincheckRun.class.getName())
                .with(Integer.toString(scenarios), Integer.toString(invocations), model)
                .run("lincheck-" + name, limit);
    }
}
