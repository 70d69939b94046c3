package io.rockpool.jdbc;

import java.sql.Array;
import java.sql.ParameterMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Anything that came from a leased connection and must not outlive the lease: it checks the lease at every call, and what
 * it returns is wrapped in turn, so that no way leads to the physical connection.
 *
 * <p>Threads: as its connection.
 */
abstract class Leased {

    abstract PooledConnection connection();

    /** The statement this belongs to, or null for what belongs to the connection itself. */
    abstract @Nullable PooledStatement statement();

    SQLException failed(SQLException e) {
        return connection().failed(e);
    }

    void crashed(Throwable t) {
        connection().crashed(t);
    }

    /** Whether the driver's object may still be used, as far as the lease and the owner go. */
    final void checkOwner() throws SQLException {
        PooledStatement statement = statement();
        if (statement == null) {
            connection().physical();
        } else {
            statement.delegate();
        }
    }

    @SuppressWarnings("NullAway") // a driver may return null where JDBC allows it; the caller expects just that
    ResultSet wrap(@Nullable ResultSet resultSet) throws SQLException {
        return resultSet == null ? null : PooledResultSet.of(this, resultSet);
    }

    /** Of the lease, not of its statement: JDBC lets an array live as long as its transaction. */
    @SuppressWarnings("NullAway")
    Array wrap(@Nullable Array array) {
        return array == null ? null : connection().wrap(array);
    }

    /** Of the lease: JDBC lets metadata outlive what it describes. */
    @SuppressWarnings("NullAway")
    ResultSetMetaData wrap(@Nullable ResultSetMetaData metaData) {
        return metaData == null
                ? null
                : new PooledResultSetMetaData(connection().ownerOfItsOwn(), metaData);
    }

    @SuppressWarnings("NullAway")
    ParameterMetaData wrap(@Nullable ParameterMetaData metaData) {
        return metaData == null
                ? null
                : new PooledParameterMetaData(connection().ownerOfItsOwn(), metaData);
    }

    @SuppressWarnings("NullAway")
    Object wrap(@Nullable Object value) throws SQLException {
        if (value instanceof ResultSet resultSet) {
            return wrap(resultSet);
        }
        return value instanceof Array array ? wrap(array) : value;
    }

    /** Wrapped where the caller asked for the JDBC interface; a driver's own type is what it asked for. */
    @SuppressWarnings({"unchecked", "NullAway"})
    <V> V wrap(@Nullable V value, Class<V> type) throws SQLException {
        return type == ResultSet.class || type == Array.class || type == Object.class
                ? (V) wrap((Object) value)
                : value;
    }
}
