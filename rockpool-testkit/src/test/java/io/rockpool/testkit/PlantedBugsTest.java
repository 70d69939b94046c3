package io.rockpool.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The simulator finds bugs: each of these is written into a copy of the engine's own source, compiled, and must be caught.
 *
 * <p>A bug whose text is no longer in the source fails the test too, so that the list follows the code.
 */
class PlantedBugsTest {

    private static final int MOST_LIFETIMES = 400;

    private static final Path ENGINE = Path.of("../rockpool-core/src/main/java/io/rockpool/engine");
    private static final Path TESTKIT = Path.of("src/main/java/io/rockpool/testkit");

    @TempDir
    Path folder;

    /** What is broken, where, and how. */
    enum Bug {
        LOST_WAKE_UP("ResourcePool", "                nudge();\n", ""),
        DOUBLE_HAND_OVER(
                "Passes",
                "            afterwards.wake(head);",
                "            afterwards.wake(head); slot.move(Slot.LEASED, Slot.IDLE);"),
        SKIPPED_RESET(
                "ResourcePool", "if (cause == null) {\n            long now", "if (true) {\n            long now"),
        LEAVING_WAITER_KEEPS_ITS_WAKE_UP("WaitQueue", "        answerNudgeLocked(waiter);\n    }\n", "    }\n"),
        FAILED_OPENING_KEEPS_ITS_SLOT(
                "Openings",
                "if (!slot.change(word, Slot.next(word, Slot.EMPTY))) {",
                "if (!slot.change(word, Slot.next(word, Slot.OPENING))) {"),
        LATE_OPENING_IS_TAKEN("Openings", "if (!slot.change(word, mine)) {", "if (!slot.change(slot.word(), mine)) {"),
        SECOND_RETURN_IS_ACCEPTED(
                "ResourcePool",
                "        if (slot.word() != ticket) {\n            return false;\n        }\n        long now = tick.now();",
                "        ticket = slot.word();\n        long now = tick.now();"),
        TIMEOUT_COMES_LATE("Waiter", "since + timeout;", "since + timeout + 1_000;"),
        LAST_COME_FIRST_SERVED(
                "WaitQueue",
                "        waiter.previous = tail;\n        if (tail == null) {\n            head = waiter;\n        } else {\n"
                        + "            tail.next = waiter;\n        }\n        tail = waiter;",
                "        waiter.next = head;\n        if (head == null) {\n            tail = waiter;\n        } else {\n"
                        + "            head.previous = waiter;\n        }\n        head = waiter;"),
        LATE_RESET_IS_TAKEN(
                "ResourcePool",
                "            slot.goodAt = now;\n            becomeIdle(slot, word);",
                "            slot.goodAt = now;\n            becomeIdle(slot, slot.word());"),
        CHECK_OF_ANOTHERS_RESOURCE(
                "Disposal",
                "        if (slot.word() != word) {\n            pool.calls.cameBack();\n            return;\n        }\n"
                        + "        Throwable why",
                "        resource = slot.resource == null ? resource : slot.resource();\n        Throwable why"),
        STUCK_CALL_NEVER_FORGOTTEN("WorkerCalls", "        stuck--;", "");

        private final String file;
        private final String text;
        private final String broken;

        Bug(String file, String text, String broken) {
            this.file = file;
            this.text = text;
            this.broken = broken;
        }
    }

    @ParameterizedTest
    @EnumSource(Bug.class)
    void every_planted_bug_is_caught(Bug bug) throws Exception {
        try (URLClassLoader loader = compiled(bug)) {
            String caught = live(loader);
            assertThat(caught)
                    .as(bug + " lived through " + MOST_LIFETIMES + " lifetimes")
                    .isNotNull();
        }
    }

    @Test
    void without_a_bug_the_same_lifetimes_are_clean() throws Exception {
        try (URLClassLoader loader = compiled(null)) {
            assertThat(live(loader)).isNull();
        }
    }

    private static @Nullable String live(ClassLoader loader) throws Exception {
        var constructor = loader.loadClass(Simulation.class.getName()).getConstructor(long.class, int.class);
        for (long seed = 1; seed <= MOST_LIFETIMES; seed++) {
            Object simulation = constructor.newInstance(seed, SimulationTest.STEPS);
            try {
                simulation.getClass().getMethod("run").invoke(simulation);
            } catch (InvocationTargetException e) {
                return "seed " + seed + ": " + e.getCause();
            }
        }
        return null;
    }

    /** The engine and the simulator, compiled apart from the class path's own. */
    private URLClassLoader compiled(@Nullable Bug bug) throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> engine = Files.list(ENGINE);
                Stream<Path> kit = Files.list(TESTKIT)) {
            engine.forEach(file -> sources.add(copy(file, bug)));
            kit.filter(file -> file.getFileName().toString().startsWith("Simul"))
                    .forEach(file -> sources.add(copy(file, null)));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Path classes = Files.createDirectories(folder.resolve("classes"));
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-d", classes.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none", "-nowarn");
            boolean ok = compiler.getTask(
                            messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(ok).as("%s compiles: %s", bug, messages).isTrue();
        }
        return new URLClassLoader(new URL[] {classes.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }

    private Path copy(Path file, @Nullable Bug bug) {
        try {
            String source = Files.readString(file);
            if (bug != null && file.getFileName().toString().equals(bug.file + ".java")) {
                assertThat(source)
                        .as("the text of " + bug + " is in " + bug.file)
                        .contains(bug.text);
                source = source.replace(bug.text, bug.broken);
            }
            Path copy = folder.resolve(file.getParent().getFileName()).resolve(file.getFileName());
            Files.createDirectories(copy.getParent());
            return Files.writeString(copy, source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
