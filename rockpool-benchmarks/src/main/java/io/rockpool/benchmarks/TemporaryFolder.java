package io.rockpool.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A new folder that is deleted with all in it when it is closed, or when this JVM ends before, as by Ctrl-C.
 *
 * <p>Threads: one. Errors: {@link IOException} where it cannot be made or deleted.
 */
final class TemporaryFolder implements AutoCloseable {

    private final Path path;
    private final Thread atExit;

    private TemporaryFolder(Path path) {
        this.path = path;
        this.atExit = new Thread(this::deleteAtExit, "delete-" + path.getFileName());
    }

    static TemporaryFolder in(Path parent, String prefix) throws IOException {
        TemporaryFolder folder = new TemporaryFolder(Files.createTempDirectory(parent, prefix));
        Runtime.getRuntime().addShutdownHook(folder.atExit);
        return folder;
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            return; // this JVM is ending, and deletes it
        }
        delete();
    }

    private void deleteAtExit() {
        try {
            delete();
        } catch (IOException | UncheckedIOException e) {
            System.err.println("the temporary folder " + path + " could not be deleted: " + e);
        }
    }

    private void delete() throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(path)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file); // SQLite deletes some by itself
        }
    }
}
