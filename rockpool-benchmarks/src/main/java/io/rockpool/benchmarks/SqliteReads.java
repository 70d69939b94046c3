package io.rockpool.benchmarks;

import io.rockpool.benchmarks.SqlitePools.Durability;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * How one subject reads the sample database of {@link SqliteFiles}.
 *
 * <p>Threads: each worker calls with a number of its own, from 0. Errors: {@link IllegalStateException} for a wrong answer.
 */
interface SqliteReads extends AutoCloseable {

    String RAW = "raw";
    String RAW_TRANSACTION = "raw-transaction";

    String ITEM = "SELECT code, name FROM items WHERE id = ?";
    String SCOREBOARD = """
            SELECT e.name, r.name AS role, SUM(v.value) AS score
            FROM employees e JOIN roles r ON r.id = e.role_id JOIN votes v ON v.target_id = e.id
            WHERE e.active = ?
            GROUP BY e.id
            ORDER BY score DESC, e.name
            LIMIT 10
            """;

    /** Reads in one lease. */
    int LEASE = 10;

    /** A lease for one read by primary key, in autocommit. */
    void one(int worker, int item) throws SQLException;

    /** A lease for {@value #LEASE} of them, of this item and those that follow it in a scattered order. */
    void lease(int worker, int item) throws SQLException;

    /** A lease for the best of the scoreboard. */
    void scoreboard(int worker) throws SQLException;

    @Override
    void close() throws SQLException;

    static SqliteReads open(String subject, Path file, int workers) throws SQLException {
        return switch (subject) {
            case RAW -> new Held(file, workers, false);
            case RAW_TRANSACTION -> new Held(file, workers, true);
            case Report.ROCKPOOL, SqlitePools.SINGLE_PROCESS -> pooled(subject, file, Lease.READ_ONLY);
            case SqlitePools.TRANSACTION -> pooled(subject, file, Lease.TRANSACTION);
            default -> pooled(subject, file, Lease.PLAIN);
        };
    }

    private static SqliteReads pooled(String subject, Path file, Lease lease) throws SQLException {
        return new Pooled(SqlitePools.open(subject, file, Durability.PROCESS), lease);
    }

    /** Another item far from this one, so that a lease does not read one page ten times. */
    static int next(int item) {
        return (item + 7_919) % SqliteFiles.ITEMS + 1;
    }

    static void readItem(PreparedStatement statement, int item) throws SQLException {
        statement.setInt(1, item);
        try (ResultSet row = statement.executeQuery()) {
            if (!row.next()
                    || row.getInt(1) != SqliteFiles.code(item)
                    || row.getString(2).isEmpty()) {
                throw new IllegalStateException("item " + item + " was not read");
            }
        }
    }

    static void readScoreboard(PreparedStatement statement) throws SQLException {
        statement.setInt(1, 1);
        int places = 0;
        int last = Integer.MAX_VALUE;
        try (ResultSet row = statement.executeQuery()) {
            for (; row.next(); places++) {
                int score = row.getInt(3);
                if (score > last
                        || row.getString(1).isEmpty()
                        || row.getString(2).isEmpty()) {
                    throw new IllegalStateException("place " + (places + 1) + " of the scoreboard is wrong");
                }
                last = score;
            }
        }
        if (places != 10) {
            throw new IllegalStateException("the scoreboard has " + places + " places");
        }
    }

    /** What is done for ten reads in a row. */
    enum Lease {
        /** Nothing. */
        PLAIN,
        /** The connection is set to read-only, and stays in autocommit. */
        READ_ONLY,
        /** Autocommit is switched off, the reads are committed, autocommit is switched on. */
        TRANSACTION
    }

    /** Plain JDBC on a pool: each read borrows, prepares, and closes all. */
    record Pooled(SqlitePools pools, DataSource pool, Lease lease) implements SqliteReads {

        Pooled(SqlitePools pools, Lease lease) {
            this(pools, pools.readers(), lease);
        }

        @Override
        public void one(int worker, int item) throws SQLException {
            try (Connection connection = pool.getConnection();
                    PreparedStatement statement = connection.prepareStatement(ITEM)) {
                readItem(statement, item);
            }
        }

        @Override
        public void lease(int worker, int item) throws SQLException {
            try (Connection connection = pool.getConnection()) {
                if (lease == Lease.READ_ONLY) {
                    connection.setReadOnly(true);
                } else if (lease == Lease.TRANSACTION) {
                    connection.setAutoCommit(false);
                }
                int next = item;
                for (int i = 0; i < LEASE; i++, next = next(next)) {
                    try (PreparedStatement statement = connection.prepareStatement(ITEM)) {
                        readItem(statement, next);
                    }
                }
                if (lease == Lease.TRANSACTION) {
                    connection.commit();
                    connection.setAutoCommit(true);
                }
            }
        }

        @Override
        public void scoreboard(int worker) throws SQLException {
            try (Connection connection = pool.getConnection();
                    PreparedStatement statement = connection.prepareStatement(SCOREBOARD)) {
                readScoreboard(statement);
            }
        }

        @Override
        public void close() throws SQLException {
            pools.close();
        }
    }

    /** Without a pool: for each worker an open connection with its statements ready. */
    final class Held implements SqliteReads {

        private record Ready(
                Connection connection,
                PreparedStatement item,
                PreparedStatement scoreboard,
                PreparedStatement begin,
                PreparedStatement commit) {}

        private final List<Ready> ready = new ArrayList<>();
        private final boolean transaction;

        Held(Path file, int workers, boolean transaction) throws SQLException {
            this.transaction = transaction;
            for (int i = 0; i < workers; i++) {
                Connection connection = SqlitePools.raw(file, Durability.PROCESS);
                ready.add(new Ready(
                        connection,
                        connection.prepareStatement(ITEM),
                        connection.prepareStatement(SCOREBOARD),
                        connection.prepareStatement("BEGIN"),
                        connection.prepareStatement("COMMIT")));
            }
        }

        @Override
        public void one(int worker, int item) throws SQLException {
            readItem(ready.get(worker).item(), item);
        }

        @Override
        public void lease(int worker, int item) throws SQLException {
            Ready own = ready.get(worker);
            if (transaction) {
                own.begin().execute();
            }
            int next = item;
            for (int i = 0; i < LEASE; i++, next = next(next)) {
                readItem(own.item(), next);
            }
            if (transaction) {
                own.commit().execute();
            }
        }

        @Override
        public void scoreboard(int worker) throws SQLException {
            readScoreboard(ready.get(worker).scoreboard());
        }

        @Override
        public void close() throws SQLException {
            for (Ready own : ready) {
                own.connection().close();
            }
        }
    }
}
