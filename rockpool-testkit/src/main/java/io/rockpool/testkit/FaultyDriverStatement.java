package io.rockpool.testkit;

import io.rockpool.testkit.FaultyServerSql.Answer;
import java.lang.reflect.Method;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.ParameterMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A statement, prepared statement or callable statement. Threads and errors: as {@link FaultyDriverHandler}. */
final class FaultyDriverStatement extends FaultyDriverHandler {
    private static final Map<String, Object> DEFAULTS = Map.of(
            "FetchDirection", ResultSet.FETCH_FORWARD,
            "ResultSetType", ResultSet.TYPE_FORWARD_ONLY,
            "ResultSetConcurrency", ResultSet.CONCUR_READ_ONLY,
            "ResultSetHoldability", ResultSet.CLOSE_CURSORS_AT_COMMIT);

    /** A text and its parameters, executed later. */
    private record Batched(String sql, List<@Nullable Object> parameters) {}

    final Statement statement;
    private final Connection connection;
    private final String preparedSql;
    private final Map<String, Object> properties = new HashMap<>(DEFAULTS);
    private final TreeMap<Integer, @Nullable Object> parameters = new TreeMap<>();
    private final List<Batched> batch = new ArrayList<>();
    private final Set<FaultyDriverResultSet> resultSets = ConcurrentHashMap.newKeySet();
    private @Nullable FaultyDriverResultSet current;
    private int updateCount = -1;
    private boolean closeOnCompletion;
    private volatile boolean closed;

    FaultyDriverStatement(
            FaultyServer server,
            FaultyServerSession session,
            Class<? extends Statement> type,
            Connection connection,
            String preparedSql) {
        super(server, session, type);
        this.connection = connection;
        this.preparedSql = preparedSql;
        this.statement = proxy(Statement.class);
    }

    /** What a result set of metadata belongs to: not one of the client's statements, and closed with its result. */
    static FaultyDriverStatement forMetaData(FaultyServer server, FaultyServerSession session, Connection connection) {
        FaultyDriverStatement made = new FaultyDriverStatement(server, session, Statement.class, connection, "");
        made.closeOnCompletion = true;
        return made;
    }

    void set(String property, Object value) {
        properties.put(property, value);
    }

    @Override
    String sqlOf(Method method) {
        return method.getName().startsWith("execute") ? preparedSql : "";
    }

    @Override
    @Nullable Object answer(Object proxy, Method method, Object[] args) throws Throwable {
        switch (method.getName()) {
            case "isClosed" -> {
                return closed;
            }
            case "close" -> {
                markClosed();
                session.closed(this);
                return null;
            }
            default -> {
                if (closed) {
                    throw FaultSqlState.exception(FaultSqlState.OBJECT_CLOSED, "the statement is closed");
                }
            }
        }
        return method.getName().startsWith("execute") ? execute(method, args) : other(proxy, method, args);
    }

    private @Nullable Object execute(Method method, Object[] args) throws SQLException {
        return switch (method.getName()) {
            case "executeBatch" -> runBatch();
            case "executeLargeBatch" -> Arrays.stream(runBatch()).asLongStream().toArray();
            case "executeQuery" -> query(args);
            case "executeUpdate" -> Math.max(0, run(args).updateCount());
            case "executeLargeUpdate" -> (long) Math.max(0, run(args).updateCount());
            default -> run(args).columns() != null;
        };
    }

    private @Nullable Object other(Object proxy, Method method, Object[] args) throws Throwable {
        return switch (method.getName()) {
            case "getConnection" -> connection;
            case "getResultSet" -> current == null ? null : current.resultSet;
            case "getUpdateCount" -> updateCount;
            case "getLargeUpdateCount" -> (long) updateCount;
            case "getMoreResults" -> noMoreResults();
            case "getGeneratedKeys" -> results(Answer.noRows("key")).resultSet;
            case "cancel" -> cancel();
            case "addBatch" -> addBatch(args);
            case "clearBatch" -> clear(batch::clear);
            case "clearParameters" -> clear(parameters::clear);
            case "closeOnCompletion" -> clear(() -> closeOnCompletion = true);
            case "isCloseOnCompletion" -> closeOnCompletion;
            case "getMetaData" -> metaDataOfQuery();
            case "getParameterMetaData" -> metaDataOfParameters();
            case "getWarnings" -> null;
            default -> property(proxy, method, args);
        };
    }

