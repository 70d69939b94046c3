package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.DatabaseConnectionPool;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Origin defect B14: ages were taken from the wall clock, so that setting it by two hours recycled everything. */
class Origin_B14 {

    /** How Java tells the time of day; a pool that calls none of these cannot notice that the clock was set. */
    private static final List<String> WALL_CLOCKS = List.of(
            "currentTimeMillis",
            "java/time/Instant",
            "java/time/Clock",
            "java/util/Date",
            "java/util/Calendar",
            "java/time/LocalDateTime",
            "java/time/ZonedDateTime",
            "java/time/OffsetDateTime");

    @Test
    void no_class_of_the_pool_asks_for_the_time_of_day() throws Exception {
        List<String> asking = new ArrayList<>();
        for (Class<?> one : List.of(DatabaseConnectionPool.class, SqliteProfile.class)) {
            List<byte[]> classes = classes(one, asking);
            assertThat(classes).as("class files beside %s", one).isNotEmpty();
        }
        assertThat(asking).isEmpty();
    }

    private static List<byte[]> classes(Class<?> one, List<String> asking) throws IOException, URISyntaxException {
        Path place =
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(place)) {
            return read(place, asking);
        }
        try (FileSystem jar = FileSystems.newFileSystem(place)) {
            return read(jar.getPath("/"), asking);
        }
    }

    /** All names a class calls stand in its constants as plain text. */
    private static List<byte[]> read(Path root, List<String> asking) throws IOException {
        List<byte[]> classes = new ArrayList<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                classes.add(bytes);
                String constants = new String(bytes, StandardCharsets.ISO_8859_1);
                boolean jdbcDates = // java.sql.Date and Calendar in signatures
                        file.getFileName().toString().matches("(Delegating|Forwarding|Converting).*");
                WALL_CLOCKS.stream()
                        .filter(clock -> constants.contains(clock) && !(jdbcDates && clock.startsWith("java/util/")))
                        .forEach(clock -> asking.add(file.getFileName() + ": " + clock));
            }
        }
        return classes;
    }
}
