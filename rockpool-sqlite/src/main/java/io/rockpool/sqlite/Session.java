package io.rockpool.sqlite;

import java.sql.Array;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What the pool lends as a connection to a SQLite file: nothing native, but the way to the lanes, which {@link HeldLanes}
 * finds for each statement.
 *
 * <p>Threads: one at a time, as JDBC's; {@link #abort} and a statement's cancel from any. A thread that is inside a call
 * when the session is aborted gives the lanes up itself as it leaves; else the aborting thread does.
 */
final class Session extends ForwardingConnection {

    final Lanes lanes;
    final SqliteDatabase database;
    private final LaneWaits waits;
    private final SessionTransaction transaction;
    private final SessionChanges changes = new SessionChanges();
    private final HeldLanes held;

    private @Nullable SessionStatement current;
    private boolean readOnly;
    private int isolation = TRANSACTION_SERIALIZABLE;
    private Map<String, Class<?>> typeMap = new HashMap<>();
    /** Written by field alone where an error is on its way: there may be no stack left for a call. */
    volatile boolean inside;

    /** Aborted, or broken by an error of the JVM: no call is taken any more. */
    volatile boolean aborted;

    /** How long its statements wait for a lane, in nanoseconds: the pool's borrow timeout. */
    long patience;

    /** Its lease is being aborted: what it holds is on its way back. */
    volatile boolean abortsSoon;

    private volatile boolean closed;

    Session(Lanes lanes) {
        this.lanes = lanes;
        this.database = lanes.database;
        this.patience = lanes.database.borrowNanos();
        this.waits = new LaneWaits(this, lanes);
        this.transaction = new SessionTransaction(this);
        this.held = new HeldLanes(this);
    }

    SessionTransaction transaction() {
        return transaction;
    }

    LaneWaits waits() {
        return waits;
    }

    HeldLanes held() {
        return held;
    }

    SessionChanges changes() {
        return changes;
    }

    // ---- inside a call -----------------------------------------------------------------------------------------

    /** Begins a call that uses lanes. */
    void enter(@Nullable SessionStatement statement) throws SQLException {
        current = statement;
        inside = true; // before aborted is read: one of the two threads sees the other
        if (aborted || closed) {
            exit();
            throw over();
        }
    }

    /** Ends it. The callers on the way of every statement write the two fields themselves. */
    void exit() {
        inside = false;
        if (aborted) {
            held.giveUp();
        }
    }

    /** A call that uses lanes, from beginning to end. */
    <V> V call(Work<V> work) throws SQLException {
        enter(null);
        try {
            return work.run();
        } catch (SQLException e) {
            throw told(e, null);
        } catch (Error e) {
            aborted = true;
            throw e;
        } finally {
            inside = false;
            if (aborted) {
                exit();
            }
        }
    }

    private SQLException over() {
        return new SQLNonTransientConnectionException(
                "pool '" + lanes.pool + "': this connection was aborted or closed; borrow a new one", "08003");
    }

    /** The SQL that runs. */
    @Nullable String sql() {
        SessionStatement statement = current;
        return statement == null ? null : statement.sql();
    }

    boolean isGivenUp() {
        SessionStatement statement = current;
        return aborted || (statement != null && statement.isGivenUp());
    }

    /** Why a wait was given up. */
    SQLException givenUp() {
        return givenUp(current);
    }

    SQLException givenUp(@Nullable SessionStatement statement) {
        if (aborted || statement == null) {
            return over();
        }
        return statement.isOverdue(lanes.platform.nanos())
                ? statement.timedOut(null)
                : new SQLException("pool '" + lanes.pool + "': the statement was cancelled before it ran", "57014");
    }

    /** How long this session's statement may wait for a lane, in nanoseconds. */
    long patienceNanos() {
        SessionStatement statement = current;
        return statement == null ? patience : statement.atMost(patience);
    }

    // ---- the pool's calls --------------------------------------------------------------------------------------

    /** Undoes what SQL changed in this session: a transaction left open, and its own lane. */
    void reset() throws SQLException {
        transaction.end();
        held.closeOwn();
    }

