package io.rockpool.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Database files for the doctor's tests, and another process that uses them. Threads: stateless. */
public final class Databases {

    /** Rows of a table t, as many as asked for. */
    public static final String ROWS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < %d) ";

    private Databases() {}

    public static Connection open(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file);
    }

    /** Runs the statements and closes the file. */
    public static Path made(Path file, String... statements) throws SQLException {
        try (Connection connection = open(file)) {
            run(connection, statements);
        }
        return file;
    }

    /** In WAL, as the pool makes it. */
    public static Path wal(Path file, String... statements) throws SQLException {
        made(file, "PRAGMA journal_mode=WAL");
        return made(file, statements);
    }

    public static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Every file of a folder with its size and time, but for the shared memory, in which readers leave their marks. */
    public static Map<String, String> state(Path folder) throws IOException {
        Map<String, String> state = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (!file.toString().endsWith("-shm")) {
                    state.put(file.getFileName().toString(), Files.size(file) + " " + Files.getLastModifiedTime(file));
                }
            }
        }
        return state;
    }

    /** Another JVM that runs the statements, keeps the file open until it is told to end, and then dies without closing it. */
    public static final class Other implements AutoCloseable {
        private final Process process;

        public Other(Path file, String... statements) throws IOException {
            List<String> command = Stream.concat(
                            Stream.of(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Other.class.getName(),
                                    file.toString()),
                            Stream.of(statements))
                    .toList();
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            assertThat(out.readLine()).isEqualTo("ready");
        }

        public long pid() {
            return process.pid();
        }

        public static void main(String[] arguments) throws Exception {
            Connection connection = open(Path.of(arguments[0]));
            run(connection, Stream.of(arguments).skip(1).toArray(String[]::new));
            System.out.println("ready");
            while (System.in.read() >= 0) {}
            Runtime.getRuntime().halt(0);
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
