package io.rockpool.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The lanes find bugs: each planted one is caught by the lane that is named for it, and without a bug the lane is clean. Of
 * jcstress and Lincheck the latter is shown by their own tests, on the same cases.
 */
class MutantsTest {

    private static final Path SOURCES = Path.of("../rockpool-core/src/main/java/io/rockpool");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void every_planted_bug_is_caught(Mutant mutant) throws Exception {
        String found = mutant.lane.finds(mutant.name(), mutant.subject, compiled(mutant));
        assertThat(found).as(mutant + " lived through " + mutant.lane).isNotNull();
        System.out.println("mutant " + mutant + ", " + mutant.lane + " " + mutant.subject + ": "
                + found.lines().findFirst().orElse(""));
    }

    @ParameterizedTest
    @EnumSource(names = {"SIMULATOR", "STRESS"})
    void without_a_bug_the_lane_is_clean(Lane lane) throws Exception {
        assertThat(lane.finds("clean", "")).isNull();
    }

    @Test
    void there_are_as_many_as_the_plan_asks_for() {
        assertThat(Mutant.values()).hasSize(24);
    }

    /** The changed sources, compiled against the class path. */
    private Path compiled(Mutant mutant) throws IOException {
        List<Path> changed = new ArrayList<>();
        for (Mutant.Edit edit : mutant.edits) {
            Path copy = folder.resolve(edit.file() + ".java");
            String source = Files.readString(changed.contains(copy) ? copy : source(edit.file()));
            assertThat(source)
                    .as("the text of " + mutant + " is in " + edit.file())
                    .contains(edit.text());
            Files.writeString(copy, source.replace(edit.text(), edit.replacement()));
            if (!changed.contains(copy)) {
                changed.add(copy);
            }
        }
        Path classes = Files.createDirectories(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-d", classes.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none", "-nowarn");
            boolean ok = compiler.getTask(
                            messages, files, null, options, null, files.getJavaFileObjectsFromPaths(changed))
                    .call();
            assertThat(ok).as("%s compiles: %s", mutant, messages).isTrue();
        }
        return classes;
    }

    private static Path source(String name) throws IOException {
        try (Stream<Path> all = Files.walk(SOURCES)) {
            return all.filter(file -> file.getFileName().toString().equals(name + ".java"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("there is no " + name));
        }
    }
}