    /** Whether the file is there, and can be read. */
    boolean validate() throws SQLException {
        return call(() -> {
            FileLanes now = lanes.now();
            LaneConnection lane = now.tryReader(this);
            if (lane == null) {
                return now.identity.isSame(); // all are in use: they work
            }
            held.hold(lane);
            try (Statement statement = lane.driver.createStatement();
                    ResultSet row = statement.executeQuery("PRAGMA schema_version")) {
                return row.next() && now.identity.isSame();
            } finally {
                held.letGo(lane);
            }
        });
    }

    /** Ends what runs, from any thread. */
    void abort() throws SQLException {
        aborted = true;
        waits.wake();
        for (LaneConnection lane : lanes.open()) {
            SessionStatement running = lane.running();
            if (running != null && running.session == this) {
                lane.interrupt(running);
            }
        }
        if (!inside) {
            held.giveUp();
        }
    }

    /** Whether what it holds will come back without its borrower. */
    boolean isEnding() {
        return aborted || closed || abortsSoon;
    }

    @Override
    public void close() throws SQLException {
        if (!closed) {
            closed = true;
            aborted = true;
            if (!inside) {
                held.giveUp();
            }
            lanes.leave(this);
        }
    }

    /** By the housekeeper: does what an error of the JVM kept a broken or closed session from doing. */
    void sweep() {
        if (aborted && !inside) {
            held.giveUp();
        }
        if (closed) {
            lanes.leave(this);
        }
    }

    @Override
    public boolean isClosed() {
        return closed || aborted;
    }

    @Override
    public void abort(Executor executor) throws SQLException {
        abort();
    }

    @Override
    public boolean isValid(int timeout) throws SQLException {
        return !isClosed() && validate();
    }

    /** From the next statement on. A snapshot that is open ends. */
    @Override
    public void setReadOnly(boolean on) throws SQLException {
        call(() -> {
            if (!on) {
                transaction.endSnapshot();
            }
            readOnly = on;
            return on;
        });
    }

    @Override
    public boolean isReadOnly() {
        return readOnly;
    }

