package io.rockpool.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;

/**
 * What callers set on a statement; kept here, since a lane's compiled statement serves many.
 *
 * <p>Threads: the session's.
 */
abstract class StatementSettings implements Statement {

    /** Rows a result has at most; 0: all. */
    long maxRows;

    /** In seconds; 0: none. */
    int queryTimeout;

    boolean closeOnCompletion;
    private int fetchSize;
    private boolean poolable;

    abstract void checkOpen() throws SQLException;

    @Override
    public void setQueryTimeout(int seconds) throws SQLException {
        checkOpen();
        queryTimeout = notNegative("query timeout", seconds);
    }

    @Override
    public int getQueryTimeout() throws SQLException {
        checkOpen();
        return queryTimeout;
    }

    @Override
    public void setLargeMaxRows(long max) throws SQLException {
        checkOpen();
        if (max < 0) {
            throw new SQLException("max rows is " + max + "; it must be 0 (all) or more", "22023");
        }
        maxRows = max;
    }

    @Override
    public void setMaxRows(int max) throws SQLException {
        setLargeMaxRows(max);
    }

    @Override
    public long getLargeMaxRows() throws SQLException {
        checkOpen();
        return maxRows;
    }

    @Override
    public int getMaxRows() throws SQLException {
        return (int) getLargeMaxRows();
    }

    @Override
    public void setFetchSize(int size) throws SQLException {
        checkOpen();
        fetchSize = notNegative("fetch size", size);
    }

    @Override
    public int getFetchSize() throws SQLException {
        checkOpen();
        return fetchSize;
    }

    private static int notNegative(String what, int value) throws SQLException {
        if (value < 0) {
            throw new SQLException(what + " is " + value + "; it must be 0 or more", "22023");
        }
        return value;
    }

    @Override
    public void setFetchDirection(int direction) throws SQLException {
        checkOpen(); // a hint, and there is one direction
    }

    @Override
    public int getFetchDirection() {
        return ResultSet.FETCH_FORWARD;
    }

    @Override
    public void setMaxFieldSize(int max) throws SQLException {
        notNegative("max field size", max);
    }

    @Override
    public int getMaxFieldSize() {
        return 0;
    }

    @Override
    public void setEscapeProcessing(boolean on) throws SQLException {
        checkOpen(); // there are no escapes to process
    }

    @Override
    public void setCursorName(String name) throws SQLException {
        checkOpen(); // no positioned updates, so a name serves nothing
    }

    @Override
    public int getResultSetConcurrency() {
        return ResultSet.CONCUR_READ_ONLY;
    }

    @Override
    public int getResultSetType() {
        return ResultSet.TYPE_FORWARD_ONLY;
    }

    @Override
    public int getResultSetHoldability() {
        return ResultSet.CLOSE_CURSORS_AT_COMMIT;
    }

    @Override
    public void closeOnCompletion() throws SQLException {
        checkOpen();
        closeOnCompletion = true;
    }

    @Override
    public boolean isCloseOnCompletion() throws SQLException {
        checkOpen();
        return closeOnCompletion;
    }

    @Override
    public void setPoolable(boolean on) throws SQLException {
        checkOpen();
        poolable = on;
    }

    @Override
    public boolean isPoolable() throws SQLException {
        checkOpen();
        return poolable;
    }

    @Override
    @SuppressWarnings("NullAway") // SQLite has none, JDBC says null
    public SQLWarning getWarnings() throws SQLException {
        checkOpen();
        return null;
    }

    @Override
    public void clearWarnings() throws SQLException {
        checkOpen();
    }
}
