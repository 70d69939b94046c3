package io.rockpool.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether the path still leads to the file that was opened.
 *
 * <p>SQLite goes on reading and writing a deleted file without a word, and a new connection makes another one of the same
 * name. Only attributes are read: closing a file opened from Java would drop SQLite's locks. Threads: any. Cost: about 1.5 µs.
 */
final class FileIdentity {

    private final @Nullable Path file;
    private final Object key;
    private volatile boolean seenAnother;

    private FileIdentity(@Nullable Path file, Object key) {
        this.file = file;
        this.key = key;
    }

    /** The identity of an existing file; of a database in memory, one of its own. */
    static FileIdentity of(@Nullable Path file) throws SQLException {
        if (file == null) {
            return new FileIdentity(null, new Object());
        }
        try {
            return new FileIdentity(file, Objects.requireNonNull(read(file)));
        } catch (IOException e) {
            throw new SQLNonTransientConnectionException(
                    "the database file " + file + " cannot be looked at: " + e, "08001", e);
        }
    }

    /** The file's number where the file system has one, else its real path. */
    private static Object read(Path file) throws IOException {
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        return key != null ? key : file.toRealPath();
    }

    Object key() {
        return key;
    }

    boolean isSame() {
        try {
            return file == null || key.equals(read(file));
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            return true; // not known to be another
        }
    }

    /** Looks for {@link #checkNow}; by the housekeeper, at each tick. */
    void look() {
        seenAnother = seenAnother || !isSame();
    }

    /** As {@link #check}, by what the housekeeper saw last: for reads, which a look each would slow by a third. */
    void checkNow(Lanes lanes, FileLanes home) throws SQLException {
        if (seenAnother) {
            check(lanes, home);
        }
    }

    /** Throws, and has all connections closed, where the file is gone. */
    void check(Lanes lanes, FileLanes home) throws SQLException {
        if (!isSame()) {
            seenAnother = true;
            lanes.forsake(home);
            throw new SQLNonTransientConnectionException(
                    "pool '" + lanes.pool + "': the database file " + file
                            + " was deleted or replaced while it was open; what is written to it now is lost."
                            + " All its connections are closed; nothing of this statement or transaction was kept."
                            + " Replace a database only while no pool has it open",
                    "08006");
        }
    }
}
