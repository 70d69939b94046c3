package io.rockpool.testkit;

import java.lang.reflect.Method;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** A physical connection. Threads and errors: as {@link FaultyDriverHandler}. */
final class FaultyDriverConnection extends FaultyDriverHandler {
    final Connection connection;

    FaultyDriverConnection(FaultyServer server, FaultyServerSession session) {
        super(server, session, Connection.class);
        connection = proxy(Connection.class);
    }

    @Override
    @Nullable Object answer(Object proxy, Method method, Object[] args) throws Throwable {
        String name = method.getName();
        if (name.startsWith("set") && !name.equals("setSavepoint")) {
            return set(name.substring("set".length()), proxy, method, args);
        }
        return switch (name) {
            case "createStatement" -> statement(Statement.class, "", args, 0);
            case "prepareStatement" -> statement(PreparedStatement.class, (String) args[0], args, 1);
            case "prepareCall" -> statement(CallableStatement.class, (String) args[0], args, 1);
            case "commit" -> commit();
            case "rollback" -> rollback(args);
            case "setSavepoint" -> savepoint(args);
            case "releaseSavepoint" -> release((Savepoint) args[0]);
            case "close" -> end(FaultyServerSession.End.CLOSED);
            case "abort" -> abort(args[0]);
            case "isClosed" -> session.end() != FaultyServerSession.End.OPEN;
            case "isValid" -> isValid((int) args[0]);
            case "getMetaData" -> metaData();
            case "nativeSQL" -> args[0];
            case "createArrayOf" -> new FaultyDriverArray(server, session, connection, (Object[]) args[1]).array;
            case "getWarnings" -> null;
            default -> get(name, proxy, method, args);
        };
    }

    private Statement statement(Class<? extends Statement> type, String sql, Object[] args, int options) {
        // Three options are type, concurrency, holdability; two are the first of them; one is about generated keys.
        boolean typed = args.length - options >= 2;
        FaultyDriverStatement statement = new FaultyDriverStatement(server, session, type, connection, sql);
        if (typed) {
            statement.set("ResultSetType", args[options]);
            statement.set("ResultSetConcurrency", args[options + 1]);
        }
        boolean holding = args.length - options >= 3;
        statement.set("ResultSetHoldability", holding ? args[options + 2] : (Object) session.holdability);
        session.opened(statement);
        return statement.statement;
    }

    private @Nullable Object set(String property, Object proxy, Method method, Object[] args) throws Throwable {
        switch (property) {
            case "AutoCommit" -> session.setAutoCommit((boolean) args[0]);
            case "ReadOnly" -> {
                session.needNoTransaction("read-only");
                session.readOnly = (boolean) args[0];
            }
            case "TransactionIsolation" -> {
                session.needNoTransaction("the isolation");
                session.isolation = (int) args[0];
            }
            case "Catalog" -> session.catalog = (String) args[0];
            case "Schema" -> session.schema = (String) args[0];
            case "Holdability" -> session.holdability = (int) args[0];
            case "NetworkTimeout" -> session.networkTimeoutMillis = timeout((int) args[1]);
            case "TypeMap" -> session.typeMap = typeMap((Map<?, ?>) args[0]);
            case "ClientInfo" -> setClientInfo(args);
            default -> {
                return unsimulated(proxy, method, args);
            }
        }
        // A setter that works ends the lie an ignored one has left.
        session.lies.remove(property);
        return null;
    }

    private @Nullable Object get(String name, Object proxy, Method method, Object[] args) throws Throwable {
        String property = name.replaceFirst("^(get|is)", "");
        if (args.length == 0 && session.lies.containsKey(property)) {
            return session.lies.get(property);
        }
        return switch (name) {
            case "getAutoCommit" -> session.autoCommit;
            case "isReadOnly" -> session.readOnly;
            case "getTransactionIsolation" -> session.isolation;
            case "getCatalog" -> session.catalog;
            case "getSchema" -> session.schema;
            case "getHoldability" -> session.holdability;
            case "getNetworkTimeout" -> session.networkTimeoutMillis;
            case "getTypeMap" -> new HashMap<>(session.typeMap);
            case "getClientInfo" -> args.length == 0 ? clientInfo() : session.clientInfo.get(args[0]);
            default -> unsimulated(proxy, method, args);
        };
    }

    private DatabaseMetaData metaData() {
        return new FaultyDriverMetaData(server, session, DatabaseMetaData.class, connection, List.of(), 0)
                .proxy(DatabaseMetaData.class);
    }

    private @Nullable Object commit() throws SQLException {
        session.needManualCommit();
        session.transaction.commit();
        return null;
    }

    private @Nullable Object rollback(Object[] args) throws SQLException {
        session.needManualCommit();
        if (args.length > 0) {
            session.transaction.rollbackTo((Savepoint) args[0]);
        } else {
            session.transaction.rollback();
        }
        return null;
    }

    private Savepoint savepoint(Object[] args) throws SQLException {
        session.needManualCommit();
        return session.transaction.mark(args.length == 0 ? null : (String) args[0]);
    }

    private @Nullable Object release(Savepoint savepoint) throws SQLException {
        session.transaction.release(savepoint);
        return null;
    }

    private @Nullable Object abort(@Nullable Object executor) throws SQLException {
        if (executor == null) {
            throw FaultSqlState.exception(FaultSqlState.BAD_VALUE, "abort needs an executor");
        }
        return end(FaultyServerSession.End.ABORTED);
    }

    private @Nullable Object end(FaultyServerSession.End how) {
        server.door().ledger.end(session, how);
        server.door().hangs.wake();
        return null;
    }

    private boolean isValid(int timeoutSeconds) throws SQLException {
        if (timeoutSeconds < 0) {
            throw FaultSqlState.exception(FaultSqlState.BAD_VALUE, "a timeout must be 0 or more seconds");
        }
        return !session.isGone();
    }

    private static int timeout(int millis) throws SQLException {
        if (millis < 0) {
            throw FaultSqlState.exception(FaultSqlState.BAD_VALUE, "a timeout must be 0 or more milliseconds");
        }
        return millis;
    }

    private static Map<String, Class<?>> typeMap(@Nullable Map<?, ?> given) {
        Map<String, Class<?>> types = new HashMap<>();
        if (given != null) {
            given.forEach((type, mapped) -> types.put((String) type, (Class<?>) mapped));
        }
        return types;
    }

    private void setClientInfo(Object[] args) {
        if (args.length == 1) {
            session.clientInfo.clear();
            Properties properties = (Properties) args[0];
            properties.stringPropertyNames().forEach(key -> session.clientInfo.put(key, properties.getProperty(key)));
        } else if (args[1] == null) {
            session.clientInfo.remove(args[0]);
        } else {
            session.clientInfo.put((String) args[0], (String) args[1]);
        }
    }

    private Properties clientInfo() {
        Properties properties = new Properties();
        properties.putAll(session.clientInfo);
        return properties;
    }
}
