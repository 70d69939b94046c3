package io.rockpool.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What has to be closed before its connection is given back: a place in one of the connection's lists of {@link Children}. */
abstract class Child extends Leased {

    static final byte NOWHERE = 0;
    static final byte OF_HOLDER = 1;
    static final byte OF_OTHERS = 2;

    @Nullable Child previous;

    @Nullable Child next;

    byte place;

    /** Closed by another thread than the lease's holder; to be taken off the holder's list. */
    boolean ended;

    /** Closes the driver's object, whatever the lease says. */
    abstract void closeDelegate() throws SQLException;
}
