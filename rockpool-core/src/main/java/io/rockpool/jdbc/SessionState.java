package io.rockpool.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The defaults of what a lease changed through JDBC's setters, to restore them.
 *
 * <p>A default is read from the driver just before the first change, so that what nobody changes costs no round trip.
 * Threads: the lease's.
 */
final class SessionState {

    /** A setter's way back. */
    @FunctionalInterface
    interface Restore {
        void run(Connection connection) throws SQLException;
    }

    private final Map<String, Restore> changed = new LinkedHashMap<>(4);

    /** What this lease set, or null. */
    @Nullable Boolean readOnly;

    /** The present level, or null while it is not known. */
    @Nullable Integer isolation;

    boolean has(String setting) {
        return changed.containsKey(setting);
    }

    void changing(String setting, Restore restore) {
        changed.putIfAbsent(setting, restore);
    }

    /** Restores every changed setting; what fails is thrown, and the connection is not to be lent again. */
    void restore(Connection connection) throws SQLException {
        for (Restore restore : changed.values()) {
            restore.run(connection);
        }
        if (changed.containsKey("isolation")) {
            isolation = null;
        }
        readOnly = null;
        changed.clear();
    }
}
