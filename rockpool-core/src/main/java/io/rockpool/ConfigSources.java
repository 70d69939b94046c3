package io.rockpool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where settings come from, in their order: builder, system properties, environment, properties file, preset.
 *
 * <p>Read once when a pool is made. A key nobody knows is a fault with the nearest known name, in every source.
 */
final class ConfigSources {

    /** One value and where it stands. */
    record Found(String value, String source) {}

    private static final String FILE = "rockpool.properties";
    private static final String FILE_KEY = "rockpool.config";
    /** Of the file's name, the admin endpoint and the drivers. */
    private static final Pattern NOT_SETTINGS = Pattern.compile("config|(admin|driver)\\..*");

    private static final Pattern NOT_VARIABLES = Pattern.compile("ROCKPOOL_(CONFIG|SKIP_BROWSER|ADMIN_.*)");
    /** What Kubernetes puts into the environment for a service that happens to be called db-pool, or rockpool-x. */
    private static final Pattern SERVICE_LINK = Pattern.compile(
            "(DB_POOL|ROCKPOOL)(_[A-Z0-9_]+)?_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");

    private final Map<String, String> builder;
    private final Properties system;
    private final Map<String, String> environment;
    private final Properties file;
    private final String fileName;

    ConfigSources(
            Map<String, String> builder,
            Properties system,
            Map<String, String> environment,
            Properties file,
            String fileName) {
        this.builder = builder;
        this.system = system;
        this.environment = environment;
        this.file = file;
        this.fileName = fileName;
    }

    static ConfigSources ofProcess(Map<String, String> builder, Consumer<String> fault) {
        Properties file = new Properties();
        String fileName = readFile(file, fault);
        return new ConfigSources(builder, System.getProperties(), System.getenv(), file, fileName);
    }

    /** The file that {@code -Drockpool.config} names, else one in the working folder, else one on the class path. */
    private static String readFile(Properties into, Consumer<String> fault) {
        String named = System.getProperty(FILE_KEY);
        Path path = Path.of(named == null ? FILE : named);
        try (InputStream in = named != null || Files.exists(path)
                ? Files.newInputStream(path)
                : ConfigSources.class.getResourceAsStream("/" + FILE)) {
            if (in != null) {
                into.load(in);
            }
        } catch (IOException | IllegalArgumentException e) {
            fault.accept("the properties file " + path + " cannot be read (" + e
                    + "); correct it, or the system property " + FILE_KEY);
        }
        return path.toString();
    }

    /** The value of a key as the first source has it that has it; null where none has. */
    @Nullable Found find(String key, List<String> environmentNames) {
        String text = builder.get(key);
        if (text != null) {
            return new Found(text, "builder");
        }
        text = property(system, key);
        if (text != null) {
            return new Found(text, "system property " + Setting.PREFIX + key);
        }
        for (String name : environmentNames) {
            text = environment.get(name);
            if (text != null) {
                return new Found(text, "environment " + name);
            }
        }
        text = property(file, key);
        return text == null ? null : new Found(text, fileName + " " + Setting.PREFIX + key);
    }

    /** A key in whatever spelling the source uses: {@code pool-size}, {@code poolSize}, {@code pool_size}. */
    private static @Nullable String property(Properties properties, String key) {
        for (String name : properties.stringPropertyNames()) {
            if (name.startsWith(Setting.PREFIX)
                    && canonical(name.substring(Setting.PREFIX.length())).equals(key)) {
                return properties.getProperty(name);
            }
        }
        return null;
    }

    static String canonical(String name) {
        int dot = name.indexOf('.');
        if (dot < 0) {
            Setting setting = Setting.of(name);
            return setting == null ? Setting.kebab(name) : setting.key;
        }
        String family = name.substring(0, dot);
        String rest = name.substring(dot + 1);
        return family + "." + (family.equals("driver") ? rest : Setting.kebab(rest));
    }

    /** All keys that some source sets under a prefix such as {@code driver.}, without it, with their values. */
    Map<String, Found> family(String prefix, List<String> keys) {
        Map<String, Found> found = new TreeMap<>();
        TreeSet<String> names = new TreeSet<>(keys);
        for (String name : allNames()) {
            if (name.startsWith(prefix)) {
                names.add(name.substring(prefix.length()));
            }
        }
        for (String name : names) {
            Found value = find(prefix + name, List.of(variable(prefix + name)));
            if (value != null) {
                found.put(name, value);
            }
        }
        return found;
    }

    private List<String> allNames() {
        List<String> names = new ArrayList<>(builder.keySet());
        for (Properties properties : List.of(system, file)) {
            for (String name : properties.stringPropertyNames()) {
                if (name.startsWith(Setting.PREFIX)) {
                    names.add(canonical(name.substring(Setting.PREFIX.length())));
                }
            }
        }
        return names;
    }

    /** Tells of every key that is not known; {@code known} has the settings and the profile's options. */
    void refuseUnknown(List<String> known, Consumer<String> fault) {
        for (String name : new TreeSet<>(allNames())) {
            if (!NOT_SETTINGS.matcher(name).matches() && !known.contains(name)) {
                fault.accept(unknown(Setting.PREFIX + name, Setting.PREFIX + Nearest.of(name, known)));
            }
        }
        List<String> variables = new ArrayList<>();
        for (Setting setting : Setting.values()) {
            variables.addAll(setting.environmentNames());
        }
        known.stream()
                .filter(key -> key.indexOf('.') > 0)
                .map(ConfigSources::variable)
                .forEach(variables::add);
        for (String name : new TreeSet<>(environment.keySet())) {
            if ((name.startsWith("DB_POOL_") || name.startsWith("ROCKPOOL_"))
                    && !variables.contains(name)
                    && !NOT_VARIABLES.matcher(name).matches()
                    && !SERVICE_LINK.matcher(name).matches()) {
                fault.accept(unknown("environment variable " + name, Nearest.of(name, variables)));
            }
        }
    }

    /** {@code sqlite.cache-size} as {@code ROCKPOOL_SQLITE_CACHE_SIZE}. */
    private static String variable(String key) {
        return "ROCKPOOL_" + key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    private static String unknown(String name, String nearest) {
        return name + " is no setting of this pool; did you mean " + nearest + "?";
    }
}
