package io.rockpool.sqlite;

import java.util.Set;

/**
 * What a PRAGMA of a user does. Those that only tell run on a reader, those that change the file on the writer, all others
 * that set something on a connection of the session's own.
 */
final class Pragmas {

    /** They tell, with or without an argument. */
    private static final Set<String> TELLING = Set.of(
            "TABLE_INFO",
            "TABLE_XINFO",
            "TABLE_LIST",
            "INDEX_INFO",
            "INDEX_XINFO",
            "INDEX_LIST",
            "FOREIGN_KEY_LIST",
            "FOREIGN_KEY_CHECK",
            "INTEGRITY_CHECK",
            "QUICK_CHECK",
            "DATA_VERSION",
            "PAGE_COUNT",
            "FREELIST_COUNT",
            "DATABASE_LIST",
            "FUNCTION_LIST",
            "MODULE_LIST",
            "PRAGMA_LIST",
            "COLLATION_LIST",
            "COMPILE_OPTIONS");

    /** They change the file where they have an argument. */
    private static final Set<String> OF_THE_FILE =
            Set.of("USER_VERSION", "APPLICATION_ID", "SCHEMA_VERSION", "PAGE_SIZE", "AUTO_VACUUM", "ENCODING");

    /** They work on the file with or without an argument. */
    private static final Set<String> WORKING = Set.of("WAL_CHECKPOINT", "OPTIMIZE", "INCREMENTAL_VACUUM");

    private Pragmas() {}

    /** @param name in upper case, without a schema */
    static Route.Kind kind(String name, boolean hasArgument) {
        if (TELLING.contains(name)) {
            return Route.Kind.READ;
        }
        if (WORKING.contains(name) || (hasArgument && OF_THE_FILE.contains(name))) {
            return Route.Kind.WRITE;
        }
        return hasArgument ? Route.Kind.SESSION : Route.Kind.READ;
    }
}
