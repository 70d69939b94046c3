package io.rockpool.sqlite;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientException;
import java.sql.SQLTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A statement of a session: text, settings and the present result; {@link Execution} runs it on a lane.
 *
 * <p>Its timeout and cancel end the wait for a lane as well as the run, and nothing of another statement. Threads: the
 * session's; {@link #cancel} from any.
 */
class SessionStatement extends StatementSettings {

    final Session session;
    private final List<String> batch = new ArrayList<>(0);
    private @Nullable SessionResultSet rows;
    private long updateCount = -1;
    private @Nullable SessionPreparedStatement keys; // answers getGeneratedKeys
    private @Nullable Long generatedKey;
    private boolean knowsKeys;
    private boolean closed;
    private @Nullable String sql;
    private volatile long deadline; // of the present execution; 0: none
    private volatile boolean cancelled;

    SessionStatement(Session session) {
        this.session = session;
    }

    // ---- runs --------------------------------------------------------------------------------------------------

    /** What the caller expects of a text. */
    enum Wanted {
        ROWS,
        COUNT,
        EITHER
    }

    final void run(String text, Object[] values, Wanted wanted, boolean withKeys) throws SQLException {
        checkOpen();
        beginRun(text);
        session.enter(this);
        try {
            Execution.run(this, session.database.router().route(text), values, wanted, withKeys);
        } catch (Error e) {
            session.aborted = true;
            throw e;
        } finally {
            session.inside = false;
            if (session.aborted) {
                session.exit();
            }
        }
    }

    private void beginRun(String text) throws SQLException {
        closeRows();
        sql = text;
        updateCount = -1;
        generatedKey = null;
        knowsKeys = false;
        cancelled = false;
        deadline = queryTimeout == 0
                ? 0
                : session.lanes.platform.nanos() + TimeUnit.SECONDS.toNanos(queryTimeout) | 1; // never 0
    }

    final void answered(SessionResultSet result) {
        rows = result;
    }

    final void changed(long count) {
        updateCount = count;
    }

    /** The key that the statement made, or null where it made none. */
    final void madeKey(@Nullable Long key) {
        generatedKey = key;
        knowsKeys = true;
    }

    /** Takes in an error of its run, and gives it as callers get it. */
    final SQLException failed(SQLException e, @Nullable LaneConnection lane) {
        if (SqliteErrors.isFatal(e) && lane != null) {
            lane.broken = true;
        }
        try {
            session.transaction().seeWhetherLost();
        } catch (SQLException | RuntimeException probe) {
            e.addSuppressed(probe);
        }
        return session.told(e, this);
    }

    @Nullable String sql() {
        return sql;
    }

    /** For a log: the text with its literals masked. */
    final String described() {
        String text = sql;
        return text == null ? "(none)" : '"' + io.rockpool.jdbc.Redaction.sql(text) + '"';
    }

    // ---- ends --------------------------------------------------------------------------------------------------

    final boolean isOverdue(long now) {
        long until = deadline;
        return until != 0 && now - until >= 0;
    }

    /** Whether what it does now is to be interrupted. */
    final boolean isToEnd() {
        return session.aborted || isGivenUp();
    }

    final boolean isGivenUp() {
        return cancelled || (deadline != 0 && isOverdue(session.lanes.platform.nanos()));
    }

    /** A wait that must not outlive this execution's timeout. */
    final long atMost(long nanos) {
        long until = deadline;
        return until == 0 ? nanos : Math.max(0, Math.min(nanos, until - session.lanes.platform.nanos()));
    }

