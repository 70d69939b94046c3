package io.rockpool.sqlite.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The file that is examined, and those that SQLite keeps beside it.
 *
 * <p>None of them is ever opened from Java: closing it would drop the locks that SQLite holds in this process. Errors:
 * what is no readable file is an {@link SQLException} of the state 08001 with value, rule and fix.
 *
 * @param path the real path
 */
record ExaminedFile(Path path) {

    /** File systems whose memory mapping and locks do not reach the other machines. */
    private static final Pattern NETWORK = Pattern.compile(
            "(nfs|cifs|smb|9p|afs|ceph|lustre|ncpfs|vboxsf|fuse\\.(sshfs|glusterfs|s3fs|rclone|gcsfuse|ceph)).*");

    /** What changes when someone writes; {@code wal} is the size of that file, -1 for none. */
    record Stamp(long bytes, FileTime modified, long wal) {}

    static ExaminedFile of(String name) throws SQLException {
        if (name.isEmpty() || name.startsWith(":")) {
            throw cannot("'" + name + "' is no database in a file; name a file, such as app.db");
        }
        if (name.regionMatches(true, 0, "file:", 0, 5) || name.regionMatches(true, 0, "jdbc:", 0, 5)) {
            throw cannot(
                    "'" + name + "' is an address, whose switches would change how it is read; name the file by its"
                            + " path, such as app.db");
        }
        if (name.indexOf('?') >= 0) {
            throw cannot(
                    "the path '" + name + "' holds a '?', where the driver begins to read options; rename the file,"
                            + " or name it without options");
        }
        return of(name, path(name));
    }

    private static Path path(String name) throws SQLException {
        try {
            return Path.of(name).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw cannot("'" + name + "' is no valid path (" + e.getReason() + "); correct it", e);
        }
    }

    private static ExaminedFile of(String name, Path path) throws SQLException {
        try {
            Path real = path.toRealPath();
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            if (attributes.isDirectory()) {
                throw cannot(real + " is a directory; name a file in it, such as " + real.resolve("app.db"));
            }
            if (!attributes.isRegularFile()) {
                throw cannot(real + " is no regular file; a database must be one; name another");
            }
            if (!Files.isReadable(real)) {
                throw cannot(real + " cannot be read by this user; give it the permission, or run as the user of the"
                        + " application");
            }
            if (attributes.size() == 0) {
                throw cannot(real + " has 0 bytes, and no database was made in it yet; start its application once, or"
                        + " name another file");
            }
            if (real.toString().indexOf('?') >= 0) {
                throw cannot("the path '" + name + "' leads to " + real + ", which holds a '?'; rename it");
            }
            return new ExaminedFile(real);
        } catch (IOException e) {
            throw Files.exists(path)
                    ? cannot(path + " cannot be reached (" + e + "); check the permissions of its folders", e)
                    : cannot(
                            "there is no file " + path + ", or its folders are closed to this user; correct the name",
                            e);
        }
    }

    private static SQLException cannot(String why) {
        return new SQLNonTransientConnectionException(why, "08001");
    }

    static SQLException cannot(String why, Throwable cause) {
        return new SQLNonTransientConnectionException(why, "08001", cause);
    }

    Path wal() {
        return beside("-wal");
    }

    Path sharedMemory() {
        return beside("-shm");
    }

    Path journal() {
        return beside("-journal");
    }

    private Path beside(String ending) {
        return path.resolveSibling(path.getFileName() + ending);
    }

    Stamp stamp() throws SQLException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new Stamp(attributes.size(), attributes.lastModifiedTime(), Files.exists(wal()) ? bytes(wal()) : -1);
        } catch (IOException e) {
            throw cannot(path + " went away while it was examined (" + e + "); begin again", e);
        }
    }

    /** 0 for a file that is not there. */
    static long bytes(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    /** The type of the file system; empty where that cannot be told. */
    String fileSystem() {
        if (path.toString().startsWith("\\\\")) {
            return "smb"; // Windows tells the type that the server uses
        }
        try {
            return Files.getFileStore(path).type();
        } catch (IOException | SecurityException e) {
            return "";
        }
    }

    static boolean isNetwork(String fileSystem) {
        return NETWORK.matcher(fileSystem.toLowerCase(Locale.ROOT)).matches();
    }
}
