package io.rockpool.sqlite;

import io.rockpool.sqlite.MixStep.Op;
import io.rockpool.sqlite.MixUnit.Kind;
import io.rockpool.sqlite.MixUnit.Lease;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Makes the calls of a unit through JDBC, and writes down when, and what came of them. Threads: one. */
final class MixCaller {

    private final int number;
    private final MixHistory history;
    private final List<MixUnit> order;
    private final List<MixUnit> beside;
    private final Map<String, Savepoint> savepoints = new HashMap<>();

    MixCaller(int number, MixHistory history) {
        this.number = number;
        this.history = history;
        this.order = history.orders.get(number);
        this.beside = history.orders.get(history.orders.size() / 2 + number);
    }

    /** Beside the thread's order: reads of an older position than its writes. */
    void note(MixUnit unit, boolean isBeside) {
        (isBeside ? beside : order).add(unit);
    }

    void unit(Connection connection, MixUnit unit) throws SQLException {
        if (unit.lease.over) {
            return;
        }
        List<MixStep> planned = new ArrayList<>(unit.steps);
        unit.steps.clear();
        try {
            if (unit.kind == Kind.TRANSACTION && connection.getAutoCommit()) {
                connection.setAutoCommit(false);
            } else if (unit.kind == Kind.AUTOCOMMIT && !connection.getAutoCommit()) {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            unexpected(unit.lease, e);
            unit.lease.over = true;
            return;
        }
        note(unit, false);
        for (MixStep step : planned) {
            unit.steps.add(step);
            step(connection, unit, step);
            if (step.failed() && unit.lease.aborted) {
                unit.lease.over = true;
                return;
            }
            if (step.failed() && unit.kind == Kind.TEXT) {
                giveUp(connection);
                return;
            }
        }
        MixStep last = unit.steps.get(unit.steps.size() - 1);
        if (last.commits() && last.failed()) {
            MixStep rollback = MixStep.of(Op.ROLLBACK, "");
            unit.steps.add(rollback);
            step(connection, unit, rollback);
        }
        if (unit.kind == Kind.AUTOCOMMIT && (last.op == Op.BATCH || last.op == Op.PLAIN_BATCH)) {
            order.remove(order.size() - 1);
            order.addAll(MixBatches.units(unit));
        }
    }

    /** A transaction by text that failed: what is left of it, if anything, is rolled back. */
    private static void giveUp(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("ROLLBACK");
        } catch (SQLException e) { // the engine did that already
            Thread.yield();
        }
    }

    void step(Connection connection, MixUnit unit, MixStep step) {
        AtomicBoolean over = new AtomicBoolean();
        step.start = System.nanoTime();
        try {
            step.seen = call(connection, unit, step, over);
            step.whole = step.open == null;
        } catch (SQLException e) {
            String outcome = MixCalls.outcome(e);
            boolean gone = unit.lease.aborted && !MixCalls.isEngines(outcome);
            step.seen = List.of(gone ? MixCalls.LOST : outcome);
            MixBatches.counted(step, e);
            unexpected(unit.lease, e);
        } finally {
            over.set(true);
            step.end = System.nanoTime();
        }
    }

    private List<String> call(Connection connection, MixUnit unit, MixStep step, AtomicBoolean over)
            throws SQLException {
        switch (step.op) {
            case COMMIT -> connection.commit();
            case ROLLBACK -> connection.rollback();
            case COMMIT_BY_AUTOCOMMIT -> connection.setAutoCommit(true);
            case CLOSE -> connection.close();
            case SAVEPOINT -> savepoints.put(step.sql, connection.setSavepoint(step.sql));
            case ROLLBACK_TO -> connection.rollback(savepoints.get(step.sql));
            case RELEASE -> connection.releaseSavepoint(savepoints.get(step.sql));
            default -> {
                return MixCalls.run(connection, step, false, statement -> {
                    if (step.slow) {
                        unit.lease.disturbed = true;
                        history.cancel(statement, over);
                    }
                });
            }
        }
        return List.of(MixCalls.DONE);
    }

    private void unexpected(Lease lease, SQLException e) {
        String outcome = MixCalls.outcome(e);
        if (MixCalls.showsLock(e)) {
            history.violations.add("lease " + number + "/" + lease.number + " was shown a lock: " + e);
        } else if (outcome.equals(MixCalls.CANCELLED) && !lease.disturbed && !lease.aborted) {
            history.violations.add("lease " + number + "/" + lease.number + " met another's cancel: " + e);
        } else if (outcome.equals(MixCalls.LOST) && !lease.aborted) {
            history.violations.add("lease " + number + "/" + lease.number + " lost its connection: " + e);
        }
    }
}