    final SQLTimeoutException timedOut(@Nullable Throwable cause) {
        return new SQLTimeoutException(
                "pool '" + session.lanes.pool + "': the statement ran for longer than its query timeout of "
                        + queryTimeout + " s and was ended",
                "57014",
                cause);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // this very statement
    public final void cancel() throws SQLException {
        cancelled = true;
        session.waits().wake();
        for (LaneConnection lane : session.lanes.open()) {
            if (lane.running() == this) {
                lane.interrupt(this);
            }
        }
    }

    @Override
    final void checkOpen() throws SQLException {
        if (closed) {
            throw new SQLNonTransientException("this statement is closed; make a new one", "HY010");
        }
    }

    final void closeRows() throws SQLException {
        SessionResultSet open = rows;
        rows = null;
        if (open != null) {
            open.close();
        }
        SessionPreparedStatement answering = keys;
        keys = null;
        if (answering != null) {
            answering.close();
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very result
    final void closedRows(SessionResultSet result) throws SQLException {
        if (rows == result && closeOnCompletion) {
            close();
        }
    }

    @Override
    public final void close() throws SQLException {
        if (!closed) {
            closed = true;
            closeRows();
        }
    }

    @Override
    public final boolean isClosed() {
        return closed;
    }

    // ---- JDBC --------------------------------------------------------------------------------------------------

    static final Object[] NONE = {};

    @Override
    public ResultSet executeQuery(String text) throws SQLException {
        run(text, NONE, Wanted.ROWS, false);
        return result();
    }

    /** The rows of the execution just run. */
    final ResultSet result() throws SQLException {
        SessionResultSet result = rows;
        if (result == null) {
            throw new SQLException("the statement returned no rows; use executeUpdate or execute for it", "02000");
        }
        return result;
    }

    @Override
    public boolean execute(String text) throws SQLException {
        run(text, NONE, Wanted.EITHER, false);
        return rows != null;
    }

    @Override
    public boolean execute(String text, int withKeys) throws SQLException {
        run(text, NONE, Wanted.EITHER, withKeys == RETURN_GENERATED_KEYS);
        return rows != null;
    }

    @Override
    public boolean execute(String text, int[] columns) throws SQLException {
        return execute(text, columns.length > 0 ? RETURN_GENERATED_KEYS : NO_GENERATED_KEYS);
    }

    @Override
    public boolean execute(String text, String[] columns) throws SQLException {
        return execute(text, columns.length > 0 ? RETURN_GENERATED_KEYS : NO_GENERATED_KEYS);
    }

    @Override
    public long executeLargeUpdate(String text) throws SQLException {
        run(text, NONE, Wanted.COUNT, false);
        return updateCount;
    }

    @Override
    public long executeLargeUpdate(String text, int withKeys) throws SQLException {
        run(text, NONE, Wanted.COUNT, withKeys == RETURN_GENERATED_KEYS);
        return updateCount;
    }

    @Override
    public long executeLargeUpdate(String text, int[] columns) throws SQLException {
        return executeLargeUpdate(text, columns.length > 0 ? RETURN_GENERATED_KEYS : NO_GENERATED_KEYS);
    }

    @Override
    public long executeLargeUpdate(String text, String[] columns) throws SQLException {
        return executeLargeUpdate(text, columns.length > 0 ? RETURN_GENERATED_KEYS : NO_GENERATED_KEYS);
    }

    @Override
    public int executeUpdate(String text) throws SQLException {
        return (int) executeLargeUpdate(text);
    }

    @Override
    public int executeUpdate(String text, int withKeys) throws SQLException {
        return (int) executeLargeUpdate(text, withKeys);
    }

    @Override
    public int executeUpdate(String text, int[] columns) throws SQLException {
        return (int) executeLargeUpdate(text, columns);
    }

    @Override
    public int executeUpdate(String text, String[] columns) throws SQLException {
        return (int) executeLargeUpdate(text, columns);
    }

    @Override
    @SuppressWarnings("NullAway") // null where there are no rows, as JDBC has it
    public ResultSet getResultSet() throws SQLException {
        checkOpen();
        return rows;
    }

    final boolean hasRows() {
        return rows != null;
    }

    /** Whether there are rows that can still be read. */
    final boolean hasOpenRows() {
        return rows != null && !rows.isClosed();
    }

    @Override
    public long getLargeUpdateCount() throws SQLException {
        checkOpen();
        return updateCount;
    }

    @Override
    public int getUpdateCount() throws SQLException {
        return (int) getLargeUpdateCount();
    }

    @Override
    public boolean getMoreResults() throws SQLException {
        return getMoreResults(CLOSE_CURRENT_RESULT);
    }

    /** There are none: the parts of a script are run, but only the last one's result is kept. */
    @Override
    public boolean getMoreResults(int current) throws SQLException {
        checkOpen();
        if (current != CLOSE_CURRENT_RESULT && current != CLOSE_ALL_RESULTS) {
            throw new SQLFeatureNotSupportedException("SQLite keeps one open result a statement", "0A000");
        }
        closeRows();
        updateCount = -1;
        return false;
    }

    @Override
    public ResultSet getGeneratedKeys() throws SQLException {
        checkOpen();
        if (keys != null) {
            keys.close();
        }
        SessionPreparedStatement answer = new SessionPreparedStatement(
                session,
                knowsKeys && generatedKey == null
                        ? "SELECT 1 AS \"last_insert_rowid()\" WHERE 0"
                        : "SELECT ?1 AS \"last_insert_rowid()\"",
                false);
        keys = answer;
        if (!knowsKeys) {
            throw new SQLException(
                    "no keys were asked for: pass Statement.RETURN_GENERATED_KEYS when you make or execute the statement, or"
                            + " use INSERT … RETURNING",
                    "HY000");
        }
        if (generatedKey != null) {
            answer.setLong(1, generatedKey);
        }
        return answer.executeQuery();
    }

    // ---- batches -----------------------------------------------------------------------------------------------

    @Override
    public void addBatch(String text) throws SQLException {
        checkOpen();
        batch.add(text);
    }

    @Override
    public void clearBatch() throws SQLException {
        checkOpen();
        batch.clear();
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        checkOpen();
        List<String> texts = List.copyOf(batch);
        batch.clear();
        long[] counts = new long[texts.size()];
        for (int i = 0; i < counts.length; i++) {
            try {
                run(texts.get(i), NONE, Wanted.COUNT, false);
                counts[i] = updateCount;
            } catch (SQLException e) {
                throw batchFailed(e, counts, i);
            }
        }
        return counts;
    }

    /** Entries before the failing one were carried out. */
    static BatchUpdateException batchFailed(SQLException e, long[] counts, int failed) {
        return new BatchUpdateException(
                "batch entry " + failed + ": " + e.getMessage(),
                e.getSQLState(),
                e.getErrorCode(),
                Arrays.stream(counts, 0, failed).mapToInt(count -> (int) count).toArray(),
                e);
    }

    @Override
    public int[] executeBatch() throws SQLException {
        return Arrays.stream(executeLargeBatch()).mapToInt(count -> (int) count).toArray();
    }

    // ---- surroundings ------------------------------------------------------------------------------------------

    @Override
    public Connection getConnection() throws SQLException {
        checkOpen();
        return session;
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) {
        return iface.isInstance(this);
    }

    @Override
    public <V> V unwrap(Class<V> iface) throws SQLException {
        if (iface.isInstance(this)) {
            return iface.cast(this);
        }
        throw new SQLException(
                "the driver's statement serves many callers and is not handed out; unwrap the connection instead",
                "0A000");
    }
}
