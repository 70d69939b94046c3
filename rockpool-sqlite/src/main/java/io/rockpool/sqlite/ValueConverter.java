package io.rockpool.sqlite;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.jdbc4.JDBC4PreparedStatement;

/**
 * Turns values of JDBC's types into what SQLite stores, by the driver's own setters and settings (dates as text, number or
 * milliseconds …); the values go to the session's statement, nothing to a database.
 *
 * <p>Threads: any, one at a time.
 */
final class ValueConverter extends JDBC4PreparedStatement {

    private @Nullable SessionPreparedStatement target; // guarded by this

    /** @param connection a connection in memory, kept open */
    ValueConverter(SQLiteConnection connection) throws SQLException {
        super(connection, "SELECT 1");
    }

    synchronized void convert(SessionPreparedStatement statement, ConvertingStatement.Setter setter)
            throws SQLException {
        target = statement;
        try {
            setter.set(this);
        } catch (RuntimeException e) { // of the driver's setter, as for a null stream: nothing native is in doubt
            throw new SQLException("the value cannot be stored: " + e.getMessage(), "22000", e);
        } finally {
            target = null;
        }
    }

    @Override
    protected void batch(int index, @Nullable Object value) throws SQLException {
        SessionPreparedStatement statement = target;
        if (statement != null) {
            statement.set(index, value);
        }
    }
}
