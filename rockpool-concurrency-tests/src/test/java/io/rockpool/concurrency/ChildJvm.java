package io.rockpool.concurrency;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program run in a JVM of its own, of the JDK in use, with this class path or with changed classes before it.
 *
 * <p>Threads: the caller's, which waits. What it prints is kept in {@code target/lanes}. One that does not end in time is
 * killed, which is a failure and no result.
 */
final class ChildJvm {

    static final Path FOLDER = Path.of("target", "lanes");

    /** How it ended and what it printed. */
    record Ended(int exit, String output) {}

    private final List<String> command = new ArrayList<>();

    ChildJvm(Path... first) {
        StringBuilder classPath = new StringBuilder();
        for (Path path : first) {
            classPath.append(path.toAbsolutePath()).append(File.pathSeparator);
        }
        classPath.append(System.getProperty("java.class.path"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1g");
        command.add("-cp");
        command.add(classPath.toString());
    }

    ChildJvm with(String... arguments) {
        command.addAll(List.of(arguments));
        return this;
    }

    Ended run(String name, Duration limit) throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        Path printed = FOLDER.resolve(name + ".txt").toAbsolutePath();
        Process process = new ProcessBuilder(command)
                .directory(FOLDER.toFile()) // some leave files where they run
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        try {
            if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError(name + " did not end within " + limit + "; see " + printed);
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(printed));
    }
}
