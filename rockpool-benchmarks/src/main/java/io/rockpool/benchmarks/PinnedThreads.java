package io.rockpool.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;

/** Counts how often a virtual thread kept its carrier while it waited, by Flight Recorder. Threads: one. */
final class PinnedThreads implements AutoCloseable {

    /** As Flight Recorder's own default. */
    private static final Duration THRESHOLD = Duration.ofMillis(20);

    private final Recording recording = new Recording();

    private PinnedThreads() {
        recording.enable("jdk.VirtualThreadPinned").withThreshold(THRESHOLD).withoutStackTrace();
    }

    static PinnedThreads watch() {
        PinnedThreads threads = new PinnedThreads();
        threads.recording.start();
        return threads;
    }

    /** Ends the watching; the waits of over 20 ms in which a thread was pinned. */
    int stopAndCount() throws IOException {
        recording.stop();
        Path file = Files.createTempFile("rockpool-pinned", ".jfr");
        try {
            recording.dump(file);
            return RecordingFile.readAllEvents(file).size();
        } finally {
            Files.delete(file);
        }
    }

    @Override
    public void close() {
        recording.close();
    }
}
