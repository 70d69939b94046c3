package io.rockpool.robustness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A second JVM with this one's class path, for what would harm this one: a full heap, another compiler, a stop.
 *
 * <p>Threads: one. Errors: {@link AssertionError} with its output where it does not end in time.
 */
final class ChildJvm implements AutoCloseable {

    private final Process process;
    private final Path output;

    private ChildJvm(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    static ChildJvm start(Path folder, List<String> options, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED"); // the SQLite driver's
        }
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=off");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "child", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new ChildJvm(process, output);
    }

    /** Waits for its end; the exit status. */
    int await(Duration time) throws IOException, InterruptedException {
        if (!process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the child does not end; it said:\n" + output());
        }
        return process.exitValue();
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it has printed so far, without the warnings of the virtual machine. */
    String output() {
        StringBuilder text = new StringBuilder();
        try {
            for (String line : Files.readAllLines(output, StandardCharsets.UTF_8)) {
                if (!line.contains("VM warning:")) {
                    text.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            throw new AssertionError("the child's output cannot be read", e);
        }
        return text.toString();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
