package io.rockpool;

import io.rockpool.jdbc.Redaction;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Every setting of a pool: its key, its default and its rule, in one place for the builder, the properties, the
 * environment, the messages and the documentation.
 */
enum Setting {
    URL("url", Kind.TEXT, "", "the JDBC URL"),
    USERNAME("username", Kind.TEXT, "", "the database user"),
    PASSWORD("password", Kind.SECRET, "", "the user's password"),
    DRIVER_CLASS_NAME("driver-class-name", Kind.TEXT, "", "the driver's class; empty: the one that accepts the url"),
    POOL_NAME("pool-name", Kind.TEXT, "rockpool", "the name in messages, logs and metrics"),
    PRESET("preset", Kind.TEXT, "", "one of " + Preset.names() + "; empty: none"),

    POOL_SIZE("pool-size", 1, 10_000, "10", "connections kept open", "DB_POOL_SIZE"),
    MAX_OVERFLOW("max-overflow", 0, 10_000, "5", "connections opened beyond that on demand", "DB_POOL_MAX_OVERFLOW"),
    MAX_RETRIES(
            "max-retries",
            1,
            100,
            "3",
            "failed attempts to open in a row before callers are told",
            "DB_POOL_MAX_RETRIES"),
    MAX_WAITERS("max-waiters", 1, 1_000_000, "10000", "callers that may wait at once", null),
    POOL_TIMEOUT("pool-timeout", "0s", "1h", false, "30s", "how long a borrow waits; 0: not at all", "DB_POOL_TIMEOUT"),
    HEALTH_CHECK_INTERVAL(
            "health-check-interval",
            "1s",
            "24h",
            true,
            "300s",
            "time between two health checks of an idle connection; 0: none",
            "DB_POOL_HEALTH_CHECK_INTERVAL"),
    RECYCLE_TIME(
            "recycle-time",
            "1s",
            "30d",
            true,
            "3600s",
            "age at which a connection is replaced, less up to a tenth; 0: never",
            "DB_POOL_RECYCLE_TIME"),
    OVERFLOW_LINGER(
            "overflow-linger", "0s", "1h", false, "60s", "idle time after which an overflow connection closes", null),
    VALIDATION_WINDOW(
            "validation-window",
            "0s",
            "1h",
            false,
            "500ms",
            "idle time after which a network connection is validated before it is lent; 0: always",
            null),
    VALIDATION_TIMEOUT(
            "validation-timeout",
            "100ms",
            "5m",
            false,
            "5s",
            "how long a validation, clean-up or close may hang before the connection is abandoned",
            null),
    OPEN_TIMEOUT(
            "open-timeout", "100ms", "10m", false, "10s", "how long an opening may hang before it is abandoned", null),
    LEAK_THRESHOLD(
            "leak-threshold",
            "100ms",
            "24h",
            true,
            "60s",
            "age of a lease at which a leak is suspected; 0: never",
            null),
    DRAIN_TIMEOUT(
            "drain-timeout",
            "0s",
            "1h",
            false,
            "10s",
            "how long close() waits for lent connections before it aborts them; 0: not at all",
            null),
    FAIL_ON_DEADLOCK(
            "fail-on-deadlock",
            Kind.SWITCH,
            "true",
            "whether a borrow that can never succeed fails at once; false: it waits for its timeout");

    /** How a value is written. */
    enum Kind {
        TEXT,
        SECRET,
        SWITCH,
        NUMBER,
        DURATION
    }

    static final String PREFIX = "rockpool.";

    private static final Pattern NAME = Pattern.compile("[^\\p{Cc}\\p{Cf}\\u2028\\u2029]{1,64}");

    final String key;
    final Kind kind;
    final String standard;
    final String meaning;
    private final @Nullable String originEnvironment;
    private final long least;
    private final long most;
    private final boolean zeroIsOff;

    Setting(String key, Kind kind, String standard, String meaning) {
        this(key, kind, standard, meaning, null, 0, 0, false);
    }

    Setting(String key, int least, int most, String standard, String meaning, @Nullable String originEnvironment) {
        this(key, Kind.NUMBER, standard, meaning, originEnvironment, least, most, false);
    }

