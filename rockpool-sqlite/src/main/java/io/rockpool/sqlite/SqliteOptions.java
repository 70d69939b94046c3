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
 */
record SqliteOptions(@Nullable Path file, List<Pragma.Choice> pragmas, int foreignLockMillis, boolean singleProcess) {

    private static final String SINGLE_PROCESS = "single-process";

    /** The driver's own, where the option leaves it alone. */
    private static final int DRIVERS_WAIT_MILLIS = 3_000;

    /** All options with their defaults. */
    static Map<String, String> defaults() {
        Map<String, String> all = new LinkedHashMap<>(Pragma.defaults());
        all.put(SINGLE_PROCESS, "false");
        return all;
    }

    static SqliteOptions of(@Nullable Path file, Map<String, String> set, Consumer<String> fault) {
        List<Pragma.Choice> pragmas = Pragma.chosen(set, fault);
        int wait = pragmas.stream()
                .filter(choice -> choice.pragma() == Pragma.BUSY_TIMEOUT)
                .map(choice -> Integer.parseInt(choice.value()))
                .findFirst()
                .orElse(DRIVERS_WAIT_MILLIS);
        String single = set.getOrDefault(SINGLE_PROCESS, "false").strip().toLowerCase(Locale.ROOT);
        if (!single.equals("true") && !single.equals("false")) {
            fault.accept("sqlite." + SINGLE_PROCESS + " is '" + single
                    + "'; it must be true or false: true only where no" + " other process writes to the file");
        }
        return new SqliteOptions(file, pragmas, wait, single.equals("true"));
    }
}
