package io.rockpool.sqlite;

import io.rockpool.sqlite.MixStep.Op;
import io.rockpool.sqlite.MixUnit.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** One transaction on the model, by text; JDBC's own calls are worded as text. Threads: one. */
final class MixTransaction {
    private final Connection connection;
    private final MixUnit unit;
    private final long at;

    /** The engine has rolled it back, or, after a cancelled write, may have. */
    private boolean gone;

    private boolean mayBeGone;
    private boolean committed;

    MixTransaction(Connection connection, MixUnit unit, long at) {
        this.connection = connection;
        this.unit = unit;
        this.at = at;
    }

    @Nullable String replay() throws SQLException {
        if (unit.kind == Kind.TRANSACTION) {
            MixModel.execute(connection, "BEGIN IMMEDIATE");
        }
        String difference = null;
        for (MixStep step : unit.steps) {
            difference = step.commits() || byText(step) ? commit(step) : step.ends() ? ends(step) : inside(step);
            if (difference != null) {
                break;
            }
        }
        MixModel.rollback(connection);
        return difference == null && unit.logged() && !committed ? "it was not committed, and is stored" : difference;
    }

    private boolean byText(MixStep step) {
        return unit.kind == Kind.TEXT && (step.sql.equals("COMMIT") || step.sql.equals("RELEASE outermost"));
    }

    private @Nullable String commit(MixStep step) throws SQLException {
        if (step.was(MixCalls.LOST) || step.was(MixCalls.CANCELLED)) {
            committed = unit.logged(); // nobody knew
            MixModel.execute(connection, committed ? "COMMIT" : "ROLLBACK");
            return null;
        }
        if (step.was(MixCalls.REFUSED)) {
            return gone || mayBeGone ? null : step + ", and the model's transaction is open";
        }
        if (gone) {
            return step + ", and the engine had rolled the transaction back";
        }
        if (!unit.logged() && step.was(MixCalls.DONE) && MixModel.position(connection) != at) {
            return "its commit was acknowledged, and it is not stored: " + step;
        }
        String difference = MixModel.difference(step, MixModel.run(connection, MixStep.of(Op.TEXT, "COMMIT")));
        committed = difference == null && step.was(MixCalls.DONE);
        return difference;
    }

    private @Nullable String ends(MixStep step) {
        MixModel.rollback(connection);
        return step.was(MixCalls.DONE) || unit.lease.aborted ? null : step + ": a rollback failed";
    }

    private @Nullable String inside(MixStep step) throws SQLException {
        if (step.was(MixCalls.LOST) || step.was(MixCalls.CANCELLED)) {
            mayBeGone |= step.writes;
            return null;
        }
        if (step.was(MixCalls.REFUSED) && mayBeGone) {
            gone = true;
            MixModel.rollback(connection);
        }
        if (gone) {
            return step.failed() ? null : step + ", and the engine had rolled the transaction back";
        }
        String difference = MixModel.difference(step, MixModel.run(connection, step));
        if (difference == null && step.failed()) {
            gone = !MixModel.open(connection);
        }
        return difference;
    }
}
