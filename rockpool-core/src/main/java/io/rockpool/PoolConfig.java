package io.rockpool;

import io.rockpool.engine.EngineSettings;
import io.rockpool.jdbc.ConnectionSettings;
import io.rockpool.jdbc.Database;
import io.rockpool.jdbc.DatabaseProfile;
import io.rockpool.jdbc.Redaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A pool's settings, checked and final, each with where it came from.
 *
 * <p>Made by {@link PoolBuilder}. A value is taken from the first of: builder (or JavaBean setter), system property
 * {@code rockpool.KEY}, environment, the properties file, the preset, the default. Threads: any; immutable.
 */
public final class PoolConfig {

    /**
     * One setting as it is in force.
     *
     * @param key its key, without the prefix {@code rockpool.}
     * @param value its value; secrets are masked
     * @param source where it came from: {@code builder}, {@code environment DB_POOL_SIZE}, {@code default}, …
     */
    public record Entry(String key, String value, String source) {}

    private final PoolBuilder builder;
    private final Map<Setting, Object> values;
    private final List<Entry> entries;
    private final Database database;
    private final ConnectionSettings connection;

    private PoolConfig(
            PoolBuilder builder,
            Map<Setting, Object> values,
            List<Entry> entries,
            Database database,
            ConnectionSettings connection) {
        this.builder = builder;
        this.values = values;
        this.entries = List.copyOf(entries);
        this.database = database;
        this.connection = connection;
    }

    /** Reads all sources and checks everything; one exception tells of every fault. */
    static PoolConfig resolve(PoolBuilder builder) {
        List<String> faults = new ArrayList<>();
        ConfigSources sources = builder.sources(faults::add);
        Preset preset = preset(sources, faults);
        Map<Setting, Object> values = new EnumMap<>(Setting.class);
        List<Entry> entries = new ArrayList<>();
        for (Setting setting : Setting.values()) {
            ConfigSources.Found found = find(sources, preset, setting.key, setting.environmentNames());
            String text = found == null ? setting.standard : found.value();
            String source = found == null ? "default" : found.source();
            values.put(setting, setting.parse(text, source, faults::add));
            entries.add(new Entry(setting.key, shown(setting, text), source));
        }
        String name = text(values, Setting.POOL_NAME);
        String url = text(values, Setting.URL);
        sources.refuseUnknown(known(), faults::add);
        if (url.isEmpty() && builder.dataSource() == null) {
            faults.add("url is not set; set it on the builder, or as the system property rockpool.url, the environment"
                    + " variable ROCKPOOL_URL or in rockpool.properties");
            throw new InvalidPoolConfigException(name, faults);
        }
        DatabaseProfile profile = Profiles.of(url);
        Map<String, String> options = options(sources, preset, profile, entries);
        ConnectionSettings connection = connection(values, sources, options, builder);
        Database database = Profiles.database(profile, connection, faults::add);
        if (!faults.isEmpty()) {
            throw new InvalidPoolConfigException(name, faults);
        }
        return new PoolConfig(builder.copy(), values, entries, database, connection);
    }

    private static @Nullable Preset preset(ConfigSources sources, List<String> faults) {
        ConfigSources.Found found = sources.find(Setting.PRESET.key, Setting.PRESET.environmentNames());
        if (found == null || found.value().isBlank()) {
            return null;
        }
        Preset preset = Preset.of(found.value().strip());
        if (preset == null) {
            faults.add("preset is '" + found.value() + "' (from " + found.source() + "); it must be one of "
                    + Preset.names() + "; use one of them, or leave it out");
        }
        return preset;
    }

    private static ConfigSources.@Nullable Found find(
            ConfigSources sources, @Nullable Preset preset, String key, List<String> environmentNames) {
        ConfigSources.Found found = sources.find(key, environmentNames);
        if (found == null && preset != null && preset.values.containsKey(key)) {
            return new ConfigSources.Found(preset.values.get(key), "preset " + preset.key());
        }
        return found;
    }

    private static Map<String, String> options(
            ConfigSources sources, @Nullable Preset preset, @Nullable DatabaseProfile profile, List<Entry> entries) {
        Map<String, String> options = new TreeMap<>();
        if (profile == null) {
            return options;
        }
        String prefix = profile.name() + ".";
        Map<String, ConfigSources.Found> set = sources.family(prefix, profile.optionKeys());
        for (Map.Entry<String, String> option : profile.options().entrySet()) {
            ConfigSources.Found found = set.get(option.getKey());
            if (found == null) {
                found = find(sources, preset, prefix + option.getKey(), List.of());
            }
            options.put(option.getKey(), found == null ? option.getValue() : found.value());
            entries.add(new Entry(
                    prefix + option.getKey(),
                    options.get(option.getKey()),
                    found == null ? "default" : found.source()));
        }
        return options;
    }

