package io.rockpool.sqlite;

import java.sql.ResultSet;
import java.util.Arrays;
import java.util.List;

/** One call of a random script, and what came of it. Threads: the caller's, then the oracle's after a join. */
final class MixStep {

    enum Op {
        /** A prepared statement; its rows, or its update count. */
        RUN,
        /** A prepared insert whose generated key is asked for. */
        KEYS,
        /** SQL text with its values in it. */
        PLAIN,
        /** SQL text whose update count means nothing: DDL, pragmas, transactions by text. */
        TEXT,
        BATCH,
        PLAIN_BATCH,
        COMMIT,
        ROLLBACK,
        /** The commit that {@code setAutoCommit(true)} is. */
        COMMIT_BY_AUTOCOMMIT,
        /** The rollback that closing, or aborting, is. */
        CLOSE,
        SAVEPOINT,
        ROLLBACK_TO,
        RELEASE
    }

    /** What the first column of the first row tells of the log. */
    enum Tells {
        NOTHING,
        /** The last position that the statement saw. */
        POSITION,
        /** The position that the statement itself wrote. */
        OWN_POSITION
    }

    final Op op;
    final String sql;
    final Object[][] rows;
    Tells tells = Tells.NOTHING;
    boolean writes = true;

    /** Rows to read before the result set is left open; -1: all. */
    int limit = -1;

    /** Runs long, and is cancelled from another thread. */
    boolean slow;

    /** Seconds for {@code setQueryTimeout}, 0: not called. */
    int timeout;

    // What came of it.
    List<String> seen = List.of();
    boolean whole = true;
    ResultSet open;
    int[] counts = {};
    long start;
    long end;

    private MixStep(Op op, String sql, Object[][] rows) {
        this.op = op;
        this.sql = sql;
        this.rows = rows;
    }

    static MixStep of(Op op, String sql, Object... parameters) {
        return new MixStep(op, sql, new Object[][] {parameters});
    }

    static MixStep batch(Op op, String sql, Object[][] rows) {
        return new MixStep(op, sql, rows);
    }

    static MixStep read(String sql, Object... parameters) {
        MixStep step = of(Op.RUN, sql, parameters);
        step.writes = false;
        return step;
    }

    MixStep tells(Tells what) {
        tells = what;
        return this;
    }

    boolean ends() {
        return switch (op) {
            case COMMIT, ROLLBACK, COMMIT_BY_AUTOCOMMIT, CLOSE -> true;
            default -> false;
        };
    }

    boolean commits() {
        return op == Op.COMMIT || op == Op.COMMIT_BY_AUTOCOMMIT;
    }

    boolean was(String outcome) {
        return seen.size() == 1 && seen.get(0).equals(outcome);
    }

    boolean failed() {
        return seen.size() == 1
                && (seen.get(0).startsWith("error")
                        || was(MixCalls.REFUSED)
                        || was(MixCalls.READ_ONLY)
                        || was(MixCalls.CANCELLED)
                        || was(MixCalls.LOST));
    }

    /** The last log position that it saw, its own not counted, or -1. */
    long position() {
        if (tells == Tells.NOTHING || seen.isEmpty() || failed()) {
            return -1;
        }
        String row = seen.get(0);
        int end = row.indexOf('|');
        long told = Long.parseLong(end < 0 ? row : row.substring(0, end));
        return tells == Tells.POSITION ? told : told - 1;
    }

    /** The SQL with its values. */
    static String inlined(String sql, Object[] parameters) {
        StringBuilder text = new StringBuilder(sql);
        for (Object parameter : parameters) {
            int at = text.indexOf("?");
            text.replace(
                    at,
                    at + 1,
                    parameter instanceof String s ? "'" + s + "'" : parameter == null ? "NULL" : parameter.toString());
        }
        return text.toString();
    }

    @Override
    public String toString() {
        String values = rows.length == 1 && rows[0].length == 0 ? "" : " " + Arrays.deepToString(rows);
        List<String> shown = seen.size() > 6 ? seen.subList(0, 6) : seen;
        return op + " " + sql + values + " -> " + shown + (seen.size() > 6 ? " … " + seen.size() + " rows" : "")
                + (whole ? "" : " (left open)");
    }
}
