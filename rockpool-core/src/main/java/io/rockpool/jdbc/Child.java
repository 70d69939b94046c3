package io.rockpool.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What has to be closed before its connection is given back: a place in the connection's list of {@link Children}. */
abstract class Child extends Leased {
    @Nullable Child previous;

    @Nullable Child next;

    boolean listed;

    /** Closes the driver's object, whatever the lease says. */
    abstract void closeDelegate() throws SQLException;
}
