package io.rockpool.sqlite;

import io.rockpool.sqlite.MixStep.Op;
import io.rockpool.sqlite.MixUnit.Kind;
import io.rockpool.sqlite.MixUnit.Lease;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A plain database, by the driver alone, to which units are applied one after the other.
 *
 * <p>A lease that has a session of its own has a connection of its own here, too, so that the model says what a fresh
 * connection would do. Threads: one. Errors: {@code SQLException} where the model itself fails.
 */
final class MixModel implements AutoCloseable {

    /** SQLite compiles a wrong statement twice, and says so instead when others changed the schema both times. */
    private static final String SCHEMA_CHANGED = "error 17";

    private static final List<String> NO_SUCH = List.of("error 1");

    private final String url;
    private final Connection plain;
    private final PreparedStatement last;
    private final Map<Lease, Connection> sessions = new HashMap<>();

    MixModel(Path file) throws SQLException {
        this.url = "jdbc:sqlite:" + file;
        this.plain = open();
        MixSchema.create(plain);
        this.last = plain.prepareStatement("SELECT " + MixSchema.AT);
    }

    private Connection open() throws SQLException {
        Connection connection = MixSchema.raw(url);
        execute(connection, "PRAGMA journal_mode=WAL");
        execute(connection, "PRAGMA synchronous=OFF");
        return connection;
    }

    Connection plain() {
        return plain;
    }

    private Connection of(Lease lease) throws SQLException {
        if (!lease.dirty) {
            return plain;
        }
        Connection session = sessions.get(lease);
        if (session == null) {
            session = open();
            sessions.put(lease, session);
        }
        return session;
    }

    /** The tag of a row of the model's log, or null where there is none. */
    @Nullable Long tag(long position) throws SQLException {
        try (Statement statement = plain.createStatement();
                ResultSet row = statement.executeQuery("SELECT tag FROM log WHERE seq = " + position)) {
            return row.next() ? row.getLong(1) : null;
        }
    }

    /**
     * Runs a unit on the state at the position. What is not in the log leaves nothing behind, but for a thread's own.
     *
     * @return the first difference from what its caller saw, or null
     */
    @Nullable String replay(MixUnit unit, long at) throws SQLException {
        Connection connection = of(unit.lease);
        return unit.kind == Kind.AUTOCOMMIT
                ? autocommit(connection, unit, at)
                : new MixTransaction(connection, unit, at).replay();
    }

    private static @Nullable String autocommit(Connection connection, MixUnit unit, long at) throws SQLException {
        MixStep step = unit.steps.get(0);
        boolean unknown = unit.doubtful || step.was(MixCalls.LOST) || step.was(MixCalls.CANCELLED);
        if (unit.logged()) {
            if (step.was(MixCalls.CANCELLED) && !unit.lease.aborted) {
                return "it was cancelled, and is stored: " + step;
            }
            String difference = difference(step, run(connection, step));
            return unknown ? null : difference;
        }
        if (unknown) {
            return null;
        }
        if (unit.own || unit.pureRead()) {
            return difference(step, run(connection, step));
        }
        execute(connection, "BEGIN IMMEDIATE");
        String difference = difference(step, run(connection, step));
        boolean changes = position(connection) != at;
        rollback(connection);
        return difference != null || !changes ? difference : "it was acknowledged, and is not stored: " + step;
    }

    static @Nullable String difference(MixStep step, List<String> expected) {
        List<String> seen = step.seen;
        if (!step.whole && expected.size() > seen.size()) {
            expected = expected.subList(0, seen.size());
        }
        if (expected.equals(seen) || (step.was(SCHEMA_CHANGED) && expected.equals(NO_SUCH))) {
            return null;
        }
        int at = 0;
        while (at < Math.min(expected.size(), seen.size()) && expected.get(at).equals(seen.get(at))) {
            at++;
        }
        return step.op + " " + step.sql + ": row " + at + " is <"
                + (at < seen.size() ? seen.get(at) : "none") + ">, and the model says <"
                + (at < expected.size() ? expected.get(at) : "none") + ">";
    }

    static List<String> run(Connection connection, MixStep step) throws SQLException {
        try {
            if (step.op == Op.SAVEPOINT || step.op == Op.ROLLBACK_TO || step.op == Op.RELEASE) {
                execute(connection, step.op.name().replace('_', ' ') + " " + step.sql);
                return List.of(MixCalls.DONE);
            }
            return MixCalls.run(connection, step, true, statement -> {});
        } catch (SQLException e) {
            return List.of(MixCalls.outcome(e));
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What is left of a transaction, if anything. */
    static void rollback(Connection connection) {
        try {
            execute(connection, "ROLLBACK");
        } catch (SQLException e) { // the engine did that already
            Thread.yield();
        }
    }

    /** The engine tells by refusing a BEGIN inside a transaction. */
    static boolean open(Connection connection) throws SQLException {
        try {
            execute(connection, "BEGIN");
        } catch (SQLException e) {
            return true;
        }
        execute(connection, "ROLLBACK");
        return false;
    }

    static long position(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT " + MixSchema.AT)) {
            return row.getLong(1);
        }
    }

    long position() throws SQLException {
        try (ResultSet row = last.executeQuery()) {
            return row.getLong(1);
        }
    }

    /** The lease has no more units. */
    void end(Lease lease) throws SQLException {
        Connection session = sessions.remove(lease);
        if (session != null) {
            session.close();
        }
    }

    @Override
    public void close() throws SQLException {
        for (Connection session : sessions.values()) {
            session.close();
        }
        plain.close();
    }
}
