package io.rockpool.testkit;

import io.rockpool.testkit.FaultyServerSql.Answer;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Types;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the database, a result set or a statement's parameters are like.
 *
 * <p>Methods with nothing to tell answer empty: false, 0, "" or a result set of no rows.
 * Threads and errors: as {@link FaultyDriverHandler}.
 */
final class FaultyDriverMetaData extends FaultyDriverHandler {
    private final Connection connection;
    private final List<String> columns;
    private final int parameters;

    /**
     * @param type the JDBC interface, one of the three kinds of metadata
     * @param columns of the result set; empty for the other kinds
     * @param parameters how many the statement has; 0 for the other kinds
     */
    FaultyDriverMetaData(
            FaultyServer server,
            FaultyServerSession session,
            Class<?> type,
            Connection connection,
            List<String> columns,
            int parameters) {
        super(server, session, type);
        this.connection = connection;
        this.columns = List.copyOf(columns);
        this.parameters = parameters;
    }

    @Override
    @Nullable Object answer(Object proxy, Method method, Object[] args) throws Throwable {
        if (method.getReturnType() == ResultSet.class) {
            return FaultyDriverStatement.forMetaData(server, session, connection)
                    .results(Answer.noRows("value"))
                    .resultSet;
        }
        return switch (method.getName()) {
            case "getConnection" -> connection;
            case "getURL" -> server.url();
            case "getUserName" -> "";
            case "getDatabaseProductName", "getDriverName" -> "Faulty";
            case "getDatabaseProductVersion", "getDriverVersion" -> "1.0";
            case "getDatabaseMajorVersion", "getDriverMajorVersion" -> 1;
            case "getJDBCMajorVersion" -> 4;
            case "getJDBCMinorVersion" -> 3;
            case "getIdentifierQuoteString" -> "\"";
            case "getDefaultTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
            case "supportsTransactions", "supportsTransactionIsolationLevel", "supportsSavepoints" -> true;
            case "getColumnCount" -> columns.size();
            case "getColumnName", "getColumnLabel" -> columns.get((int) args[0] - 1);
            case "getColumnType", "getParameterType" -> Types.VARCHAR;
            case "getColumnTypeName", "getParameterTypeName" -> "text";
            case "getColumnClassName", "getParameterClassName" -> "java.lang.Object";
            case "getParameterCount" -> parameters;
            default -> unsimulated(proxy, method, args);
        };
    }
}
