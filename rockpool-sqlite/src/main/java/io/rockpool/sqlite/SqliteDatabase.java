package io.rockpool.sqlite;

import io.rockpool.engine.EngineSettings;
import io.rockpool.engine.Platform;
import io.rockpool.jdbc.AnyDatabase;
import io.rockpool.jdbc.ConnectionSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;

/**
 * A SQLite database as the pool uses it: sessions that find their lane at each statement, native connections with their
 * pragmas set and read back, errors by SQLite's codes.
 *
 * <p>Opening a native connection costs about 0.1 ms, so whatever is in doubt is closed rather than repaired. Threads: any, with
 * a connection each. Source: docs/design/0005-sqlite-profile.md, 0010-sqlite-lanes.md.
 */
final class SqliteDatabase extends AnyDatabase {

    /** Native waits are short: a longer one goes on in Java, where it can be ended. */
    static final int NATIVE_WAIT_MILLIS = 5;

    /** READWRITE, URI and NOMUTEX: the driver locks each connection itself. */
    private static final String OPEN_MODE = "32834";

    /** The same and CREATE. */
    private static final String OPEN_OR_CREATE = "32838";

    private static final int WRITER_STATEMENTS = 256;
    private static final int READER_STATEMENTS = 128;

    private final SqliteOptions options;
    private final Router router;
    private @Nullable Lanes lanes;
    private final AtomicInteger mayCreate = new AtomicInteger(); // openings under way that may create a file
    private long borrowNanos = TimeUnit.SECONDS.toNanos(30);
    private @Nullable SQLiteConnection memory; // guarded by this
    private @Nullable ValueConverter converter; // guarded by this

    SqliteDatabase(ConnectionSettings settings, SqliteOptions options, Consumer<String> fault) {
        super(settings, fault);
        this.options = options;
        this.router = new Router(options.foreignLockMillis());
    }

    // ---- what the lanes ask ------------------------------------------------------------------------------------

    /** The file, or null for a database in memory. */
    @Nullable Path file() {
        return options.file();
    }

    Router router() {
        return router;
    }

    boolean keepsSnapshots() {
        return options.singleProcess();
    }

    boolean isLazyRead() {
        return options.lazyRead();
    }

    boolean nestsWriters() {
        return options.nests();
    }

    int foreignLockMillis() {
        return options.foreignLockMillis();
    }

    long foreignLockNanos() {
        return TimeUnit.MILLISECONDS.toNanos(options.foreignLockMillis());
    }

    /** How long a session may wait for a lane. */
    long borrowNanos() {
        return borrowNanos;
    }

    int cacheSize(LaneConnection.Role role) {
        return role == LaneConnection.Role.READER ? READER_STATEMENTS : WRITER_STATEMENTS;
    }

    /** Whether readers beside the writer are impossible. */
    boolean isSingleLane(SQLiteConnection writer) throws SQLException {
        return file() == null
                || !"wal".equalsIgnoreCase(text(writer, "PRAGMA journal_mode"))
                || "exclusive".equalsIgnoreCase(text(writer, "PRAGMA locking_mode"));
    }

