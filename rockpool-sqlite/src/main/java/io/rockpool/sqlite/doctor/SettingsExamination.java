package io.rockpool.sqlite.doctor;

import io.rockpool.InvalidPoolConfigException;
import io.rockpool.PoolBuilder;
import io.rockpool.PoolConfig;
import io.rockpool.sqlite.SqliteProfile;
import io.rockpool.sqlite.SqliteUrl;
import io.rockpool.sqlite.doctor.Finding.Severity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A pool's settings for the database: those that the pool would refuse, and those that it takes and should not have.
 *
 * <p>They are resolved as the pool does it, from builder, system properties, environment and file; nothing is opened.
 */
final class SettingsExamination {

    private final Map<String, String> options = new TreeMap<>();
    private final Map<String, String> sources = new TreeMap<>();
    private final List<Finding> findings = new ArrayList<>();

    private SettingsExamination() {}

    static List<Finding> examine(PoolBuilder builder, Path file, String fileSystem) {
        try {
            return examine(config(builder, file), file, fileSystem);
        } catch (InvalidPoolConfigException e) {
            return List.of(new Finding(
                    Severity.ERROR,
                    "settings-refused",
                    "the pool would not start with these settings: "
                            + (e.faults().size() == 1
                                    ? "one is wrong"
                                    : e.faults().size() + " are wrong"),
                    "correct them; docs/settings.md has all settings with their ranges",
                    e.faults()));
        }
    }

    /** Settings without a URL are taken for this file's. */
    private static PoolConfig config(PoolBuilder builder, Path file) {
        try {
            return builder.config();
        } catch (InvalidPoolConfigException e) {
            if (e.faults().stream().noneMatch(fault -> fault.startsWith("url is not set"))) {
                throw e;
            }
            return builder.url(SqliteProfile.PREFIX + file).config();
        }
    }

    private static List<Finding> examine(PoolConfig config, Path file, String fileSystem) {
        SettingsExamination examination = new SettingsExamination();
        if (new SqliteProfile().accepts(config.url())) {
            examination.read(config);
            examination.url(config, file);
            examination.pragmas(fileSystem);
        } else {
            examination.warn(
                    "settings-url",
                    "url is '" + config.url() + "' (from " + config.source("url") + "), which is no SQLite database",
                    "name the settings of the pool that uses this file");
        }
        return examination.findings;
    }

    /** Parameters of the URL hold before options. */
    private void read(PoolConfig config) {
        String prefix = "sqlite.";
        for (PoolConfig.Entry entry : config.entries()) {
            if (entry.key().startsWith(prefix)) {
                put(entry.key().substring(prefix.length()), entry.value(), entry.source());
            }
        }
        SqliteUrl.parse(config.url(), fault -> {})
                .options()
                .forEach((key, value) -> put(key, value, "the url's parameter"));
    }

    private void put(String key, String value, String source) {
        options.put(key, value.strip().toUpperCase(Locale.ROOT));
        sources.put(key, source);
    }

    private void url(PoolConfig config, Path file) {
        Path named = SqliteUrl.parse(config.url(), fault -> {}).file();
        if (!file.equals(named)) {
            warn(
                    "settings-url",
                    "url names " + (named == null ? "a database in memory" : named) + " (from " + config.source("url")
                            + "), and not this file",
                    "examine that file, or correct the url");
        }
    }

    private void pragmas(String fileSystem) {
        if (is("synchronous", "OFF")) {
            warn(
                    "settings-synchronous",
                    told("synchronous") + ": a power cut can damage the database, not only lose the last commits",
                    "use NORMAL (the default), or FULL where no commit may be lost");
        }
        if (is("foreign-keys", "OFF", "DEFAULT")) {
            warn(
                    "settings-foreign-keys",
                    told("foreign-keys")
                            + ": SQLite does not check foreign keys, and rows lose their parents unnoticed",
                    "use ON (the default)");
        }
        if (!is("journal-mode", "WAL", "DEFAULT")) {
            warn(
                    "settings-journal-mode",
                    told("journal-mode") + ": readers and a writer wait for each other",
                    "use WAL (the default)");
        }
        if (options.getOrDefault("busy-timeout", "").matches("0+")) {
            warn(
                    "settings-busy-timeout",
                    told("busy-timeout") + ": whoever meets a lock fails at once with SQLITE_BUSY",
                    "use 30000 (the default), in milliseconds");
        }
        if (ExaminedFile.isNetwork(fileSystem)
                && options.getOrDefault("mmap-size", "").matches("0*[1-9]\\d*")) {
            warn(
                    "settings-mmap",
                    told("mmap-size") + " on " + fileSystem + ": memory that is mapped from a network does not see what"
                            + " other machines write, and an error there ends the JVM",
                    "use 0");
        }
    }

    private boolean is(String key, String... values) {
        return List.of(values).contains(options.get(key));
    }

    private String told(String key) {
        return "sqlite." + key + " is " + options.get(key) + " (from " + sources.get(key) + ")";
    }

    private void warn(String code, String message, String fix) {
        findings.add(new Finding(Severity.WARNING, code, message, fix));
    }
}
