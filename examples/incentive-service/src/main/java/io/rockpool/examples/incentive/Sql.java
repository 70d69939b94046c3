package io.rockpool.examples.incentive;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The three shapes a statement has here: rows, at most one row, a change. Parameters are bound, never pasted in. */
final class Sql {
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    private Sql() {}

    static <T> List<T> rows(Connection conn, String sql, Row<T> row, Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepare(conn, sql, parameters);
                ResultSet result = statement.executeQuery()) {
            List<T> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(row.read(result));
            }
            return rows;
        }
    }

    /** The first row, or null when there is none. */
    static <T> @Nullable T first(Connection conn, String sql, Row<T> row, Object... parameters) throws SQLException {
        List<T> rows = rows(conn, sql, row, parameters);
        return rows.isEmpty() ? null : rows.get(0);
    }

    /** How many rows were inserted, updated or deleted. */
    static int change(Connection conn, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepare(conn, sql, parameters)) {
            return statement.executeUpdate();
        }
    }

    private static PreparedStatement prepare(Connection conn, String sql, Object... parameters) throws SQLException {
        PreparedStatement statement = conn.prepareStatement(sql);
        try {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement;
        } catch (SQLException failure) {
            statement.close();
            throw failure;
        }
    }
}
