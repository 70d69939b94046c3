package io.rockpool.benchmarks;

import io.rockpool.benchmarks.CycleBenchmark.Case;
import io.rockpool.benchmarks.CycleBenchmark.Span;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What one fork measured of one subject in one case. Source: {@link PoolCycle}. */
record CycleFork(double opsPerMicro, double bytesPerOp) {

    /** Measures in a JVM of its own, on the class path of this one. */
    static CycleFork measure(Case c, String subject, Span span) throws RunnerException {
        Options options = new OptionsBuilder()
                .include(PoolCycle.class.getName().replace(".", "\\.") + "\\." + c.method() + "$")
                .param("subject", subject)
                .param("connections", Integer.toString(c.connections()))
                .param("childLoader", Boolean.toString(c.childLoader()))
                .mode(Mode.Throughput)
                .timeUnit(TimeUnit.MICROSECONDS)
                .threads(c.threads())
                .forks(1)
                .warmupIterations(span.warmups())
                .warmupTime(TimeValue.milliseconds(span.warmupMillis()))
                .measurementIterations(span.iterations())
                .measurementTime(TimeValue.milliseconds(span.iterationMillis()))
                .jvmArgs(
                        "-XX:+UseParallelGC",
                        "-Xms1g",
                        "-Xmx1g",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-Dslf4j.internal.verbosity=ERROR")
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        Collection<RunResult> results = new Runner(options).run();
        if (results.size() != 1) {
            throw new RunnerException(
                    "case " + c.name() + " of " + subject + " gave " + results.size() + " results, not 1");
        }
        RunResult result = results.iterator().next();
        Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
        return new CycleFork(result.getPrimaryResult().getScore(), bytes == null ? Double.NaN : bytes.getScore());
    }
}
