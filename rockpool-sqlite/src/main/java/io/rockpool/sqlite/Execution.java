package io.rockpool.sqlite;

import io.rockpool.jdbc.SqlText;
import io.rockpool.sqlite.SessionStatement.Wanted;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * One run of a text: takes the lane it belongs on, the compiled statement from there, and leaves rows, a count or an error
 * with its statement.
 *
 * <p>Threads: the session's.
 */
final class Execution {

    private Execution() {}

    static void run(SessionStatement statement, Route route, Object[] values, Wanted wanted, boolean withKeys)
            throws SQLException {
        if (route.kind == Route.Kind.SCRIPT) {
            script(statement, route, wanted, withKeys);
        } else {
            one(statement, route, values, wanted, withKeys);
        }
    }

    /** Each part on its own lane; counts are added up, and the last part's rows stay. */
    private static void script(SessionStatement statement, Route script, Wanted wanted, boolean withKeys)
            throws SQLException {
        long sum = 0;
        for (Route part : script.parts) {
            statement.closeRows();
            one(statement, part, SessionStatement.NONE, Wanted.EITHER, withKeys);
            sum += Math.max(0, statement.getLargeUpdateCount());
        }
        if (statement.hasRows() && wanted == Wanted.COUNT) {
            statement.closeRows();
        }
        if (!statement.hasRows()) {
            statement.changed(sum);
        }
    }

    private static void one(SessionStatement statement, Route given, Object[] values, Wanted wanted, boolean withKeys)
            throws SQLException {
        Session session = statement.session;
        SessionTransaction transaction = session.transaction();
        if (given.controlsTransaction()) {
            try {
                if (transaction.carriesOut(given)) {
                    statement.changed(0);
                    return;
                }
            } catch (SQLException e) {
                throw statement.failed(e, null);
            }
        }
        transaction.refuseIfLost();
        Route route = given;
        if (given.asksForChanges) {
            route = given.as(session.changes().answered(given.sql));
        }
        if (transaction.asksForRoute() && session.database.router().needsProgram(route)) {
            route = refined(statement, route);
        }
        onLane(statement, route, values, wanted, withKeys);
    }

    /** What a text is, by the program that a reader compiles it to. One that a reader cannot compile counts as a write. */
    private static Route refined(SessionStatement statement, Route route) throws SQLException {
        Session session = statement.session;
        LaneConnection reader = session.lanes.now().tryReader(session);
        if (reader == null) {
            return route;
        }
        try {
            return session.database.router().refined(route, reader.driver);
        } catch (SQLException e) {
            return route; // the error, if it is one, shows where it runs
        } finally {
            reader.home.giveBack(reader);
            session.held().passing = null;
        }
    }

    private static void onLane(
            SessionStatement statement, Route route, Object[] values, Wanted wanted, boolean withKeys)
            throws SQLException {
        if (!ran(statement, route, values, wanted, withKeys)) {
            ran(statement, route.writing(), values, wanted, withKeys);
        }
    }

    /** Whether it ran; not where a reader refused a write that the text, or its program, has not told of. */
    private static boolean ran(
            SessionStatement statement, Route route, Object[] values, Wanted wanted, boolean withKeys)
            throws SQLException {
        Session session = statement.session;
        LaneConnection lane = taken(statement, route);
        boolean kept = false;
        try {
            kept = stepPatiently(statement, lane, route, values, wanted, withKeys);
            return true;
        } catch (SQLException e) {
            if (route.reads()
                    && SqliteErrors.isReadOnly(e)
                    && session.transaction().lane() == null) {
                return false;
            }
            throw statement.failed(e, lane);
        } catch (RuntimeException | Error e) {
            lane.broken = true;
            throw e;
        } finally {
            if (!kept) {
                session.held().letGo(lane);
            }
        }
    }

    /** While another process holds a lock that is in the way, it tries again, its place among the writers kept. */
    private static boolean stepPatiently(
            SessionStatement statement,
            LaneConnection lane,
            Route route,
            Object[] values,
            Wanted wanted,
            boolean withKeys)
            throws SQLException {
        Session session = statement.session;
        long since = 0;
        while (true) {
            try {
                return step(statement, lane, route, values, wanted, withKeys);
            } catch (SQLException e) {
                boolean again =
                        session.transaction().lane() == null && session.waits().mayTryAgain(e, since);
                if (!again) {
                    throw e;
                }
                since = since == 0 ? session.lanes.platform.nanos() : since;
            }
        }
    }

    private static LaneConnection taken(SessionStatement statement, Route route) throws SQLException {
        try {
            return statement.session.held().take(route);
        } catch (SQLException e) {
            throw statement.failed(e, null);
        }
    }

    /** Whether the lane is kept, for the rows. */
    private static boolean step(
            SessionStatement statement,
            LaneConnection lane,
            Route route,
            Object[] values,
            Wanted wanted,
            boolean withKeys)
            throws SQLException {
        LaneStatement compiled = lane.compiled(route.sql);
        boolean kept = false;
        long rowIdBefore = route.mayUpsert ? lane.lastRowId() : 0;
        lane.runs(statement);
        try {
            check(compiled, route, values, wanted);
            if (compiled.columns == 0) {
                long count = compiled.update(values);
                statement.changed(route.changesRows ? count : 0);
                boolean inserted = route.inserts
                        && count > 0
                        && !(route.mayUpsert && lane.lastRowId() == rowIdBefore); // it has updated
                afterChange(statement, lane, route, count, inserted, withKeys);
            } else if (wanted == Wanted.COUNT) {
                compiled.update(values); // a PRAGMA that answers, run for its effect
                statement.changed(0);
            } else {
                ResultSet rows = compiled.query(values, statement.maxRows);
                statement.answered(
                        new SessionResultSet(statement.session, statement, lane, compiled, rows, route.changesRows));
                kept = true;
                if (route.changesRows) {
                    afterChange(statement, lane, route, 1, route.inserts, withKeys);
                }
            }
            return kept;
        } finally {
            lane.ran(statement);
            if (!kept) {
                lane.statements.giveBack(compiled);
            }
        }
    }

    private static void check(LaneStatement compiled, Route route, Object[] values, Wanted wanted) throws SQLException {
        if (values.length != compiled.parameters) {
            throw new SQLException(
                    values.length < compiled.parameters
                            ? "the statement has " + compiled.parameters + " parameters, and only the first "
                                    + values.length + " are set; set them all"
                            : "parameter " + values.length + " is set, but the statement has only "
                                    + compiled.parameters,
                    "07001");
        }
        boolean rowsUnwanted = wanted == Wanted.COUNT
                && compiled.columns > 0
                && (route.changesRows
                        || (route.reads() && !new SqlText(route.sql).word().equals("PRAGMA")));
        if (rowsUnwanted) {
            throw new SQLException("Query returns results; use executeQuery or execute for it", "02000");
        }
        if (wanted == Wanted.ROWS && compiled.columns == 0) {
            throw new SQLException("Query does not return results; use executeUpdate or execute for it", "02000");
        }
    }

    private static void afterChange(
            SessionStatement statement,
            LaneConnection lane,
            Route route,
            long count,
            boolean inserted,
            boolean withKeys)
            throws SQLException {
        if (route.changesSchema) {
            lane.home.gate.schemaChanged();
        }
        if (route.changesRows) {
            statement.session.changes().note(lane, count, inserted);
            if (withKeys) {
                statement.madeKey(inserted ? lane.lastRowId() : null);
            }
        } else if (withKeys) {
            statement.madeKey(null);
        }
    }
}
