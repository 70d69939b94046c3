package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;

/** Every test that docs/sqlite-driver-traps.md names is there, and is run. */
class DriverTrapsDocumentTest {

    private static final Pattern CODE = Pattern.compile("`([^`]*)`");
    private static final Pattern NAME = Pattern.compile("([A-Z]\\w*)\\.(\\w+)");

    /** The rows of all its tables, cell by cell: number, trap, what the pool does, tests. */
    private static List<List<String>> rows() throws IOException {
        List<List<String>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("..", "docs", "sqlite-driver-traps.md"))) {
            if (line.startsWith("| T")) {
                rows.add(Stream.of(line.substring(1, line.length() - 1).split("(?<!\\\\)\\|"))
                        .map(String::strip)
                        .toList());
            }
        }
        return rows;
    }

    @Test
    void every_row_has_a_number_of_its_own_and_a_test_or_a_reason() throws IOException {
        List<List<String>> rows = rows();
        assertThat(rows).hasSizeGreaterThan(60).allSatisfy(row -> {
            assertThat(row).hasSize(4);
            assertThat(row).noneMatch(String::isEmpty);
            assertThat(CODE.matcher(row.get(3)).find() || row.get(3).startsWith("none: "))
                    .as(row.toString())
                    .isTrue();
        });
        assertThat(rows).extracting(row -> row.get(0)).doesNotHaveDuplicates();
    }

    @Test
    void every_test_it_names_exists_and_is_run() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (List<String> row : rows()) {
            for (String name :
                    CODE.matcher(row.get(3)).results().map(m -> m.group(1)).toList()) {
                if (!isRun(name)) {
                    wrong.add(row.get(0) + " " + name);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Whether it is Class.method of a test in this package. */
    private static boolean isRun(String name) {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            return false;
        }
        try {
            Class<?> type = Class.forName(DriverTrapsDocumentTest.class.getPackageName() + "." + parts.group(1));
            return !type.isAnnotationPresent(Disabled.class)
                    && Stream.of(type.getDeclaredMethods())
                            .anyMatch(method -> method.getName().equals(parts.group(2)) && isTest(method));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static boolean isTest(Method method) {
        boolean tests = method.isAnnotationPresent(Test.class)
                || method.isAnnotationPresent(TestFactory.class)
                || method.isAnnotationPresent(ParameterizedTest.class);
        return tests && !method.isAnnotationPresent(Disabled.class);
    }
}
