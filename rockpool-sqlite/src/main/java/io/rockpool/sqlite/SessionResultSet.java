package io.rockpool.sqlite;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLNonTransientException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one execution; holds its lane until it is closed.
 *
 * <p>The driver has one result set object a statement, which serves the next execution as well, of whomever: once this one is
 * closed it never reaches there again. Threads: the session's.
 */
final class SessionResultSet extends ForwardingResultSet {

    final Session session;
    private final @Nullable SessionStatement statement;
    private final LaneConnection lane;
    private final @Nullable LaneStatement compiled;
    private final ResultSet rows;
    private final boolean countsChanges;
    private boolean hasNames;
    private boolean hasFailed;
    private boolean hasReadText; // last: the driver does not know of it
    private boolean closed;

    /** The next that is open on the lane. */
    @Nullable SessionResultSet nextOpen;

    /** @param compiled what runs, or null where the driver's metadata made the rows */
    SessionResultSet(
            Session session,
            @Nullable SessionStatement statement,
            LaneConnection lane,
            @Nullable LaneStatement compiled,
            ResultSet rows,
            boolean countsChanges) {
        this.session = session;
        this.statement = statement;
        this.lane = lane;
        this.compiled = compiled;
        this.rows = rows;
        this.countsChanges = countsChanges;
        lane.opened(this);
    }

    @Override
    ResultSet rows() throws SQLException {
        if (closed) {
            throw over();
        }
        hasReadText = false;
        return rows;
    }

    private static SQLException over() {
        return new SQLNonTransientException("this result set is closed; execute its statement anew", "24000");
    }

    /** For columns by name. */
    @Override
    ResultSet named() throws SQLException {
        ResultSet open = rows();
        if (!hasNames) {
            hasNames = true;
            if (compiled != null) {
                compiled.readNames();
            }
        }
        return open;
    }

    @Override
    public boolean next() throws SQLException {
        ResultSet open = rows();
        if (statement == null) {
            return open.next();
        }
        if (statement.isGivenUp()) {
            throw session.givenUp(statement);
        }
        lane.runs(statement);
        try {
            return open.next();
        } catch (SQLException e) {
            hasFailed = true;
            throw failedOutside(e);
        } finally {
            lane.ran(statement);
        }
    }

    /** Looking at what an error did to the transaction is a call like any other, which an abort must not meet. */
    private SQLException failedOutside(SQLException e) {
        try {
            return session.call(() -> failed(e));
        } catch (SQLException over) {
            over.addSuppressed(e);
            return over;
        }
    }

    private SQLException failed(SQLException e) {
        if (statement != null) {
            return statement.failed(e, lane);
        }
        return session.told(e, null);
    }

    @Override
    @SuppressWarnings("NullAway") // null for NULL, as JDBC has it
    public String getString(int column) throws SQLException {
        ResultSet open = rows();
        String text = compiled != null && lane.isUtf8() ? compiled.utf8Text(column) : null;
        if (text == null) {
            return open.getString(column);
        }
        hasReadText = true;
        return text;
    }

    @Override
    @SuppressWarnings("NullAway") // as above
    public String getString(String column) throws SQLException {
        return getString(named().findColumn(column));
    }

    @Override
    public boolean wasNull() throws SQLException {
        boolean text = hasReadText;
        ResultSet open = rows();
        hasReadText = text;
        return !text && open.wasNull();
    }

    @Override
    public void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        boolean nested = session.inside; // a script's earlier rows, within its run
        if (!nested) {
            session.enter(statement);
        }
        try {
            closeInside();
        } catch (Error e) {
            session.aborted = true;
            throw e;
        } finally {
            if (!nested) {
                session.inside = false;
                if (session.aborted) {
                    session.exit();
                }
            }
        }
        if (statement != null) {
            statement.closedRows(this);
        }
    }

    private void closeInside() throws SQLException {
        lane.closed(this);
        try {
            end();
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            lane.broken = true;
            throw e;
        } finally {
            session.held().letGo(lane);
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very result set
    boolean isOf(ResultSet driversRows) {
        return rows == driversRows;
    }

    /** Closes it and leaves the driver's rows to whoever has them now. */
    void forgo() throws SQLException {
        closed = true;
        lane.closed(this);
        session.held().letGo(lane);
    }

    /** In autocommit SQLite commits here what a RETURNING has written, and tells here if it cannot. */
    private void end() throws SQLException {
        if (compiled == null) {
            rows.close();
            return;
        }
        try {
            compiled.end(hasFailed);
            if (countsChanges) { // they are counted as its run ends
                session.changes().count(lane.engine.changes());
            }
        } finally {
            rows.close();
            lane.statements.giveBack(compiled);
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    @SuppressWarnings("NullAway") // null where metadata made it, as JDBC has it
    public Statement getStatement() throws SQLException {
        rows();
        return statement;
    }

    @Override
    public ResultSetMetaData getMetaData() throws SQLException {
        named(); // refused once it is closed
        return new SessionColumns(this);
    }

    /** The columns of its text, once it is closed. */
    ResultSetMetaData describe() throws SQLException {
        LaneStatement ran = compiled;
        if (ran == null) {
            throw over(); // of the driver's own metadata: there is no text
        }
        return session.compiled(ran.sql, LaneStatement::describe);
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
                "the driver's result set serves many executions and is not handed out; unwrap the connection instead",
                "0A000");
    }
}