    /** Setters with an index set a parameter; the others a property, which its getter reports. */
    private @Nullable Object property(Object proxy, Method method, Object[] args) throws Throwable {
        String name = method.getName();
        if (name.startsWith("set") && args.length >= 2 && args[0] instanceof Integer index) {
            parameters.put(index, name.equals("setNull") ? null : args[1]);
            return null;
        } else if (name.startsWith("set") && args.length == 1) {
            properties.put(name.substring("set".length()), args[0]);
            return null;
        } else if (args.length == 0) {
            Object value = properties.get(name.replaceFirst("^(get|is)", ""));
            return value == null ? unsimulated(proxy, method, args) : value;
        }
        return unsimulated(proxy, method, args);
    }

    private ResultSet query(Object[] args) throws SQLException {
        run(args);
        if (current == null) {
            current = results(Answer.noRows("value"));
        }
        return current.resultSet;
    }

    /** Runs the given text, or the prepared one. The results of the execution before are closed, as JDBC says. */
    private Answer run(Object[] args) throws SQLException {
        closeResults();
        boolean prepared = args.length == 0;
        Answer answer = FaultyServerSql.run(
                session,
                prepared ? preparedSql : (String) args[0],
                prepared ? new ArrayList<>(parameters.values()) : List.of());
        updateCount = answer.updateCount();
        current = answer.columns() == null ? null : results(answer);
        return answer;
    }

    FaultyDriverResultSet results(Answer answer) {
        FaultyDriverResultSet results = new FaultyDriverResultSet(server, session, this, answer);
        resultSets.add(results);
        return results;
    }

    private boolean noMoreResults() {
        closeResults();
        return false;
    }

    private @Nullable Object cancel() {
        if (server.door().isInside(session)) {
            session.cancel();
            server.door().hangs.wake();
        }
        return null;
    }

    private @Nullable Object addBatch(Object[] args) {
        batch.add(
                args.length > 0
                        ? new Batched((String) args[0], List.of())
                        : new Batched(preparedSql, new ArrayList<>(parameters.values())));
        return null;
    }

    private int[] runBatch() throws SQLException {
        closeResults();
        int[] counts = new int[batch.size()];
        int done = 0;
        try {
            for (Batched batched : batch) {
                Answer answer = FaultyServerSql.run(session, batched.sql(), batched.parameters());
                counts[done++] = Math.max(0, answer.updateCount());
            }
            return counts;
        } catch (SQLException e) {
            throw new BatchUpdateException(e.getMessage(), e.getSQLState(), 0, Arrays.copyOf(counts, done), e);
        } finally {
            batch.clear();
        }
    }

    private @Nullable Object metaDataOfQuery() {
        List<String> columns = FaultyServerSql.columns(preparedSql);
        return columns == null
                ? null
                : new FaultyDriverMetaData(server, session, ResultSetMetaData.class, connection, columns, 0)
                        .proxy(ResultSetMetaData.class);
    }

    private ParameterMetaData metaDataOfParameters() {
        int count = FaultyServerSql.parameterCount(preparedSql);
        return new FaultyDriverMetaData(server, session, ParameterMetaData.class, connection, List.of(), count)
                .proxy(ParameterMetaData.class);
    }

    private static @Nullable Object clear(Runnable change) {
        change.run();
        return null;
    }

    private void closeResults() {
        resultSets.forEach(FaultyDriverResultSet::markClosed);
        resultSets.clear();
        current = null;
        updateCount = -1;
    }

    Connection connection() {
        return connection;
    }

    void markClosed() {
        closed = true;
        resultSets.forEach(FaultyDriverResultSet::markClosed);
        resultSets.clear();
    }

    /** One of the results was closed by the client. */
    void resultClosed(FaultyDriverResultSet results) {
        resultSets.remove(results);
        if (closeOnCompletion && resultSets.isEmpty()) {
            markClosed();
            session.closed(this);
        }
    }
}
