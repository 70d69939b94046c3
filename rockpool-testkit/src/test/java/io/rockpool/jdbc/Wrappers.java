package io.rockpool.jdbc;

import io.rockpool.ConnectionWrapper;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.DatabaseMetaData;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Calendar;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One object of every kind that a lease hands out, and how to call any method of it. */
final class Wrappers {

    static final List<Class<?>> KINDS = List.of(
            ConnectionWrapper.class,
            Statement.class,
            PreparedStatement.class,
            CallableStatement.class,
            ResultSet.class,
            DatabaseMetaData.class,
            ResultSetMetaData.class,
            ParameterMetaData.class,
            Array.class);

    private Wrappers() {}

    static Map<Class<?>, Object> all(ConnectionWrapper connection) throws SQLException {
        Map<Class<?>, Object> all = new LinkedHashMap<>();
        all.put(ConnectionWrapper.class, connection);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT 7");
        rows.next();
        PreparedStatement prepared = connection.prepareStatement("SELECT ?");
        prepared.setInt(1, 1);
        all.put(Statement.class, statement);
        all.put(PreparedStatement.class, prepared);
        all.put(CallableStatement.class, connection.prepareCall("SELECT 1"));
        all.put(ResultSet.class, rows);
        all.put(DatabaseMetaData.class, connection.getMetaData());
        all.put(ResultSetMetaData.class, rows.getMetaData());
        all.put(ParameterMetaData.class, prepared.getParameterMetaData());
        all.put(Array.class, connection.createArrayOf("text", new Object[] {"a"}));
        return all;
    }

    /** Everything that can be called on that kind, inherited methods included. */
    static List<Method> methods(Class<?> kind) {
        return Arrays.stream(kind.getMethods())
                .filter(m -> !Modifier.isStatic(m.getModifiers()))
                .toList();
    }

    static @Nullable Object call(Object target, Method method) throws Throwable {
        try {
            return method.invoke(target, arguments(method));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static Object[] arguments(Method method) {
        return Arrays.stream(method.getParameterTypes())
                .map(type -> argument(method, type))
                .toArray();
    }

    private static @Nullable Object argument(Method method, Class<?> type) {
        if (type == int.class) {
            return 1;
        } else if (type == long.class) {
            return 1L;
        } else if (type == String.class) {
            return method.getName().startsWith("execute") || method.getName().startsWith("prepare")
                    ? "SELECT 1"
                    : "value";
        } else if (type == Class.class) {
            return method.getName().equals("getObject") ? String.class : method.getDeclaringClass();
        } else if (type == Map.class) {
            return new HashMap<>();
        } else if (type == Properties.class) {
            return new Properties();
        } else if (type == Calendar.class) {
            return Calendar.getInstance();
        } else if (type == Executor.class) {
            return (Executor) Runnable::run;
        } else if (type.isArray()) {
            return java.lang.reflect.Array.newInstance(type.getComponentType(), 1);
        }
        return primitive(type);
    }

    private static @Nullable Object primitive(Class<?> type) {
        if (type == boolean.class) {
            return true;
        } else if (type == short.class) {
            return (short) 1;
        } else if (type == byte.class) {
            return (byte) 1;
        } else if (type == float.class) {
            return 1f;
        } else if (type == double.class) {
            return 1d;
        }
        return null;
    }

    /** Whether it is an object of the scripted driver, which are all proxies. */
    static boolean isDrivers(@Nullable Object object) {
        return object != null && Proxy.isProxyClass(object.getClass());
    }
}
