package io.rockpool.benchmarks;

import io.rockpool.benchmarks.stub.StubConnection;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;

/** A driver that does nothing but to watch, by URL, how the first transaction ends and how often it must validate. */
final class WatchingDriver implements Driver {

    static final String URL = "jdbc:watching:";

    enum Outcome {
        ROLLED_BACK,
        COMMITTED,
        LENT_ON
    }

    /** What was seen of one URL. Threads: any. */
    static final class Watch {

        private Outcome outcome = Outcome.LENT_ON;
        private int validations;

        /** What became of the first transaction; LENT_ON while it is open. */
        synchronized Outcome outcome() {
            return outcome;
        }

        /** How many calls of {@code isValid} there were. */
        synchronized int validations() {
            return validations;
        }

        private synchronized void ended(Outcome how) {
            if (outcome == Outcome.LENT_ON) {
                outcome = how;
            }
        }

        private synchronized void validated() {
            validations++;
        }
    }

    private static final WatchingDriver INSTANCE = new WatchingDriver();
    private static final Map<String, Watch> WATCHES = new ConcurrentHashMap<>();

    private WatchingDriver() {}

    /** More than once is as once. */
    static void register() throws SQLException {
        DriverManager.registerDriver(INSTANCE);
    }

    static Watch watch(String url) {
        return WATCHES.computeIfAbsent(url, any -> new Watch());
    }

    @Override
    public Connection connect(String url, Properties info) {
        if (!acceptsURL(url)) {
            return null;
        }
        Watch watch = watch(url);
        StubConnection stub = new StubConnection();
        boolean[] autoCommit = {true};
        return (Connection) Proxy.newProxyInstance(
                WatchingDriver.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getAutoCommit" -> autoCommit[0];
                    case "setAutoCommit" -> {
                        boolean wanted = (Boolean) arguments[0];
                        if (wanted && !autoCommit[0]) {
                            watch.ended(Outcome.COMMITTED); // as JDBC has it
                        }
                        autoCommit[0] = wanted;
                        yield null;
                    }
                    case "rollback" -> {
                        watch.ended(Outcome.ROLLED_BACK);
                        yield null;
                    }
                    case "commit" -> {
                        watch.ended(Outcome.COMMITTED);
                        yield null;
                    }
                    case "isValid" -> {
                        watch.validated();
                        yield true;
                    }
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    default -> {
                        try {
                            yield method.invoke(stub, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }
                });
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(URL);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }
}
