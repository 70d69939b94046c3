package io.rockpool.jdbc;

import java.sql.SQLException;
import java.sql.Wrapper;

/** Hands out a driver's object where it was asked for by type; from then on the session is in doubt. */
final class Unwrapping {

    private Unwrapping() {}

    static <V> V unwrap(Class<V> iface, Object wrapper, Wrapper raw, PhysicalConnection p) throws SQLException {
        if (iface.isInstance(wrapper)) {
            return iface.cast(wrapper);
        }
        if (!iface.isInstance(raw)) {
            throw new SQLException(
                    "this is no " + iface.getName() + ", and the driver's "
                            + raw.getClass().getName() + " is none either",
                    "0A000");
        }
        p.handingOut();
        return iface.cast(raw);
    }
}
