package io.rockpool.sqlite;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.sqlite.SQLiteException;

/** Runs a step on any connection, the pool's or the model's, and words what came of it in one way. Threads: stateless. */
final class MixCalls {

    static final String DONE = "done";
    static final String CANCELLED = "cancelled";
    static final String LOST = "lost";

    /** The transaction is over: the engine rolled it back by itself. */
    static final String REFUSED = "refused";

    static final String READ_ONLY = "read-only";

    private static final Set<String> REFUSALS = Set.of("25P02", "40000", "40001");
    private static final Set<String> CANCELS = Set.of("57014", "HY008");
    private static final Set<Integer> BUSY = Set.of(5, 6);

    private MixCalls() {}

    /** Told of a statement before it runs, so that it can be cancelled. */
    interface Watch {
        void running(Statement statement);
    }

    /** Every row is read where {@code whole}; else the step's own limit holds and the result set stays open in it. */
    static List<String> run(Connection connection, MixStep step, boolean whole, Watch watch) throws SQLException {
        return switch (step.op) {
            case RUN -> prepared(connection, step, whole, watch);
            case KEYS -> keys(connection, step);
            case BATCH -> batch(connection, step);
            case PLAIN_BATCH -> plainBatch(connection, step);
            case PLAIN -> {
                try (Statement statement = connection.createStatement()) {
                    yield statement.execute(MixStep.inlined(step.sql, step.rows[0]))
                            ? rows(statement.getResultSet(), Integer.MAX_VALUE)
                            : List.of("count " + statement.getUpdateCount());
                }
            }
            case TEXT -> {
                String sql = MixStep.inlined(step.sql, step.rows[0]);
                try (Statement statement = connection.createStatement()) {
                    if (sql.indexOf(';') >= 0) {
                        statement.executeUpdate(sql); // the driver runs the first only, elsewhere
                    } else {
                        statement.execute(sql);
                    }
                    yield List.of(DONE);
                }
            }
            default -> throw new IllegalArgumentException(step.toString());
        };
    }

    private static List<String> prepared(Connection connection, MixStep step, boolean whole, Watch watch)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(step.sql);
        try {
            fill(statement, step.rows[0]);
            if (step.timeout > 0 && !whole) {
                statement.setQueryTimeout(step.timeout);
            }
            watch.running(statement);
            if (!statement.execute()) {
                return List.of("count " + statement.getUpdateCount());
            }
            ResultSet rows = statement.getResultSet();
            if (whole || step.limit < 0) {
                return rows(rows, Integer.MAX_VALUE);
            }
            step.open = rows;
            return rows(rows, step.limit);
        } finally {
            if (step.open == null || whole) {
                statement.close();
            }
        }
    }

    static List<String> rows(ResultSet rows, int limit) throws SQLException {
        List<String> read = new ArrayList<>();
        int columns = rows.getMetaData().getColumnCount();
        while (read.size() < limit && rows.next()) {
            StringBuilder row = new StringBuilder();
            for (int i = 1; i <= columns; i++) {
                row.append(i == 1 ? "" : "|").append(rows.getString(i));
            }
            read.add(row.toString());
        }
        return read;
    }

    private static void fill(PreparedStatement statement, Object[] parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }

    private static List<String> keys(Connection connection, MixStep step) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(step.sql, Statement.RETURN_GENERATED_KEYS)) {
            fill(statement, step.rows[0]);
            int count = statement.executeUpdate();
            try (ResultSet keys = statement.getGeneratedKeys()) {
                return List.of("count " + count + " key " + (keys.next() ? keys.getString(1) : "none"));
            }
        }
    }

    private static List<String> batch(Connection connection, MixStep step) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(step.sql)) {
            for (Object[] row : step.rows) {
                fill(statement, row);
                statement.addBatch();
            }
            return List.of("counts " + Arrays.toString(statement.executeBatch()));
        }
    }

    private static List<String> plainBatch(Connection connection, MixStep step) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (Object[] row : step.rows) {
                statement.addBatch(MixStep.inlined(step.sql, row));
            }
            return List.of("counts " + Arrays.toString(statement.executeBatch()));
        }
    }

    /** One word for an exception: the engine's primary code, or what the pool says instead. */
    static String outcome(SQLException e) {
        String state = "";
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof SQLiteException engine) {
                return switch (engine.getResultCode().code & 0xff) {
                    case 9 -> CANCELLED;
                    case 8 -> READ_ONLY;
                    default -> "error " + (engine.getResultCode().code & 0xff);
                };
            }
            if (t instanceof SQLException sql && sql.getSQLState() != null && state.isEmpty()) {
                state = sql.getSQLState();
            }
        }
        if (e instanceof SQLTimeoutException || CANCELS.contains(state)) {
            return CANCELLED;
        }
        if (REFUSALS.contains(state)) {
            return REFUSED;
        }
        if (state.startsWith("08") || state.equals("HY010") || state.equals("24000")) {
            return LOST;
        }
        return state.equals("25006") ? READ_ONLY : "error " + state + " " + e.getMessage();
    }

    /** Whether SQLite itself said so, of a connection that is open. */
    static boolean isEngines(String outcome) {
        return !outcome.startsWith("error ") || outcome.matches("error \\d+") && !outcome.equals("error 21");
    }

    /** The counts of a batch that failed, one for each row that is known to have run. */
    static int[] counts(SQLException e) {
        return e instanceof BatchUpdateException batch ? batch.getUpdateCounts() : new int[0];
    }

    /** Whether anything in it is a lock of SQLite's that a caller was shown. */
    static boolean showsLock(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            boolean lock = t instanceof SQLException e && BUSY.contains(e.getErrorCode() & 0xff);
            if (lock || (t instanceof SQLiteException e && BUSY.contains(e.getResultCode().code & 0xff))) {
                return true;
            }
            for (Throwable suppressed : t.getSuppressed()) {
                if (showsLock(suppressed)) {
                    return true;
                }
            }
        }
        return false;
    }
}
