package io.rockpool;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The origin's tuning guide as three named sets of defaults; anything set explicitly goes before a preset.
 *
 * <p>What each changes and why is in {@code docs/settings.md}.
 */
enum Preset {
    /** Many callers at once: more connections, a shorter wait so that a jam shows, more health checks. */
    HIGH_CONCURRENCY(Map.of(
            "pool-size", "20",
            "max-overflow", "10",
            "pool-timeout", "10s",
            "max-waiters", "20000",
            "health-check-interval", "120s")),

    /** Little memory: few connections that go quickly, a small page cache and no mapped memory on SQLite. */
    MEMORY_CONSTRAINED(Map.of(
            "pool-size", "3",
            "max-overflow", "2",
            "overflow-linger", "10s",
            "recycle-time", "1800s",
            "sqlite.cache-size", "2000",
            "sqlite.mmap-size", "0")),

    /** Failures are noticed and survived sooner: more attempts, frequent checks, short limits on what hangs. */
    HIGH_AVAILABILITY(Map.of(
            "max-retries", "5",
            "health-check-interval", "60s",
            "recycle-time", "1800s",
            "validation-window", "250ms",
            "validation-timeout", "2s",
            "open-timeout", "5s",
            "leak-threshold", "30s"));

    @SuppressWarnings("ImmutableEnumChecker") // Map.of
    final Map<String, String> values;

    Preset(Map<String, String> values) {
        this.values = values;
    }

    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static @Nullable Preset of(String key) {
        return Arrays.stream(values())
                .filter(p -> p.key().equals(key))
                .findFirst()
                .orElse(null);
    }

    static String names() {
        return Arrays.stream(values()).map(Preset::key).collect(Collectors.joining(", "));
    }
}
