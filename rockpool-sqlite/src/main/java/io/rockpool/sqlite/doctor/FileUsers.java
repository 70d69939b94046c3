package io.rockpool.sqlite.doctor;

import io.rockpool.sqlite.doctor.DoctorReport.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The processes that have a database open, and those inside a read transaction, as Linux tells them.
 *
 * <p>Open files are links in {@code /proc/PID/fd}, which this user sees for processes of its own; locks stand in
 * {@code /proc/locks}, for everyone, but not those of other containers and machines. Elsewhere nothing is known, and
 * {@link #known} is false. Source: the bytes of the -shm file that SQLite locks are those of its file format (wal.c): 123
 * to 127 for a reader, 128 for every connection.
 *
 * @param known whether the locks could be read, so that an empty list means nobody
 * @param openBy at most 20
 * @param readers at most 20
 */
record FileUsers(boolean known, List<User> openBy, List<User> readers) {

    private static final int MOST = 20;
    private static final Path PROC = Path.of("/proc");
    private static final Path LOCKS = PROC.resolve("locks");

    private static final int READ_FIRST = 123;
    private static final int READ_LAST = 127;
    private static final int EVERY_CONNECTION = 128;

    /** Number, POSIX or OFDLCK, ADVISORY, READ or WRITE, process, device and inode, first and last byte. */
    private static final Pattern LOCK = Pattern.compile(
            "\\d+: (?:POSIX|OFDLCK) +\\S+ +(?:READ|WRITE) +(-?\\d+) +([0-9a-f]+:[0-9a-f]+):(\\d+) +(\\d+) +(\\d+|EOF)");

    static FileUsers of(ExaminedFile file) {
        Set<Long> open = haveOpen(Set.of(
                file.path().toString(),
                file.wal().toString(),
                file.sharedMemory().toString()));
        Set<Long> readers = new TreeSet<>();
        boolean known = readLocks(file.sharedMemory(), open, readers);
        return new FileUsers(known, named(open), named(readers));
    }

    /** Own process included, where another of its connections has the file open. */
    private static Set<Long> haveOpen(Set<String> names) {
        Set<Long> found = new TreeSet<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (hasOpen(process, names)) {
                    found.add(Long.valueOf(process.getFileName().toString()));
                }
            }
        } catch (IOException | DirectoryIteratorException | NumberFormatException e) {
            return found; // no /proc, or no such one
        }
        return found;
    }

    private static boolean hasOpen(Path process, Set<String> names) {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path link : links) {
                if (names.contains(target(link))) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return false; // ended meanwhile, or another user's
        }
        return false;
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return ""; // closed meanwhile
        }
    }

    /** Adds who holds a lock on the shared memory; false where that cannot be read. */
    private static boolean readLocks(Path sharedMemory, Set<Long> open, Set<Long> readers) {
        List<String> locks;
        try {
            locks = Files.readAllLines(LOCKS, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return false;
        }
        String inode;
        String device;
        try {
            inode = Files.getAttribute(sharedMemory, "unix:ino").toString();
            device = device((Long) Files.getAttribute(sharedMemory, "unix:dev"));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return !Files.exists(sharedMemory); // none: nobody reads
        }
        for (String line : locks) {
            Matcher lock = LOCK.matcher(line.strip());
            if (!lock.matches() || !lock.group(3).equals(inode)) {
                continue;
            }
            long pid = Long.parseLong(lock.group(1));
            if (!lock.group(2).equals(device) && !open.contains(pid)) {
                continue; // another disk's; but some file systems tell one device here and another there
            }
            if (covers(lock, READ_FIRST, READ_LAST)) {
                readers.add(pid);
            }
            if (covers(lock, EVERY_CONNECTION, EVERY_CONNECTION)) {
                open.add(pid);
            }
        }
        return true;
    }

    private static boolean covers(Matcher lock, long first, long last) {
        long from = Long.parseLong(lock.group(4));
        long to = lock.group(5).equals("EOF") ? Long.MAX_VALUE : Long.parseLong(lock.group(5));
        return from <= last && to >= first;
    }

    /** As /proc/locks writes it: major and minor number, from the two parts of each that Linux packs into one number. */
    static String device(long device) {
        long major = (device >>> 8 & 0xfff) | (device >>> 32 & ~0xfffL);
        long minor = (device & 0xff) | (device >>> 12 & 0xffffff00L);
        return String.format("%02x:%02x", major, minor);
    }

    private static List<User> named(Collection<Long> pids) {
        List<User> users = new ArrayList<>();
        for (Long pid : pids) {
            if (users.size() < MOST) {
                users.add(new User(pid, command(pid)));
            }
        }
        return users;
    }

    private static String command(long pid) {
        try {
            String line = Files.readString(PROC.resolve(pid + "/cmdline"), StandardCharsets.ISO_8859_1);
            int end = line.indexOf('\0');
            String word = end < 0 ? line : line.substring(0, end);
            return word.isEmpty() ? "?" : word;
        } catch (IOException e) {
            return "?";
        }
    }
}
