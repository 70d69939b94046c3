package io.rockpool.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The pragmas of a pooled connection, in the order they are set; each is read back, because SQLite ignores what it does not
 * know or cannot do without a word.
 *
 * <p>The value {@code default} leaves a pragma alone. Defaults: the origin's. Source: docs/design/0005-sqlite-profile.md.
 */
enum Pragma {
    /** How long a statement waits for a lock of another connection, in milliseconds. */
    BUSY_TIMEOUT("30000", "\\d{1,9}", "milliseconds, from 0 to 999999999"),
    JOURNAL_MODE("WAL", "WAL|DELETE|TRUNCATE|PERSIST", "WAL, DELETE, TRUNCATE or PERSIST"),
    SYNCHRONOUS("NORMAL", "NORMAL|FULL|EXTRA|OFF", "NORMAL, FULL, EXTRA or OFF"),
    FOREIGN_KEYS("ON", "ON|OFF", "ON or OFF"),
    /** Pages where positive, KiB where negative. */
    CACHE_SIZE("10000", "-?\\d{1,9}", "a number of pages, or of KiB with a minus sign"),
    MMAP_SIZE("268435456", "\\d{1,12}", "bytes, from 0 (off)"),
    TEMP_STORE("MEMORY", "MEMORY|FILE", "MEMORY or FILE");

    private static final String LEAVE = "default";

    private static final Map<String, String> NUMBERS = Map.of(
            "SYNCHRONOUS OFF",
            "0",
            "SYNCHRONOUS NORMAL",
            "1",
            "SYNCHRONOUS FULL",
            "2",
            "SYNCHRONOUS EXTRA",
            "3",
            "FOREIGN_KEYS OFF",
            "0",
            "FOREIGN_KEYS ON",
            "1",
            "TEMP_STORE FILE",
            "1",
            "TEMP_STORE MEMORY",
            "2");

    private final String standard;
    private final Pattern form;
    private final String rule;

    Pragma(String standard, String form, String rule) {
        this.standard = standard;
        this.form = Pattern.compile(form);
        this.rule = rule;
    }

    /** Whether native connections of the role set it themselves. Waiting for locks is done in Java. */
    boolean isFor(LaneConnection.Role role) {
        return switch (this) {
            case BUSY_TIMEOUT -> false;
            case JOURNAL_MODE -> role == LaneConnection.Role.WRITER; // it stays in the file
            default -> true;
        };
    }

    /** Whether a database in memory has no such thing. */
    boolean isOfFiles() {
        return this == JOURNAL_MODE || this == MMAP_SIZE;
    }

    private String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The options of the profile: one a pragma. */
    static Map<String, String> defaults() {
        return Arrays.stream(values())
                .collect(Collectors.toMap(Pragma::key, p -> p.standard, (a, b) -> a, LinkedHashMap::new));
    }

    /** One pragma with the value it shall have. */
    record Choice(Pragma pragma, String value) {

        void apply(Connection connection) throws SQLException {
            String name = pragma.name().toLowerCase(Locale.ROOT);
            String have;
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA " + name + "=" + value);
                try (ResultSet row = statement.executeQuery("PRAGMA " + name)) {
                    have = row.next() ? row.getString(1) : "nothing";
                }
            } catch (SQLException e) {
                throw new SQLException(
                        "PRAGMA " + name + "=" + value + " failed: " + e.getMessage(),
                        SqliteErrors.told(e).getSQLState(),
                        e.getErrorCode(),
                        e);
            }
            if (!expected().equalsIgnoreCase(have)) {
                throw new SQLException("PRAGMA " + name + " was set to " + value + " and reads " + have
                        + "; this file system or SQLite does not allow it; set the option sqlite." + pragma.key()
                        + " to what it allows, or to '" + LEAVE + "'");
            }
        }

        private String expected() {
            return NUMBERS.getOrDefault(pragma.name() + " " + value, value);
        }
    }

    /** The pragmas to set, in their order; wrong values are told as faults. */
    static List<Choice> chosen(Map<String, String> options, Consumer<String> fault) {
        List<Choice> choices = new ArrayList<>();
        for (Pragma pragma : values()) {
            String value =
                    options.getOrDefault(pragma.key(), pragma.standard).strip().toUpperCase(Locale.ROOT);
            if (value.equalsIgnoreCase(LEAVE)) {
                continue;
            }
            if (pragma.form.matcher(value).matches()) {
                choices.add(new Choice(pragma, value));
            } else {
                fault.accept("sqlite." + pragma.key() + " is '" + value + "'; it must be " + pragma.rule + ", or '"
                        + LEAVE + "' to leave it alone");
            }
        }
        return choices;
    }
}
