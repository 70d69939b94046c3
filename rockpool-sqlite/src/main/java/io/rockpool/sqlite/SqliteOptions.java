package io.rockpool.sqlite;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a database is used, all checked.
 *
 * @param file the database file, or null for one in memory
 * @param pragmas to set on native connections, in their order
 * @param foreignLockMillis how long a statement waits for another process's lock; the option {@code busy-timeout}
 * @param singleProcess whether no other process writes to the file, so that readers may keep their snapshot between
 *     autocommit reads; the option {@code single-process}, default false
 * @param lazyRead whether a transaction stays on a reader until it writes, and fails with 40001 if another was committed
 *     meanwhile; the option {@code transaction-routing}: IMMEDIATE (default) or LAZY_READ
 * @param nests whether a second transaction of a thread that holds the writer becomes a savepoint of the first, in place of
 *     being refused; the option {@code writer-nesting}: REFUSE (default) or SAVEPOINT
 */
record SqliteOptions(
        @Nullable Path file,
        List<Pragma.Choice> pragmas,
        int foreignLockMillis,
        boolean singleProcess,
        boolean lazyRead,
        boolean nests) {

    private static final String SINGLE_PROCESS = "single-process";
    private static final String ROUTING = "transaction-routing";
    private static final String NESTING = "writer-nesting";

    /** The driver's own, where the option leaves it alone. */
    private static final int DRIVERS_WAIT_MILLIS = 3_000;

    /** All options with their defaults. */
    static Map<String, String> defaults() {
        Map<String, String> all = new LinkedHashMap<>(Pragma.defaults());
        all.put(SINGLE_PROCESS, "false");
        all.put(ROUTING, "IMMEDIATE");
        all.put(NESTING, "REFUSE");
        return all;
    }

    static SqliteOptions of(@Nullable Path file, Map<String, String> set, Consumer<String> fault) {
        List<Pragma.Choice> pragmas = Pragma.chosen(set, fault);
        int wait = pragmas.stream()
                .filter(choice -> choice.pragma() == Pragma.BUSY_TIMEOUT)
                .map(choice -> Integer.parseInt(choice.value()))
                .findFirst()
                .orElse(DRIVERS_WAIT_MILLIS);
        return new SqliteOptions(
                file,
                pragmas,
                wait,
                isSecond(set, SINGLE_PROCESS, "FALSE", "TRUE", fault),
                isSecond(set, ROUTING, "IMMEDIATE", "LAZY_READ", fault),
                isSecond(set, NESTING, "REFUSE", "SAVEPOINT", fault));
    }

    /** Of two values, whether it is the second; the first is the default. */
    private static boolean isSecond(
            Map<String, String> set, String key, String first, String second, Consumer<String> fault) {
        String value = set.getOrDefault(key, first).strip().toUpperCase(Locale.ROOT);
        if (!value.equals(first) && !value.equals(second)) {
            fault.accept("sqlite." + key + " is '" + value + "'; it must be " + first + " or " + second);
        }
        return value.equals(second);
    }
}