    private static List<String> known() {
        List<String> known = new ArrayList<>(Setting.keys());
        for (DatabaseProfile each : Profiles.all()) { // another database's options are no misspelling
            each.optionKeys().forEach(key -> known.add(each.name() + "." + key));
        }
        return known;
    }

    private static ConnectionSettings connection(
            Map<Setting, Object> values, ConfigSources sources, Map<String, String> options, PoolBuilder builder) {
        Map<String, String> driverProperties = new TreeMap<>();
        sources.family("driver.", List.of()).forEach((key, found) -> driverProperties.put(key, found.value()));
        String password = text(values, Setting.PASSWORD);
        Supplier<@Nullable String> supplier = builder.passwordSupplier();
        return new ConnectionSettings(
                text(values, Setting.URL),
                orNull(text(values, Setting.USERNAME)),
                supplier != null ? supplier : () -> orNull(password),
                orNull(text(values, Setting.DRIVER_CLASS_NAME)),
                driverProperties,
                options,
                builder.dataSource());
    }

    /** Every setting has a value: {@link #resolve} puts one for each. */
    private static Object value(Map<Setting, Object> values, Setting setting) {
        return Objects.requireNonNull(values.get(setting), setting.key);
    }

    private static String text(Map<Setting, Object> values, Setting setting) {
        return (String) value(values, setting);
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static String shown(Setting setting, String text) {
        return switch (setting) {
            case PASSWORD -> text.isEmpty() ? "" : "***";
            case URL -> Redaction.url(text);
            default -> text;
        };
    }

    EngineSettings engineSettings() {
        return new EngineSettings(
                poolSize(),
                maxOverflow(),
                nanos(Setting.POOL_TIMEOUT),
                number(Setting.MAX_RETRIES),
                nanos(Setting.HEALTH_CHECK_INTERVAL),
                nanos(Setting.RECYCLE_TIME),
                nanos(Setting.OVERFLOW_LINGER),
                nanos(Setting.VALIDATION_WINDOW),
                nanos(Setting.VALIDATION_TIMEOUT),
                nanos(Setting.OPEN_TIMEOUT),
                nanos(Setting.LEAK_THRESHOLD),
                number(Setting.MAX_WAITERS),
                nanos(Setting.DRAIN_TIMEOUT),
                (Boolean) value(values, Setting.FAIL_ON_DEADLOCK),
                EngineSettings.BARGE_TIME);
    }

    Database database() {
        return database;
    }

    private int number(Setting setting) {
        return Math.toIntExact((Long) value(values, setting));
    }

    private long nanos(Setting setting) {
        return (Long) value(values, setting);
    }

    /** The pool's name. */
    public String poolName() {
        return text(values, Setting.POOL_NAME);
    }

    /** The JDBC URL with its secrets masked. */
    public String url() {
        return Redaction.url(connection.url());
    }

    /** Connections kept open. */
    public int poolSize() {
        return number(Setting.POOL_SIZE);
    }

    /** Connections opened beyond that on demand. */
    public int maxOverflow() {
        return number(Setting.MAX_OVERFLOW);
    }

    /** How long a borrow waits. */
    public Duration poolTimeout() {
        return Duration.ofNanos(nanos(Setting.POOL_TIMEOUT));
    }

    /** Every setting with its value and source, secrets masked, in a fixed order. */
    public List<Entry> entries() {
        return entries;
    }

    /** Where a setting's value came from. */
    public String source(String key) {
        String canonical = ConfigSources.canonical(key);
        return entries.stream()
                .filter(e -> e.key().equals(canonical))
                .map(Entry::source)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(key + " is no setting of this pool; did you mean "
                        + Nearest.of(canonical, Setting.keys()) + "?"));
    }

    /** A builder that holds what this config's builder held; the other sources are read anew. */
    public PoolBuilder toBuilder() {
        return builder.copy();
    }

    @Override
    public String toString() {
        return "PoolConfig[" + poolName() + ", " + url() + ", " + poolSize() + "+" + maxOverflow() + "]";
    }
}
