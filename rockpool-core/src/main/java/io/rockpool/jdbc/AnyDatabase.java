package io.rockpool.jdbc;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A database of which nothing is known but JDBC: opened by its driver or a data source, validated by {@code isValid},
 * transactions by the driver, errors classified by SQLState.
 *
 * <p>A profile extends it with what it knows better. Threads: any.
 */
public class AnyDatabase implements Database {

    private static final Set<String> BROKEN =
            Set.of("01002", "57P01", "57P02", "57P03", "57P04", "57P05", "JZ0C0", "JZ0C1", "25P03", "25P04");

    private final ConnectionSettings settings;
    private final @Nullable Driver driver;

    /** Finds the driver; what stands against it is told to {@code fault}. */
    protected AnyDatabase(ConnectionSettings settings, Consumer<String> fault) {
        this.settings = settings;
        this.driver = settings.dataSource() == null ? driver(settings, fault) : null;
    }

    /** A database with no profile of its own. */
    public static Database of(ConnectionSettings settings, Consumer<String> fault) {
        return new AnyDatabase(settings, fault);
    }

    private static @Nullable Driver driver(ConnectionSettings settings, Consumer<String> fault) {
        String className = settings.driverClassName();
        String url = settings.url();
        try {
            if (className == null) {
                return DriverManager.getDriver(url);
            }
            Driver driver = (Driver) load(className).getDeclaredConstructor().newInstance();
            if (!driver.acceptsURL(url)) {
                fault.accept("driver-class-name " + className + " does not accept the url " + Redaction.url(url)
                        + "; leave driver-class-name out, or name the driver of this url");
            }
            return driver;
        } catch (SQLException e) {
            fault.accept("url " + Redaction.url(url) + " is accepted by no driver on the class path;"
                    + " add the driver's dependency or correct the url");
        } catch (ReflectiveOperationException | ClassCastException | LinkageError e) {
            fault.accept("driver-class-name " + className + " is no java.sql.Driver on the class path (" + e
                    + "); add its dependency or correct the name");
        }
        return null;
    }

    private static Class<?> load(String className) throws ClassNotFoundException {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        try {
            return Class.forName(className, true, context == null ? AnyDatabase.class.getClassLoader() : context);
        } catch (ClassNotFoundException e) {
            return Class.forName(className);
        }
    }

    /** The settings. */
    protected final ConnectionSettings settings() {
        return settings;
    }

    /** The URL that the driver gets; a profile may build its own. */
    protected String driverUrl() {
        return settings.url();
    }

    /** Adds what the driver shall get besides what was set. */
    protected void complete(Properties driverProperties) {}

    @Override
    public boolean local() {
        return false;
    }

    @Override
    public Connection open() throws SQLException {
        String password = settings.password().get();
        try {
            return inAutoCommit(checked(connect(password)));
        } catch (SQLException | RuntimeException e) {
            throw redacted(e, password);
        }
    }

    private SQLException redacted(Exception e, @Nullable String password) {
        List<String> secrets = new ArrayList<>(Redaction.secrets(settings.url(), settings.driverProperties()));
        if (password != null && !password.isEmpty()) {
            secrets.add(password);
        }
        return DriverErrors.redacted(e, secrets);
    }

    private @Nullable Connection connect(@Nullable String password) throws SQLException {
        DataSource source = settings.dataSource();
        if (source != null) {
            return settings.username() == null
                    ? source.getConnection()
                    : source.getConnection(settings.username(), password);
        }
        if (driver == null) {
            throw new SQLNonTransientConnectionException(
                    "there is no driver for " + Redaction.url(driverUrl()), "08001");
        }
        return driver.connect(driverUrl(), properties(password));
    }

    private static Connection inAutoCommit(Connection connection) throws SQLException {
        try {
            if (!connection.getAutoCommit()) {
                connection.setAutoCommit(true);
            }
            return connection;
        } catch (Throwable t) {
            try {
                connection.close();
            } catch (SQLException e) {
                t.addSuppressed(e);
            }
            throw t;
        }
    }

