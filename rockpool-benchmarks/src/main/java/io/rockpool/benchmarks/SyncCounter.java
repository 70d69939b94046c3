package io.rockpool.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Counts the calls of fsync and fdatasync of a program, by running it beneath strace.
 *
 * <p>strace stops the program at these calls, by a filter in the kernel, and also where a thread starts or a signal comes:
 * SQLite in a warm JVM writes a third to a half as fast beneath it, in a JVM that has just started a tenth. Threads: one.
 */
record SyncCounter(Path trace) {

    private static final List<String> STRACE =
            List.of("strace", "--seccomp-bpf", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-e", "signal=none", "-o");

    /** Whether strace is here, knows the filter, and may trace. */
    static boolean works() throws InterruptedException {
        List<String> command = new ArrayList<>(STRACE);
        command.addAll(List.of("/dev/null", "true"));
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** What stands above the program's own command. */
    List<String> command() {
        List<String> command = new ArrayList<>(STRACE);
        command.add(trace.toString());
        return command;
    }

    /** Calls so far. strace notes a call before it lets the program go on, in one line or, cut in two, in the first. */
    long count() throws IOException {
        try (Stream<String> lines = Files.lines(trace, StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.contains("sync(")).count();
        }
    }
}
