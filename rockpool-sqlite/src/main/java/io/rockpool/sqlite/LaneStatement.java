package io.rockpool.sqlite;

import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.Codes;
import org.sqlite.core.CoreResultSet;
import org.sqlite.core.CoreStatement;
import org.sqlite.core.DB;

/**
 * SQL that one lane connection has compiled: bound, stepped and reset without the driver's own bookkeeping, of which its
 * statement's {@code executeQuery} spends as much as SQLite on a small read.
 *
 * <p>The driver has one result set object a statement, for its whole life; {@link SessionResultSet} stands before it.
 * Threads: the lane's holder.
 */
final class LaneStatement {

    final String sql;
    /** Columns of a row; 0 where it answers none. */
    final int columns;

    final int parameters;
    /** Whether somebody runs it now. */
    boolean inUse;

    /** Whether it is kept by the lane's cache. */
    boolean kept;

    private String @Nullable [] names;
    private final CoreStatement core;
    private final CoreResultSet rows;
    private final PreparedStatement jdbc;

    LaneStatement(SQLiteConnection connection, String sql) throws SQLException {
        this.sql = sql;
        this.jdbc = connection.prepareStatement(sql);
        try {
            this.core = (CoreStatement) jdbc;
            this.rows = (CoreResultSet) jdbc.getMetaData(); // the driver's result set is its own metadata
            this.columns = core.pointer.safeRunInt(DB::column_count);
            this.parameters = jdbc.getParameterMetaData().getParameterCount();
        } catch (Throwable t) {
            jdbc.close();
            throw t;
        }
    }

    /** The driver's statement, for what is only asked of it. */
    PreparedStatement jdbc() {
        return jdbc;
    }

    /** Runs it up to its first row. The columns have the names of an earlier execution until {@link #readNames}. */
    ResultSet query(Object[] values, long maxRows) throws SQLException {
        boolean row = execute(values);
        String[] known = names;
        if (known == null || core.pointer.safeRunInt(DB::column_count) != known.length) {
            known = core.pointer.safeRun(DB::column_names);
            names = known;
        }
        rows.maxRows = maxRows;
        rows.cols = known;
        rows.colsMeta = known;
        rows.emptyResultSet = !row;
        rows.open = true;
        return (ResultSet) rows;
    }

    /**
     * Reads the columns' names anew, while it runs: SQLite compiles a text again by itself when another connection changed the
     * schema. Not done for every execution: most rows are read by number, and it costs a call a column.
     */
    void readNames() throws SQLException {
        names = core.pointer.safeRun(DB::column_names);
        rows.cols = names;
        rows.colsMeta = names;
    }

    /** Runs it to its end; how many rows it changed. Rows it returns are passed over. */
    long update(Object[] values) throws SQLException {
        boolean row = execute(values);
        while (row) {
            row = step();
        }
        reset();
        return core.getDatabase().changes();
    }

    /** The first column of its first row, as a number. */
    long number() throws SQLException {
        execute(NO_VALUES);
        long value = core.pointer.safeRunLong((db, pointer) -> db.column_long(pointer, 0));
        reset();
        return value;
    }

    /**
     * The text in a column of its row, or null where the driver must say. Its bytes: the driver's own way makes a direct buffer
     * from native code for each text, which costs more than reading it.
     */
    @Nullable String utf8Text(int column) throws SQLException {
        if (column < 1 || column > columns) {
            return null;
        }
        byte[] bytes = core.pointer.safeRun((db, pointer) -> db.column_blob(pointer, column - 1)); // null for "" too
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    /** Its columns, without running it. */
    ResultSetMetaData describe() throws SQLException {
        rows.colsMeta = core.pointer.safeRun(DB::column_names);
        rows.cols = rows.colsMeta;
        return ColumnsSnapshot.of((ResultSetMetaData) rows, columns);
    }

    private static final Object[] NO_VALUES = {};

    private boolean execute(Object[] values) throws SQLException {
        try {
            return core.getDatabase().execute(core, values);
        } catch (SQLException e) {
            reset(); // the driver leaves it be after BUSY and CONSTRAINT
            throw e;
        }
    }

    private boolean step() throws SQLException {
        int code = core.pointer.safeRunInt(DB::step);
        if (code == Codes.SQLITE_ROW || code == Codes.SQLITE_DONE) {
            return code == Codes.SQLITE_ROW;
        }
        reset();
        throw failure(code);
    }

    private SQLException failure(int code) {
        try {
            core.getDatabase().throwex(code);
        } catch (SQLException e) {
            return e;
        }
        return new SQLException("SQLite ended the statement with code " + code, null, code);
    }

    /** Ends a run whose rows were read as far as anybody wanted; an error that comes only now is thrown. */
    void end(boolean failureIsTold) throws SQLException {
        if (isUsable()) {
            int code = core.pointer.safeRunInt(DB::reset);
            if (code != Codes.SQLITE_OK && !failureIsTold) {
                throw failure(code);
            }
        }
    }

    void reset() throws SQLException {
        if (!core.pointer.isClosed()) {
            core.pointer.safeRunConsume(DB::reset);
        }
    }

    /** After most errors the driver finalises a statement, and does not say so. */
    boolean isUsable() {
        return !core.pointer.isClosed();
    }

    void close() throws SQLException {
        jdbc.close();
    }
}
