package io.rockpool.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The module rockpool-benchmarks, found by name at run time. It is no dependency of the command line, so that a first
 * {@code ./rockpool demo} does not download JMH and the peers; the launcher adds it for {@code ./rockpool bench}.
 *
 * <p>Errors: {@link CannotRun} where the module is not on the class path or has other methods than these two; what a
 * benchmark throws goes through.
 */
final class BenchmarksModule {
    private static final String ENTRY = "io.rockpool.benchmarks.Benchmarks";

    private final Method names;
    private final Method run;

    private BenchmarksModule(Method names, Method run) {
        this.names = names;
        this.run = run;
    }

    /** Looks for both methods at once, so that a change in the other module shows before anything is measured. */
    static BenchmarksModule find() throws CannotRun {
        try {
            Class<?> entry = Class.forName(ENTRY);
            return new BenchmarksModule(
                    entry.getMethod("names"),
                    entry.getMethod("run", String.class, List.class, boolean.class, Path.class, Path.class));
        } catch (ReflectiveOperationException missing) {
            throw new CannotRun(
                    "the benchmarks are not on the class path (" + missing + "); start them in the source tree with"
                            + " ./rockpool bench NAME, which puts them there.",
                    missing);
        }
    }

    List<String> names() throws Exception {
        return ((List<?>) call(names)).stream().map(String::valueOf).toList();
    }

    /** Returns the exit code. */
    int run(String name, List<String> only, boolean quick, @Nullable Path json, @Nullable Path svg) throws Exception {
        return (Integer) call(run, name, only, quick, json, svg);
    }

    private static Object call(Method method, @Nullable Object... arguments) throws Exception {
        try {
            return method.invoke(null, arguments);
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw thrown;
        }
    }
}
