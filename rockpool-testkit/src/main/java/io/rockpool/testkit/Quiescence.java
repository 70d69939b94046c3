package io.rockpool.testkit;

import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolStatistics;
import java.util.ArrayList;
import java.util.List;

/**
 * The check at the end of every test: the pool is closed, and nothing of it is left.
 *
 * <p>Threads: any; stateless. Errors: {@link AssertionError} with everything that is left, and the server's seed.
 * Source: the end of every test of Go's database/sql.
 */
public final class Quiescence {

    private Quiescence() {}

    /**
     * Closes the pool, and throws unless every connection was closed or aborted, nothing is lent or waited for, and no
     * driver call was wrong.
     */
    public static void assertQuiescent(DatabaseConnectionPool pool, FaultyServer server) {
        pool.close();
        List<String> left = new ArrayList<>();
        if (server.opened() != server.closed() + server.aborted()) {
            left.add("opened is not closed + aborted: " + server.states());
        }
        leftIn(pool.statistics(), left);
        if (!pool.leases().isEmpty()) {
            left.add("leases: " + pool.leases());
        }
        if (!server.violations().isEmpty()) {
            left.add("wrong driver calls: " + server.violations());
        }
        if (!left.isEmpty()) {
            throw new AssertionError("not quiescent, " + server + ":\n" + String.join("\n", left));
        }
    }

    private static void leftIn(PoolStatistics statistics, List<String> left) {
        if (statistics.activeConnections() != 0 || statistics.totalConnections() != 0) {
            left.add("the pool counts " + statistics.activeConnections() + " active connections of "
                    + statistics.totalConnections());
        }
        if (statistics.waiting() != 0) {
            left.add(statistics.waiting() + " callers still wait");
        }
    }
}