    Setting(
            String key,
            String least,
            String most,
            boolean zeroIsOff,
            String standard,
            String meaning,
            @Nullable String originEnvironment) {
        this(
                key,
                Kind.DURATION,
                standard,
                meaning,
                originEnvironment,
                Durations.parse(least).toNanos(),
                Durations.parse(most).toNanos(),
                zeroIsOff);
    }

    Setting(
            String key,
            Kind kind,
            String standard,
            String meaning,
            @Nullable String originEnvironment,
            long least,
            long most,
            boolean zeroIsOff) {
        this.key = key;
        this.kind = kind;
        this.standard = standard;
        this.meaning = meaning;
        this.originEnvironment = originEnvironment;
        this.least = least;
        this.most = most;
        this.zeroIsOff = zeroIsOff;
    }

    /** The setting of a key, also in the spellings of the origin ({@code pool-max-retries}) and of JavaBeans. */
    static @Nullable Setting of(String key) {
        String wanted = kebab(key);
        return Arrays.stream(values())
                .filter(s -> s.key.equals(wanted) || ("pool-" + s.key).equals(wanted))
                .findFirst()
                .orElse(null);
    }

    static List<String> keys() {
        return Arrays.stream(values()).map(s -> s.key).toList();
    }

    /** {@code maxOverflow} and {@code MAX_OVERFLOW} as {@code max-overflow}. */
    static String kebab(String key) {
        boolean upper = key.equals(key.toUpperCase(Locale.ROOT));
        String dashed = upper ? key : key.replaceAll("([a-z0-9])([A-Z])", "$1-$2");
        return dashed.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The names it has in the environment, the first one first. */
    List<String> environmentNames() {
        String own = "ROCKPOOL_" + name();
        return originEnvironment == null ? List.of(own) : List.of(originEnvironment, own);
    }

    /** The value as an int, a long of nanoseconds, a boolean or a String; a fault is told and gives the default. */
    Object parse(String text, String source, Consumer<String> fault) {
        try {
            Object value = convert(kind == Kind.SECRET ? text : text.strip());
            String rule = value instanceof Long number ? rule(number) : null;
            if (rule == null) {
                return value;
            }
            fault.accept(key + " is " + text.strip() + " (from " + source + "); " + rule);
        } catch (IllegalArgumentException e) {
            fault.accept(key + " is '" + Redaction.message(text, null) + "' (from " + source + "); " + form() + fix());
        }
        return convert(standard);
    }

    private Object convert(String text) {
        return switch (kind) {
            case TEXT, SECRET -> {
                if (this == POOL_NAME && !NAME.matcher(text).matches()) {
                    throw new IllegalArgumentException(text);
                }
                yield text;
            }
            case NUMBER -> Long.valueOf(text);
            case DURATION -> Durations.parse(text).toNanos();
            case SWITCH -> {
                if (!text.equals("true") && !text.equals("false")) {
                    throw new IllegalArgumentException(text);
                }
                yield Boolean.valueOf(text);
            }
        };
    }

    private @Nullable String rule(long value) {
        if (kind == Kind.TEXT || (value >= least && value <= most) || (value == 0 && zeroIsOff)) {
            return null;
        }
        return "it must be " + range() + fix();
    }

    private String fix() {
        return "; use " + standard + " (the default) or another such value";
    }

    private String form() {
        return switch (kind) {
            case NUMBER -> "it must be a whole number, " + range();
            case SWITCH -> "it must be true or false";
            case TEXT, SECRET -> "it must be " + range();
            default -> "it must be a duration such as 500ms, 30s, 5m, 1h, or a plain number of seconds, " + range();
        };
    }

    /** The range in words, for messages and documentation. */
    String range() {
        if (this == POOL_NAME) {
            return "1 to 64 characters in one line"; // it stands in log lines, thread dumps and metric labels
        }
        if (kind == Kind.NUMBER) {
            return "from " + least + " to " + most;
        }
        return "from " + Durations.show(Duration.ofNanos(least)) + " to " + Durations.show(Duration.ofNanos(most))
                + (zeroIsOff ? ", or 0" : "");
    }
}
