package io.rockpool.jdbc;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What the pool knows of one kind of database; found by {@link java.util.ServiceLoader}, chosen by JDBC URL.
 *
 * <p>Implementations have a public no-argument constructor, keep no state and are called by one thread at a time.
 */
public interface DatabaseProfile {

    /** The profile's name, as in the keys of its options: {@code sqlite}. */
    String name();

    boolean accepts(String url);

    /** The options it knows, by key without prefix, with their defaults. */
    Map<String, String> options();

    /**
     * A database as these settings describe it. Every fault of the settings is told to {@code fault} as "value, rule,
     * fix", and then the result is not used. Opens nothing.
     */
    Database database(ConnectionSettings settings, Consumer<String> fault);

    /** The option keys, for messages. */
    default List<String> optionKeys() {
        return options().keySet().stream().sorted().toList();
    }
}
