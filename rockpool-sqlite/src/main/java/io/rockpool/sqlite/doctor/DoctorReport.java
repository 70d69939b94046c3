package io.rockpool.sqlite.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Doctor} saw of a database file at one moment.
 *
 * <p>Threads: immutable. Units: bytes, pages, frames (a frame of the WAL holds one page).
 *
 * @param file the file's real path
 * @param fileBytes its size
 * @param fileSystem the type of the file system it is on, such as {@code ext4}; empty where that cannot be told
 * @param sqliteVersion of the library in the driver
 * @param driverVersion of org.xerial:sqlite-jdbc
 * @param storage how the file is laid out; null where a hot journal forbids to read it
 * @param wal the write-ahead log
 * @param openBy processes that have the database open, as far as this one can see; at most 20
 * @param findings the worst first
 */
public record DoctorReport(
        String file,
        long fileBytes,
        String fileSystem,
        String sqliteVersion,
        String driverVersion,
        @Nullable Storage storage,
        Wal wal,
        List<User> openBy,
        List<Finding> findings) {

    /** Sorts the findings. */
    public DoctorReport {
        openBy = List.copyOf(openBy);
        findings = findings.stream()
                .sorted(Comparator.comparing(Finding::severity))
                .toList();
    }

    /**
     * What the file itself keeps, whoever opens it.
     *
     * @param journalMode {@code wal}, or {@code delete} for any kind of rollback journal
     * @param pageSize bytes of a page
     * @param pages in the file
     * @param freePages among them, without content
     * @param autoVacuum {@code none}, {@code full} or {@code incremental}
     * @param encoding of text
     * @param userVersion the application's number for its schema
     * @param applicationId the application's number for its files
     */
    public record Storage(
            String journalMode,
            long pageSize,
            long pages,
            long freePages,
            String autoVacuum,
            String encoding,
            long userVersion,
            long applicationId) {}

    /**
     * The write-ahead log.
     *
     * @param bytes the size of the file beside the database; 0 where there is none
     * @param frames that are in force; null where that cannot be told
     * @param checkpointed of them, those that are in the database file as well; null where that cannot be told
     * @param readers processes inside a read transaction, as far as this one can see; at most 20
     */
    public record Wal(
            long bytes, @Nullable Long frames, @Nullable Long checkpointed, List<User> readers) {

        /** Copies the list. */
        public Wal {
            readers = List.copyOf(readers);
        }
    }

    /**
     * A process.
     *
     * @param pid its number
     * @param command the first word of its command line, or {@code ?}
     */
    public record User(long pid, String command) {

        @Override
        public String toString() {
            return command + " (" + pid + ")";
        }
    }

    /** Whether nothing was found. */
    public boolean clean() {
        return findings.isEmpty();
    }

    /** The same with more findings. */
    DoctorReport with(List<Finding> more) {
        List<Finding> all = new ArrayList<>(findings);
        all.addAll(more);
        return new DoctorReport(file, fileBytes, fileSystem, sqliteVersion, driverVersion, storage, wal, openBy, all);
    }
}
