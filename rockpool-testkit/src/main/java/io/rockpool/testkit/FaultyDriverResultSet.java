package io.rockpool.testkit;

import io.rockpool.testkit.FaultyServerSql.Answer;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rows of a query, read forward only. Threads and errors: as {@link FaultyDriverHandler}. */
final class FaultyDriverResultSet extends FaultyDriverHandler {
    private static final List<String> WRITERS = List.of("update", "insert", "delete", "refresh", "cancelRow", "moveTo");
    private static final List<String> SCROLLERS = List.of("first", "last", "absolute", "relative", "previous");

    final ResultSet resultSet;
    private final FaultyDriverStatement statement;
    private final List<String> columns;
    private final List<Object[]> rows;
    private int row;
    private boolean lastWasNull;
    private volatile boolean closed;

    FaultyDriverResultSet(
            FaultyServer server, FaultyServerSession session, FaultyDriverStatement statement, Answer answer) {
        super(server, session, ResultSet.class);
        this.statement = statement;
        this.columns = Objects.requireNonNull(answer.columns(), "only a query has a result set");
        this.rows = answer.rows();
        this.resultSet = proxy(ResultSet.class);
    }

    void markClosed() {
        closed = true;
    }

    @Override
    @Nullable Object answer(Object proxy, Method method, Object[] args) throws Throwable {
        String name = method.getName();
        if (name.equals("isClosed")) {
            return closed;
        } else if (name.equals("close")) {
            return close();
        } else if (closed) {
            throw FaultSqlState.exception(FaultSqlState.OBJECT_CLOSED, "the result set is closed");
        } else if (WRITERS.stream().anyMatch(name::startsWith) || SCROLLERS.contains(name)) {
            throw new SQLFeatureNotSupportedException(name + ": result sets are read-only and forward only");
        }
        return switch (name) {
            case "next" -> next();
            case "wasNull" -> lastWasNull;
            case "getRow" -> isOnRow() ? row : 0;
            case "isBeforeFirst" -> row == 0 && !rows.isEmpty();
            case "isFirst" -> row == 1 && isOnRow();
            case "isLast" -> row == rows.size() && isOnRow();
            case "isAfterLast" -> row > rows.size() && !rows.isEmpty();
            case "getStatement" -> statement.statement;
            case "getMetaData" ->
                new FaultyDriverMetaData(server, session, ResultSetMetaData.class, statement.connection(), columns, 0)
                        .proxy(ResultSetMetaData.class);
            case "findColumn" -> column(args[0]);
            case "getType" -> ResultSet.TYPE_FORWARD_ONLY;
            case "getConcurrency" -> ResultSet.CONCUR_READ_ONLY;
            case "getFetchDirection" -> ResultSet.FETCH_FORWARD;
            case "getHoldability" -> ResultSet.CLOSE_CURSORS_AT_COMMIT;
            case "getWarnings" -> null;
            default -> name.startsWith("get") && args.length > 0 ? get(method, args) : unsimulated(proxy, method, args);
        };
    }

    private @Nullable Object close() {
        if (!closed) {
            closed = true;
            statement.resultClosed(this);
        }
        return null;
    }

    private boolean next() {
        row = Math.min(row + 1, rows.size() + 1);
        return isOnRow();
    }

    private boolean isOnRow() {
        return row >= 1 && row <= rows.size();
    }

    private int column(Object nameOrIndex) throws SQLException {
        if (nameOrIndex instanceof Integer index && index >= 1 && index <= columns.size()) {
            return index;
        }
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).equalsIgnoreCase(String.valueOf(nameOrIndex))) {
                return i + 1;
            }
        }
        throw FaultSqlState.exception("42703", "no column '" + nameOrIndex + "'; there are " + columns);
    }

    private @Nullable Object get(Method method, Object[] args) throws SQLException {
        int column = column(args[0]);
        if (!isOnRow()) {
            throw FaultSqlState.exception("24000", "the result set is not on a row");
        }
        Object value = rows.get(row - 1)[column - 1];
        lastWasNull = value == null;
        if (value == null) {
            return FaultyDriverCall.emptyValue(method.getReturnType());
        }
        Class<?> wanted = method.getReturnType();
        if (wanted == Object.class) {
            return args.length > 1 && args[1] instanceof Class<?> type ? converted(value, type) : value;
        }
        return converted(value, wanted);
    }

    private Object converted(Object value, Class<?> type) throws SQLException {
        try {
            return switch (type.getSimpleName().toLowerCase(Locale.ROOT)) {
                case "string" -> String.valueOf(value);
                case "long" -> Long.valueOf(String.valueOf(value));
                case "int", "integer" -> Integer.valueOf(String.valueOf(value));
                case "short" -> Short.valueOf(String.valueOf(value));
                case "byte" -> Byte.valueOf(String.valueOf(value));
                case "double" -> Double.valueOf(String.valueOf(value));
                case "float" -> Float.valueOf(String.valueOf(value));
                case "bigdecimal" -> new BigDecimal(String.valueOf(value));
                case "boolean" -> !List.of("0", "false").contains(String.valueOf(value));
                case "object" -> value;
                case "array" -> new FaultyDriverArray(server, session, statement.connection(), value).array;
                default -> throw new SQLFeatureNotSupportedException("no conversion to " + type.getName());
            };
        } catch (NumberFormatException e) {
            throw FaultSqlState.exception(FaultSqlState.BAD_VALUE, "not a number: " + value);
        }
    }
}