    private static @Nullable String text(SQLiteConnection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : null;
        }
    }

    /** A database that was there must not be made anew in silence. */
    void checkFileExists() throws SQLException {
        Path file = file();
        if (file != null && !Files.exists(file)) {
            throw new SQLNonTransientConnectionException(
                    "the database file " + file + " was deleted while the pool was open; put it back, or restart to"
                            + " begin with a new one",
                    "08001");
        }
    }

    /** A native connection that may create files: the first one its own, a session's private one those that it attaches. */
    SQLiteConnection connectCreating(LaneConnection.Role role) throws SQLException {
        mayCreate.incrementAndGet();
        try {
            return connect(role);
        } finally {
            mayCreate.decrementAndGet();
        }
    }

    /** A native connection for the role. */
    SQLiteConnection connect(LaneConnection.Role role) throws SQLException {
        Connection connection = super.open();
        try {
            SQLiteConnection driver = connection.unwrap(SQLiteConnection.class);
            driver.getConnectionConfig().setGetGeneratedKeys(false); // they cost a query each, and leave it open
            driver.setBusyTimeout(Math.min(NATIVE_WAIT_MILLIS, options.foreignLockMillis()));
            setUp(driver, role);
            return driver;
        } catch (SQLException e) {
            close(connection, e);
            throw explained(e);
        } catch (Throwable t) {
            close(connection, t);
            throw t;
        }
    }

    private void setUp(SQLiteConnection driver, LaneConnection.Role role) throws SQLException {
        for (Pragma.Choice pragma : options.pragmas()) {
            if (pragma.pragma().isFor(role)
                    && (file() != null || !pragma.pragma().isOfFiles())) {
                patiently(() -> pragma.apply(driver));
            }
        }
        patiently(() -> readSomething(driver));
        try (Statement statement = driver.createStatement()) {
            if (role == LaneConnection.Role.READER) {
                statement.execute("PRAGMA query_only=1");
            } else if (file() != null) {
                statement.execute("PRAGMA wal_autocheckpoint=" + Checkpoints.BACKSTOP_FRAMES);
                statement.execute("PRAGMA journal_size_limit=" + Checkpoints.TRUNCATE_BYTES);
            }
        }
    }

    private interface Step {
        void run() throws SQLException;
    }

    /** Another process may hold the file's locks just now. */
    private void patiently(Step step) throws SQLException {
        long until = System.nanoTime() + foreignLockNanos();
        while (true) {
            try {
                step.run();
                return;
            } catch (SQLException e) {
                if (!SqliteErrors.isLockedByAnother(e)
                        || System.nanoTime() - until >= 0
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000L);
            }
        }
    }

    /** The driver opens anything; a file that is no database shows at the first real read. */
    private static void readSomething(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT sqlite_version(), (SELECT count(*) FROM sqlite_schema)")) {
            row.next();
            String version = row.getString(1);
            if (Floor.isOlder(version, Floor.SQLITE)) {
                throw new SQLNonTransientConnectionException(
                        "SQLite is " + version + "; it must be " + Floor.SQLITE
                                + " or newer (older ones can corrupt a WAL database); raise the driver's version",
                        "08001");
            }
        }
    }

    private SQLException explained(SQLException e) {
        SQLiteErrorCode code = SqliteErrors.primary(SqliteErrors.codeOf(e));
        String what = switch (code) {
            case SQLITE_NOTADB -> "is no SQLite database; name another file, or a new one";
            case SQLITE_CORRUPT -> "is a damaged database; restore it from a backup";
            case SQLITE_READONLY, SQLITE_CANTOPEN ->
                "cannot be written: SQLite makes two more files beside it; check the"
                        + " permissions of the file and its folder, and that the disk is not read-only";
            case SQLITE_FULL -> "cannot grow: the disk is full";
            default -> "";
        };
        return what.isEmpty()
                ? e
                : new SQLNonTransientConnectionException(
                        "the database file " + file() + " " + what, "08001", e.getErrorCode(), e);
    }

    private static void close(Connection connection, Throwable because) {
        try {
            connection.close();
        } catch (SQLException e) {
            because.addSuppressed(e);
        }
    }

    /** A database in memory that nothing is stored in: for what the driver answers by itself. */
    synchronized SQLiteConnection memory() throws SQLException {
        SQLiteConnection connection = memory;
        if (connection == null) {
            connection = org.sqlite.JDBC.createConnection(SqliteProfile.PREFIX + ":memory:", driverProperties());
            memory = connection;
        }
        return connection;
    }

    synchronized ValueConverter converter() throws SQLException {
        ValueConverter present = converter;
        if (present == null) {
            present = new ValueConverter(memory());
            converter = present;
        }
        return present;
    }

    private Properties driverProperties() {
        Properties properties = new Properties();
        settings().driverProperties().forEach(properties::setProperty);
        return properties;
    }

    // ---- what the pool asks ------------------------------------------------------------------------------------

    @Override
    protected String driverUrl() {
        Path file = file();
        return SqliteProfile.PREFIX + (file == null ? ":memory:" : file);
    }

    @Override
    protected void complete(Properties driverProperties) {
        driverProperties.putIfAbsent(
                SQLiteConfig.Pragma.OPEN_MODE.pragmaName, mayCreate.get() > 0 ? OPEN_OR_CREATE : OPEN_MODE);
    }

    @Override
    public void serve(String pool, EngineSettings settings, Platform platform) {
        borrowNanos = settings.borrowTimeout();
        lanes = new Lanes(this, pool, settings, platform);
    }

    @Override
    public List<LaneStanding> lanes() {
        Lanes all = lanes;
        return all == null ? List.of() : all.standing();
    }

    @Override
    public void ending() {
        Lanes all = lanes;
        if (all != null) {
            all.ending();
        }
    }

    @Override
    public boolean local() {
        return true;
    }

    /** A session: it opens nothing but the lanes, with the first of them. */
    @Override
    public Connection open() throws SQLException {
        Lanes all = lanes;
        if (all == null) {
            throw new IllegalStateException("open comes after serve");
        }
        return all.enter();
    }

    @Override
    public boolean validate(Connection connection, int timeoutSeconds) throws SQLException {
        return ((Session) connection).validate();
    }

    @Override
    public void aborting(Connection connection, boolean on) {
        ((Session) connection).abortsSoon = on;
    }

    @Override
    public void abort(Connection connection) throws SQLException {
        ((Session) connection).abort();
    }

    @Override
    public Role role(Connection connection) throws SQLException {
        return ((Session) connection).held().role();
    }

    @Override
    public boolean retryable(Throwable failure) {
        return failure instanceof SQLException e
                && switch (SqliteErrors.primary(SqliteErrors.codeOf(e))) {
                    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL -> true;
                    default -> false;
                };
    }

    @Override
    public Severity severity(SQLException e) {
        boolean broken = SqliteErrors.isFatal(e) || super.severity(e) == Severity.CONNECTION;
        return broken ? Severity.CONNECTION : Severity.TRANSACTION;
    }

    @Override
    public Effect effect(String sql) {
        Route route = router.route(sql);
        return switch (route.kind) {
            case BEGIN, SAVEPOINT -> Effect.BEGINS;
            case COMMIT, ROLLBACK -> Effect.ENDS;
            case SESSION -> Effect.SESSION;
            case SCRIPT ->
                route.parts.stream().anyMatch(part -> part.kind == Route.Kind.SESSION || part.controlsTransaction())
                        ? Effect.SESSION
                        : Effect.NONE;
            case READ, WRITE, RELEASE, ROLLBACK_TO -> Effect.NONE;
        };
    }

    @Override
    public boolean resetSession(Connection connection) throws SQLException {
        ((Session) connection).reset();
        return true;
    }

    /** Counts and row ids; the driver has no warnings. */
    @Override
    public void forgetTraces(Connection connection) {
        ((Session) connection).changes().forget();
    }

    @Override
    public boolean ownTransactions() {
        return true;
    }

    @Override
    public Transactions transactions(Connection connection) {
        return ((Session) connection).transaction();
    }
}
