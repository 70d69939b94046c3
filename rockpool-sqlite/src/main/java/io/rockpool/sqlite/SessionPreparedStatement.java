package io.rockpool.sqlite;

import java.sql.ParameterMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SQL with parameters. It keeps the values, as SQLite takes them, until it is executed: only then is it known where it
 * runs, and it may run again elsewhere.
 *
 * <p>Values of other types are converted by the driver's own setters. Threads: the session's.
 */
final class SessionPreparedStatement extends ConvertingStatement {

    private static final Object UNSET = new Object();

    private final String text;
    private final boolean withKeys;
    private Object[] values = NONE; // null: SQL's NULL
    private final List<Object[]> entries = new ArrayList<>(0);

    SessionPreparedStatement(Session session, String text, boolean withKeys) throws SQLException {
        super(session);
        if (text == null) {
            throw new SQLException("the SQL text is null", "22004");
        }
        this.text = text;
        this.withKeys = withKeys;
    }

    @Override
    @Nullable String sql() {
        return text;
    }

    // ---- values ------------------------------------------------------------------------------------------------

    @SuppressWarnings("NullAway") // null is SQL's NULL
    void set(int index, @Nullable Object value) throws SQLException {
        checkOpen();
        if (index > values.length || index < 1) {
            grow(index);
        }
        values[index - 1] = value;
    }

    private void grow(int index) throws SQLException {
        if (index < 1 || index > 32_766) {
            throw new SQLException("parameter index is " + index + "; it must be from 1 to 32766", "07009");
        }
        int size = values.length;
        values = Arrays.copyOf(values, index);
        Arrays.fill(values, size, index, UNSET);
    }

    private Object[] complete() throws SQLException {
        for (int i = 0; i < values.length; i++) {
            if (values[i] == UNSET) {
                throw new SQLException("parameter " + (i + 1) + " is not set", "07001");
            }
        }
        return values;
    }

    @Override
    void convert(Setter setter) throws SQLException {
        checkOpen();
        session.database.converter().convert(this, setter);
    }

    @Override
    public void setInt(int index, int value) throws SQLException {
        set(index, value);
    }

    @Override
    public void setLong(int index, long value) throws SQLException {
        set(index, value);
    }

    @Override
    public void setDouble(int index, double value) throws SQLException {
        set(index, value);
    }

    @Override
    public void setString(int index, String value) throws SQLException {
        set(index, value);
    }

    @Override
    public void setBytes(int index, byte[] value) throws SQLException {
        set(index, value);
    }

    @Override
    public void setNull(int index, int type) throws SQLException {
        set(index, null);
    }

    @Override
    public void setNull(int index, int type, String typeName) throws SQLException {
        set(index, null);
    }

    @Override
    public void setObject(int index, Object value) throws SQLException {
        if (value instanceof String || value instanceof Integer || value instanceof Long || value instanceof Double) {
            set(index, value);
        } else {
            super.setObject(index, value);
        }
    }

    @Override
    public void clearParameters() throws SQLException {
        checkOpen();
        values = NONE;
    }

    // ---- execute -----------------------------------------------------------------------------------------------

    @Override
    public ResultSet executeQuery() throws SQLException {
        run(text, complete(), Wanted.ROWS, withKeys);
        return result();
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        run(text, complete(), Wanted.COUNT, withKeys);
        return getLargeUpdateCount();
    }

    @Override
    public int executeUpdate() throws SQLException {
        return (int) executeLargeUpdate();
    }

    @Override
    public boolean execute() throws SQLException {
        run(text, complete(), Wanted.EITHER, withKeys);
        return hasRows();
    }

    @Override
    public void addBatch() throws SQLException {
        checkOpen();
        entries.add(complete().clone());
    }

    @Override
    public void clearBatch() throws SQLException {
        super.clearBatch();
        entries.clear();
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        checkOpen();
        List<Object[]> all = List.copyOf(entries);
        entries.clear();
        return session.inOneTransaction(all.size() > 1, () -> runAll(all));
    }

    private long[] runAll(List<Object[]> all) throws SQLException {
        long[] counts = new long[all.size()];
        for (int i = 0; i < counts.length; i++) {
            try {
                run(text, all.get(i), Wanted.COUNT, withKeys);
                counts[i] = getLargeUpdateCount();
            } catch (SQLException e) {
                throw batchFailed(e, counts, i);
            }
        }
        return counts;
    }

    // ---- descriptions ------------------------------------------------------------------------------------------

    /** The columns, without running it; null where it answers none. */
    @Override
    @SuppressWarnings("NullAway")
    public ResultSetMetaData getMetaData() throws SQLException {
        checkOpen();
        if (hasOpenRows()) {
            return result().getMetaData();
        }
        return session.compiled(text, compiled -> compiled.columns == 0 ? null : compiled.describe());
    }

    @Override
    public ParameterMetaData getParameterMetaData() throws SQLException {
        checkOpen();
        int count = session.compiled(text, compiled -> compiled.parameters);
        return new Parameters(count, Arrays.asList(values.clone()));
    }

    private record Parameters(int count, List<Object> values) implements ParameterMetaData {

        private void check(int index) throws SQLException {
            if (index < 1 || index > count) {
                throw new SQLException("parameter " + index + " of " + count + " does not exist", "07009");
            }
        }

        @Override
        public int getParameterCount() {
            return count;
        }

        /** The type of the value that is set; SQLite's parameters have none of their own. */
        @Override
        public int getParameterType(int index) throws SQLException {
            check(index);
            Object value = index <= values.size() ? values.get(index - 1) : UNSET;
            if (value instanceof Integer || value instanceof Short) {
                return Types.INTEGER;
            }
            if (value instanceof Long) {
                return Types.BIGINT;
            }
            if (value instanceof Double || value instanceof Float) {
                return Types.REAL;
            }
            return value instanceof byte[] ? Types.BLOB : Types.VARCHAR;
        }

        @Override
        public String getParameterTypeName(int index) throws SQLException {
            return java.sql.JDBCType.valueOf(getParameterType(index)).getName();
        }

        @Override
        public String getParameterClassName(int index) throws SQLException {
            check(index);
            return "java.lang.String";
        }

        @Override
        public int getParameterMode(int index) {
            return parameterModeIn;
        }

        @Override
        public int isNullable(int index) {
            return parameterNullable;
        }

        @Override
        public boolean isSigned(int index) {
            return true;
        }

        @Override
        public int getPrecision(int index) {
            return 0;
        }

        @Override
        public int getScale(int index) {
            return 0;
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
            throw new SQLException("this is no " + iface.getName(), "0A000");
        }
    }
}