    private Connection checked(@Nullable Connection connection) throws SQLException {
        if (connection == null) {
            throw new SQLNonTransientConnectionException(
                    "the driver " + driver + " opened nothing for the url " + Redaction.url(driverUrl())
                            + "; the url is of another driver",
                    "08001");
        }
        return connection;
    }

    private Properties properties(@Nullable String password) {
        Properties properties = new Properties();
        settings.driverProperties().forEach(properties::setProperty);
        if (settings.username() != null) {
            properties.setProperty("user", settings.username());
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        complete(properties);
        return properties;
    }

    @Override
    public boolean validate(Connection connection, int timeoutSeconds) throws SQLException {
        try {
            return connection.isValid(timeoutSeconds);
        } catch (SQLException e) {
            throw redacted(e, null);
        }
    }

    @Override
    public void abort(Connection connection) throws SQLException {
        connection.abort(Runnable::run);
    }

    /** Class 28 (wrong credentials), 3D (no such database) and errors of the JVM do not go away by trying again. */
    @Override
    public boolean retryable(Throwable failure) {
        if (failure instanceof SQLException e) {
            String state = e.getSQLState();
            return state == null || !(state.startsWith("28") || state.startsWith("3D"));
        }
        return !(failure instanceof Error);
    }

    @Override
    public Severity severity(SQLException e) {
        for (SQLException next = e; next != null; next = next.getNextException()) {
            String state = next.getSQLState();
            boolean broken = next instanceof SQLRecoverableException
                    || next instanceof SQLNonTransientConnectionException
                    || (state != null && (state.startsWith("08") || BROKEN.contains(state)));
            if (broken) {
                return Severity.CONNECTION;
            }
        }
        return Severity.STATEMENT;
    }

    @Override
    public Effect effect(String sql) {
        if (SqlText.isOrdinary(sql)) {
            return Effect.NONE;
        }
        Effect effect = effect(new SqlText(sql));
        for (int end = sql.indexOf(';');
                end >= 0;
                end = sql.indexOf(';', end + 1)) { // in a literal too: at worst it closes
            Effect next = effect(new SqlText(sql.substring(end + 1)));
            effect = next.compareTo(effect) > 0 ? next : effect;
        }
        return effect;
    }

    private static Effect effect(SqlText text) {
        return switch (text.word()) {
            case "BEGIN", "START" -> Effect.BEGINS;
            case "COMMIT", "END", "ROLLBACK", "ABORT" -> text.endsTransaction() ? Effect.ENDS : Effect.NONE;
            case "SET" ->
                Set.of("TRANSACTION", "LOCAL", "CONSTRAINTS").contains(text.word()) ? Effect.NONE : Effect.SESSION;
            case "ALTER" -> text.word().equals("SESSION") ? Effect.SESSION : Effect.NONE;
            case "CREATE" -> createsTemporary(text) ? Effect.SESSION : Effect.NONE;
            case "USE", "DECLARE", "LISTEN", "PREPARE", "LOCK", "ATTACH", "DETACH", "PRAGMA", "LOAD", "RESET" ->
                Effect.SESSION;
            default -> Effect.NONE;
        };
    }

    private static boolean createsTemporary(SqlText text) {
        for (int i = 0; i < 4; i++) { // CREATE [OR REPLACE] [LOCAL | GLOBAL] TEMP
            String word = text.word();
            if (word.equals("TEMP") || word.equals("TEMPORARY")) {
                return true;
            }
            if (!Set.of("OR", "REPLACE", "LOCAL", "GLOBAL").contains(word)) {
                return false;
            }
        }
        return false;
    }

    /** Nothing is known of this database's session state, so its connection is closed. */
    @Override
    public boolean resetSession(Connection connection) throws SQLException {
        return false;
    }

    @Override
    public boolean ownTransactions() {
        return false;
    }

    @Override
    public Transactions transactions(Connection connection) throws SQLException {
        return new DriverTransactions(connection);
    }
}
