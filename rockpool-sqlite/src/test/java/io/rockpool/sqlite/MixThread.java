package io.rockpool.sqlite;

import io.rockpool.sqlite.MixStep.Op;
import io.rockpool.sqlite.MixUnit.Kind;
import io.rockpool.sqlite.MixUnit.Lease;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.SplittableRandom;
import javax.sql.DataSource;

/**
 * One thread of the mix: borrows, runs what its script says, writes down what came of it, and gives back, clean or not.
 *
 * <p>Threads: its own; each lease and what it noted is read by others after it has ended.
 */
final class MixThread {

    /** So few hold a connection while they wait for another that the rest always goes on. */
    private static final int NESTING_THREADS = 3;

    private static final String CLEAN = "1|0|10000|1|0|0";
    private static final String SESSION = "SELECT (SELECT foreign_keys FROM pragma_foreign_keys),"
            + " (SELECT recursive_triggers FROM pragma_recursive_triggers),"
            + " (SELECT cache_size FROM pragma_cache_size), 'A' LIKE 'a', (SELECT count(*) FROM sqlite_temp_schema),"
            + " (SELECT count(*) FROM pragma_database_list WHERE name NOT IN ('main', 'temp'))";

    private final int number;
    private final DataSource source;
    private final MixPromises promises;
    private final MixHistory history;
    private final MixScript script;
    private final SplittableRandom random;
    private final MixCaller caller;
    private int leases;
    private int snapshots;

    MixThread(long seed, int number, DataSource source, MixPromises promises, MixHistory history) {
        this.number = number;
        this.source = source;
        this.promises = promises;
        this.history = history;
        this.script = new MixScript(seed, number, promises);
        this.random = script.random;
        this.caller = new MixCaller(number, history);
    }

    void run(int count) throws SQLException {
        if (promises.queryTimeouts() && random.nextInt(500) == 0) { // about every sixteenth seed: it takes a second
            endless();
        }
        while (leases < count) {
            lease();
        }
    }

    private void endless() throws SQLException {
        Lease lease = new Lease(number, leases++);
        lease.disturbed = true;
        MixUnit unit = script.endless(lease);
        try (Connection connection = source.getConnection()) {
            caller.unit(connection, unit);
        }
        if (!unit.steps.get(0).was(MixCalls.CANCELLED)) {
            history.violations.add("a query timeout did not end the query: " + unit);
        }
    }

    private void lease() throws SQLException {
        Lease lease = new Lease(number, leases++);
        Connection connection = source.getConnection();
        try {
            int chance = random.nextInt(100);
            if (random.nextInt(5) == 0) {
                assertClean(connection, lease);
            }
            if (chance < 45) {
                autocommit(connection, lease);
            } else if (chance < 70) {
                transactions(connection, lease);
            } else if (chance < 77) {
                caller.unit(connection, script.transaction(lease, true));
            } else if (chance < 87) {
                readOnly(connection, lease);
            } else if (chance < 94) {
                lease.dirty = true;
                session(connection, lease);
            } else if (chance < 98) {
                openResults(connection, lease);
            } else if (chance == 98 && random.nextInt(2) == 0) {
                caller.unit(connection, script.slow(lease));
                caller.unit(connection, script.read(lease));
            } else {
                lease.aborted = true;
                history.abort(connection, random.nextInt(300_000));
                autocommitWithoutOwn(connection, lease);
                transactions(connection, lease);
            }
        } finally {
            connection.close();
        }
    }

    private void assertClean(Connection connection, Lease lease) throws SQLException {
        boolean readOnly = connection.isReadOnly();
        boolean autocommit = connection.getAutoCommit();
        String session;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SESSION)) {
            session = MixCalls.rows(row, 1).get(0);
        } catch (SQLException e) {
            session = e.toString();
        }
        if (readOnly || !autocommit || !session.equals(CLEAN)) {
            history.violations.add("lease " + number + "/" + lease.number + " began unclean: readOnly " + readOnly
                    + ", autocommit " + autocommit + ", session " + session + " instead of " + CLEAN);
        }
    }

    // ---- kinds of leases

    private void autocommit(Connection connection, Lease lease) throws SQLException {
        int units = random.nextInt(5); // none, too
        for (int i = 0; i < units; i++) {
            caller.unit(connection, script.autocommit(lease));
        }
    }

    private void autocommitWithoutOwn(Connection connection, Lease lease) throws SQLException {
        int units = random.nextInt(3);
        for (int i = 0; i < units; i++) {
            caller.unit(connection, random.nextBoolean() ? script.change(lease) : script.read(lease));
        }
    }

    private void transactions(Connection connection, Lease lease) throws SQLException {
        int units = 1 + random.nextInt(3);
        for (int i = 0; i < units && !lease.over; i++) {
            MixUnit unit = script.transaction(lease, false);
            caller.unit(connection, unit);
            lease.over |= !unit.steps.isEmpty() && unit.steps.get(unit.steps.size() - 1).op == Op.CLOSE;
        }
    }

    private void session(Connection connection, Lease lease) throws SQLException {
        for (MixUnit unit : script.session(lease)) {
            caller.unit(connection, unit);
        }
        autocommit(connection, lease);
        if (random.nextBoolean()) {
            transactions(connection, lease);
        }
    }

    private void readOnly(Connection connection, Lease lease) throws SQLException {
        lease.readOnly = true;
        boolean nests = number < NESTING_THREADS && promises.snapshots() && random.nextBoolean();
        connection.setReadOnly(true);
        boolean transaction = random.nextBoolean();
        if (transaction) {
            connection.setAutoCommit(false);
        }
        long since = System.nanoTime();
        int snapshot = ++snapshots;
        int reads = 2 + random.nextInt(3);
        for (int i = 0; i < reads; i++) {
            MixUnit unit = script.read(lease);
            if (promises.snapshots() || transaction) {
                unit.snapshot = snapshot;
                unit.since = since;
            }
            caller.note(unit, nests);
            caller.step(connection, unit, unit.steps.get(0));
            if (nests) {
                try (Connection inner = source.getConnection()) {
                    caller.unit(inner, script.change(new Lease(number, leases++)));
                }
            }
        }
        MixStep refused = script.change(lease).steps.get(0);
        MixUnit attempt = new MixUnit(lease, Kind.AUTOCOMMIT, 0).add(refused);
        caller.step(connection, attempt, refused);
        if (!refused.was(MixCalls.READ_ONLY)) {
            history.violations.add("a read-only lease wrote: " + attempt);
        }
        if (transaction) {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        if (random.nextInt(3) == 0) {
            connection.setReadOnly(false);
            lease.readOnly = false;
            autocommit(connection, lease);
        }
    }

    private void openResults(Connection connection, Lease lease) throws SQLException {
        MixUnit partial = script.partialRead(lease);
        caller.unit(connection, partial);
        long since = partial.start();
        int units = random.nextInt(4);
        for (int i = 0; i < units; i++) {
            MixUnit unit = promises.openResults() && random.nextBoolean() ? script.change(lease) : script.read(lease);
            unit.since = since;
            caller.unit(connection, unit);
        }
        if (random.nextBoolean()) {
            MixStep step = partial.steps.get(0);
            if (step.open != null) {
                step.seen = new ArrayList<>(step.seen);
                step.seen.addAll(MixCalls.rows(step.open, Integer.MAX_VALUE));
                step.whole = true;
                step.open.close();
            }
        }
    }
}
