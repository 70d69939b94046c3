package io.rockpool.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The database file and the options that a JDBC URL names.
 *
 * <p>The driver takes an unknown parameter for a part of the file's name, opens {@code :resource:} from any address, and
 * {@code file:} with whatever switches stand in it; so the URL is read here, and the driver gets a path. The file itself
 * is never opened from Java: closing it would drop SQLite's locks.
 */
public record SqliteUrl(@Nullable Path file, Map<String, String> options) {

    private static final String MEMORY = ":memory:";

    public static SqliteUrl parse(String url, Consumer<String> fault) {
        String rest = url.substring(SqliteProfile.PREFIX.length());
        int mark = rest.indexOf('?');
        String name = mark < 0 ? rest : rest.substring(0, mark);
        Map<String, String> options = mark < 0 ? Map.of() : parameters(rest.substring(mark + 1), fault);
        if (name.equals(MEMORY)) {
            return new SqliteUrl(null, options); // a single lane: all of the pool's leases share the one database
        }
        if (name.isEmpty()) {
            fault.accept("url '" + url + "' names no database; name a file, such as jdbc:sqlite:app.db, or :memory:");
        } else if (name.startsWith(":")) {
            fault.accept("url '" + url + "' begins with '" + name.substring(0, name.indexOf(':', 1) + 1)
                    + "', which the driver would fetch from anywhere; name a file, such as jdbc:sqlite:app.db");
        } else if (name.regionMatches(true, 0, "file:", 0, 5)) {
            fault.accept(
                    "url '" + url + "' holds a file: address, whose switches the pool cannot check; name the file by"
                            + " its path, such as jdbc:sqlite:app.db");
        } else {
            return new SqliteUrl(checkedFile(name, fault), options);
        }
        return new SqliteUrl(null, options);
    }

    private static Map<String, String> parameters(String query, Consumer<String> fault) {
        Map<String, String> options = new TreeMap<>();
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String key = SqliteProfile.optionKey(equals < 0 ? parameter : parameter.substring(0, equals));
            if (SqliteOptions.defaults().containsKey(key) && equals > 0) {
                options.put(key, parameter.substring(equals + 1));
            } else {
                fault.accept("the url's parameter '" + (equals < 0 ? parameter : parameter.substring(0, equals))
                        + "' is unknown, and the driver would make it a part of the file's name; known are "
                        + String.join(", ", SqliteOptions.defaults().keySet()) + " (with _ or -); remove it");
            }
        }
        return options;
    }

    private static @Nullable Path checkedFile(String name, Consumer<String> fault) {
        Path file;
        try {
            file = Path.of(name).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            fault.accept("the database file '" + name + "' is no valid path (" + e.getReason() + "); correct the url");
            return null;
        }
        Path folder = file.getParent();
        if (Files.isDirectory(file)) {
            fault.accept("the database file " + file + " is a directory; name a file in it, such as "
                    + file.resolve("app.db"));
        } else if (folder == null || !Files.isDirectory(folder)) {
            fault.accept("the database file " + file + " is in a folder that does not exist; create " + folder
                    + " or correct the url");
        } else if (Files.exists(file) && !Files.isRegularFile(file)) {
            fault.accept("the database file " + file + " is no regular file; name one, or a new one");
        } else if (Files.exists(file)
                ? !Files.isWritable(file) || !Files.isReadable(file)
                : !Files.isWritable(folder)) {
            fault.accept((Files.exists(file) ? "the database file " + file : "the folder " + folder)
                    + " cannot be read and written by this process; change its permissions or name another place");
        }
        return real(file);
    }

    /** One name for one file, whatever links lead to it. */
    private static Path real(Path file) {
        Path folder = file.getParent();
        Path name = file.getFileName();
        try {
            if (Files.exists(file)) {
                return file.toRealPath();
            }
            return folder == null || name == null ? file : folder.toRealPath().resolve(name);
        } catch (IOException e) {
            return file; // told as a fault above, or by the driver when it opens
        }
    }
}
