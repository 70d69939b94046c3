package io.rockpool.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A program of this class path in a JVM of its own, so that one subject's threads, garbage and driver settings do not
 * disturb another's. The program is a {@link ChildProgram}: it begins once and ends with its figures, or it answers orders
 * with figures until it is closed.
 *
 * <p>Threads: one. Units: as the figures say. Errors: {@link IOException} with the last lines of its output where it fails
 * or does not end in time; it is ended then, and when this JVM ends.
 */
final class ChildJvm implements AutoCloseable {

    /** A figure that the program reports. */
    record Figure(double value, String unit) {}

    private static final int TAIL = 20;

    /** Beyond that its end hangs. */
    private static final Duration END = Duration.ofSeconds(3);

    private final String what;
    private final Process process;
    private final BufferedReader output;
    private final Deque<String> tail = new ArrayDeque<>();
    private final Map<String, Figure> figures = new LinkedHashMap<>();
    private volatile boolean overdue;

    private ChildJvm(String what, Process process, Duration limit) {
        this.what = what;
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
        CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> {
                    overdue = process.isAlive();
                    process.destroyForcibly();
                });
    }

    /** Starts the program with the same Java; {@code limit} is for all that it does. */
    static ChildJvm start(Class<?> program, List<String> jvmOptions, List<String> arguments, Duration limit)
            throws IOException {
        return start(List.of(), program, jvmOptions, arguments, limit);
    }

    /** Starts it beneath another command, which ends when it ends. */
    static ChildJvm start(
            List<String> above, Class<?> program, List<String> jvmOptions, List<String> arguments, Duration limit)
            throws IOException {
        List<String> command = new ArrayList<>(above);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(arguments);
        String what = program.getSimpleName() + " " + String.join(" ", arguments);
        return new ChildJvm(
                what, new ProcessBuilder(command).redirectErrorStream(true).start(), limit);
    }

    /** Waits until the program is ready to begin. */
    void awaitReady() throws IOException {
        for (String line = line(); line != null; line = line()) {
            if (line.equals(ChildProgram.READY)) {
                return;
            }
        }
        throw failure("ended before it was ready");
    }

    /** Lets it begin. */
    void begin() throws IOException {
        order("");
    }

    /** Gives an order and waits until the program is ready for the next; the figures of this one, in their order. */
    Map<String, Figure> ask(String order) throws IOException {
        figures.clear();
        order(order);
        awaitReady();
        return new LinkedHashMap<>(figures);
    }

    private void order(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Waits for its end; its figures by name, in their order. */
    Map<String, Figure> figures() throws IOException, InterruptedException {
        while (line() != null) {
            // line() takes the figures in
        }
        int code = process.waitFor();
        if (code != 0) {
            throw failure("ended with code " + code);
        }
        return figures;
    }

    private @Nullable String line() throws IOException {
        String line = output.readLine();
        if (line == null) {
            return null;
        }
        if (line.startsWith(ChildProgram.FIGURE)) {
            String[] words = line.split(" ", 4);
            figures.put(words[1], new Figure(Double.parseDouble(words[2]), words[3]));
        } else {
            tail.addLast(line);
            if (tail.size() > TAIL) {
                tail.removeFirst();
            }
        }
        return line;
    }

    private IOException failure(String how) {
        return new IOException("the JVM for '" + what + "' " + (overdue ? "did not end in time" : how)
                + ". It printed last:\n" + String.join("\n", tail));
    }

    /** Lets it end by itself, since a command above it must not end first, or ends it; its files are then its no more. */
    @Override
    public void close() {
        try {
            try {
                process.getOutputStream().close();
            } catch (IOException e) {
                // it has ended, and what was still to be said to it is lost
            }
            if (!process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor(END.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
