package io.rockpool.concurrency;

import io.rockpool.engine.InterruptStorm;
import io.rockpool.engine.LincheckRun;
import io.rockpool.testkit.Simulation;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A way to find what is wrong with the engine's classes; asked with changed classes before its own. */
enum Lane {
    /** Lifetimes in virtual time: any order of whole steps. */
    SIMULATOR {
        @Override
        @Nullable String finds(String name, String subject, Path... changed) throws Exception {
            List<URL> classPath = new ArrayList<>();
            for (Path path : changed) {
                classPath.add(path.toUri().toURL());
            }
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                classPath.add(Path.of(entry).toUri().toURL());
            }
            try (URLClassLoader loader =
                    new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
                return live(loader);
            }
        }
    },
    /** The memory model and the real processor: two threads in one step. */
    JCSTRESS {
        @Override
        @Nullable String finds(String name, String subject, Path... changed) throws Exception {
            String pattern = subject.replace(".", "\\.") + "$";
            for (String options : List.of(Jcstress.QUICK, Jcstress.LONGER, Jcstress.LONGER)) {
                Jcstress.Outcome outcome = Jcstress.run(name, options, pattern, LIMIT, changed);
                if (outcome.forbidden()) {
                    return firstLine(outcome.output(), "Observed forbidden state");
                }
                if (!outcome.clean()) {
                    throw new AssertionError("jcstress neither passed nor found anything: " + outcome.output());
                }
            }
            return null;
        }
    },
    /** Every order of steps of a few operations, up to a bound. */
    LINCHECK {
        @Override
        @Nullable String finds(String name, String subject, Path... changed) throws Exception {
            ChildJvm.Ended ended = Lincheck.run(name, SCENARIOS, INVOCATIONS, subject, LIMIT, true, changed);
            if (ended.exit() == LincheckRun.FOUND) {
                return firstLine(ended.output(), "=");
            }
            if (ended.exit() != LincheckRun.CLEAN) {
                throw new AssertionError("Lincheck could not run: " + ended.output());
            }
            return null;
        }
    },
    /** Real threads, parking and interrupts. */
    STRESS {
        @Override
        @Nullable String finds(String name, String subject, Path... changed) throws Exception {
            ChildJvm.Ended ended =
                    new ChildJvm(changed).with(InterruptStorm.class.getName()).run("stress-" + name, LIMIT);
            if (ended.exit() == InterruptStorm.VIOLATED) {
                return firstLine(ended.output(), "violated");
            }
            if (ended.exit() != 0) {
                throw new AssertionError("the storm could not run: " + ended.output());
            }
            return null;
        }
    };

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int LIFETIMES = 400;
    private static final int STEPS = 1_000;
    private static final int SCENARIOS = 30;
    private static final int INVOCATIONS = 300;

    /** What it found, in a line, or null if nothing is wrong; throws where it could not look. */
    abstract @Nullable String finds(String name, String subject, Path... changed) throws Exception;

    private static @Nullable String live(ClassLoader loader) throws Exception {
        var constructor = loader.loadClass(Simulation.class.getName()).getConstructor(long.class, int.class);
        for (long seed = 1; seed <= LIFETIMES; seed++) {
            Object simulation = constructor.newInstance(seed, STEPS);
            try {
                simulation.getClass().getMethod("run").invoke(simulation);
            } catch (InvocationTargetException e) {
                return String.valueOf(e.getCause().getMessage());
            }
        }
        return null;
    }

    private static String firstLine(String output, String with) {
        return output.lines()
                .filter(line -> line.contains(with))
                .findFirst()
                .orElse("")
                .strip();
    }
}