    /** Each is serializable, and a session's own: the driver's connection is shared. */
    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        switch (level) {
            case TRANSACTION_READ_UNCOMMITTED,
                    TRANSACTION_READ_COMMITTED,
                    TRANSACTION_REPEATABLE_READ,
                    TRANSACTION_SERIALIZABLE -> isolation = level;
            default ->
                throw new SQLException("isolation level " + level + " is none of java.sql.Connection's", "22023");
        }
    }

    @Override
    public int getTransactionIsolation() {
        return isolation;
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) {
        typeMap = map;
    }

    @Override
    public Map<String, Class<?>> getTypeMap() {
        return typeMap;
    }

    @Override
    public Array createArrayOf(String type, Object[] elements) throws SQLException {
        throw new SQLFeatureNotSupportedException("SQLite has no arrays; store JSON, or rows of a table", "0A000");
    }

    @Override
    public void setClientInfo(String name, String value) {} // SQLite has none

    @Override
    public void setClientInfo(Properties properties) {}

    // ---- statements --------------------------------------------------------------------------------------------

    @Override
    public Statement createStatement() {
        return new SessionStatement(this);
    }

    @Override
    public Statement createStatement(int type, int concurrency) throws SQLException {
        return createStatement(type, concurrency, ResultSet.CLOSE_CURSORS_AT_COMMIT);
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
        forwardOnly(type, concurrency, holdability);
        return createStatement();
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        return new SessionPreparedStatement(this, sql, false);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int keys) throws SQLException {
        return new SessionPreparedStatement(this, sql, keys == Statement.RETURN_GENERATED_KEYS);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] columns) throws SQLException {
        return new SessionPreparedStatement(this, sql, columns.length > 0);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] columns) throws SQLException {
        return new SessionPreparedStatement(this, sql, columns.length > 0);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        return prepareStatement(sql, type, concurrency, ResultSet.CLOSE_CURSORS_AT_COMMIT);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
            throws SQLException {
        forwardOnly(type, concurrency, holdability);
        return prepareStatement(sql);
    }

    private static void forwardOnly(int type, int concurrency, int holdability) throws SQLException {
        boolean possible = type == ResultSet.TYPE_FORWARD_ONLY
                && concurrency == ResultSet.CONCUR_READ_ONLY
                && holdability == ResultSet.CLOSE_CURSORS_AT_COMMIT;
        if (!possible) {
            throw new SQLFeatureNotSupportedException(
                    "SQLite only supports TYPE_FORWARD_ONLY, CONCUR_READ_ONLY and CLOSE_CURSORS_AT_COMMIT cursors; asked for "
                            + type + ", " + concurrency + ", " + holdability,
                    "0A000");
        }
    }

    @Override
    public DatabaseMetaData getMetaData() {
        return new SessionMetaData(this);
    }

    /** What the compiled text says of itself. */
    <V> V compiled(String sql, Asked<V> asked) throws SQLException {
        return call(() -> {
            LaneConnection lane = held.take(COMPILING);
            try {
                lane.execute(
                        "SELECT 1 FROM sqlite_schema LIMIT 0"); // else another's change of the schema goes unnoticed
                LaneStatement compiled = new LaneStatement(lane.driver, sql);
                try {
                    return asked.of(compiled);
                } finally {
                    compiled.close();
                }
            } finally {
                held.letGo(lane);
            }
        });
    }

    interface Asked<V> {
        V of(LaneStatement compiled) throws SQLException;
    }

    /** Compiling only reads, whatever the text. */
    private static final Route COMPILING = new Route.Builder("(compile)", Route.Kind.READ).build();

    /** Several writes of a batch in one transaction; where one fails, those before it are kept, as in autocommit. */
    <V> V inOneTransaction(boolean useful, Work<V> work) throws SQLException {
        if (!useful || !transaction.isAutocommit() || readOnly) {
            return work.run();
        }
        transaction.begin(false);
        try {
            V value = work.run();
            transaction.commit();
            return value;
        } catch (SQLException | RuntimeException | Error e) {
            try {
                if (e instanceof java.sql.BatchUpdateException && transaction.inTransaction()) {
                    transaction.commit();
                }
            } catch (SQLException commit) {
                e.addSuppressed(commit);
            } finally {
                transaction.end();
            }
            throw e;
        }
    }

    interface Work<V> {
        V run() throws SQLException;
    }

    /** The driver's connection, for what it answers without touching the database. */
    @Override
    Connection driver() throws SQLException {
        return lanes.anyDriver();
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) throws SQLException {
        return iface.isInstance(this) || iface.isInstance(lanes.anyDriver());
    }

    /** The driver's own connection: one of this session's own, since whatever is done there stays unknown. */
    @Override
    public <V> V unwrap(Class<V> iface) throws SQLException {
        if (iface.isInstance(this)) {
            return iface.cast(this);
        }
        return call(() -> {
            LaneConnection lane = transaction.lane();
            if (lane == null) {
                lane = held.own();
            } else {
                lane.personal = true;
            }
            if (!iface.isInstance(lane.driver)) {
                throw new SQLException(
                        "this is no " + iface.getName() + ", and the driver's SQLiteConnection is none either",
                        "0A000");
            }
            lane.driver.setBusyTimeout(database.foreignLockMillis()); // it waits by itself there
            lane.driver.getConnectionConfig().setAutoCommit(!lane.transaction.isOpen()); // its own calls go by it
            lane.commitsUnseen();
            return iface.cast(lane.driver);
        });
    }

    // ---- errors ------------------------------------------------------------------------------------------------

    /** An error as callers get it. */
    SQLException told(SQLException e, @Nullable SessionStatement statement) {
        if (SqliteErrors.isInterrupt(e)) {
            if (aborted) {
                SQLException over = over();
                over.initCause(e);
                return over;
            }
            if (statement != null && statement.isOverdue(lanes.platform.nanos())) {
                SQLTimeoutException timeout = statement.timedOut(e);
                return timeout;
            }
        }
        return SqliteErrors.told(e);
    }
}
