package io.rockpool;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them: {@code 500ms}, {@code 30s}, {@code 5m}, {@code 1h}, {@code 1d}, plain seconds, or ISO
 * 8601's {@code PT1.5S}.
 */
final class Durations {

    private static final Pattern FORM = Pattern.compile("(-?\\d{1,12})\\s*(ms|s|m|h|d)?");

    private Durations() {}

    static Duration parse(String text) {
        String stripped = text.strip().toLowerCase(Locale.ROOT);
        try {
            Duration duration = stripped.startsWith("p") ? Duration.parse(stripped) : simple(stripped);
            return Duration.ofNanos(duration.toNanos()); // throws where a long of nanoseconds cannot hold it
        } catch (ArithmeticException | DateTimeException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static Duration simple(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(text);
        }
        long number = Long.parseLong(form.group(1));
        return switch (form.group(2) == null ? "s" : form.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            case "d" -> Duration.ofDays(number);
            default -> Duration.ofSeconds(number);
        };
    }

    /** A form that {@link #parse} reads back to the same duration, or refuses where it is too long. */
    static String write(Duration duration) {
        boolean plain = duration.getNano() % 1_000_000 == 0 && duration.getSeconds() / 100_000_000 == 0;
        return plain ? duration.toMillis() + "ms" : duration.toString();
    }

    static String show(Duration duration) {
        long ms = duration.toMillis();
        if (ms != 0 && ms % 86_400_000 == 0) {
            return ms / 86_400_000 + "d";
        }
        if (ms != 0 && ms % 3_600_000 == 0) {
            return ms / 3_600_000 + "h";
        }
        if (ms != 0 && ms % 60_000 == 0) {
            return ms / 60_000 + "m";
        }
        return ms % 1000 == 0 ? ms / 1000 + "s" : ms + "ms";
    }
}
