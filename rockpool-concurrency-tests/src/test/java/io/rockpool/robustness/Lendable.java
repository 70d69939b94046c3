package io.rockpool.robustness;

import io.rockpool.DatabaseConnectionPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The proof that no slot is lost: every connection of the pool is held at once, and given back.
 *
 * <p>Threads: any; stateless. Errors: {@link AssertionError} with the pool's statistics.
 */
final class Lendable {

    private Lendable() {}

    /** Borrows that many at once, each within the pool's own timeout; how many borrows that took. */
    static int all(DatabaseConnectionPool pool, int count) {
        List<Connection> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(pool.getConnection());
            }
            return count;
        } catch (SQLException e) {
            throw new AssertionError(
                    "only " + held.size() + " of " + count + " could be held at once: " + pool.statistics(), e);
        } finally {
            for (Connection connection : held) {
                giveBack(connection);
            }
        }
    }

    private static void giveBack(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new AssertionError("a give back failed", e);
        }
    }
}
