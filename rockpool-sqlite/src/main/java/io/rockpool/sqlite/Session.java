package io.rockpool.sqlite;

import io.rockpool.engine.Slot;
import io.rockpool.jdbc.Database;
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
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What the pool lends as a connection to a SQLite file: nothing native, but the way to the lanes.
 *
 * <pre>
 *   its state at a statement           the statement runs on
 *   in a transaction                   the transaction's lane: the writer, or a reader where it only reads
 *   with a lane of its own             that one; writes with the file's permit
 *   read-only                          a reader, in one snapshot until the lease or the state ends
 *   autocommit, the text reads         a reader, until the result set is closed
 *   autocommit, anything else          the writer, for the statement and its result set
 * </pre>
 *
 * A lane is held for a transaction and for each open result set, and goes back when nothing is left.
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

    private @Nullable LaneConnection reader; // the latest, while it has open result sets
    private @Nullable LaneConnection writer; // while a statement in autocommit holds it
    private @Nullable LaneConnection own; // with temporary objects, settings, …
    private @Nullable LaneConnection held; // all that are held, linked
    private long writes; // statements that wrote, in autocommit
    private long writesAtReader; // when the latest reader was taken
    private @Nullable SessionStatement current;
    private boolean readOnly;
    private int isolation = TRANSACTION_SERIALIZABLE;
    private Map<String, Class<?>> typeMap = new HashMap<>();
    /** Written by field alone where an error is on its way: there may be no stack left for a call. */
    volatile boolean inside;

    /** Aborted, or broken by an error of the JVM: no call is taken any more. */
    volatile boolean aborted;

    /** Its lease is being aborted: what it holds is on its way back. */
    volatile boolean abortsSoon;

    /** A slot on its way from or to the engine, and its word: whoever closes a broken session gives it up. */
    @Nullable Slot<?> passing;

    long passingWord;
    private volatile boolean closed;

    Session(Lanes lanes) {
        this.lanes = lanes;
        this.database = lanes.database;
        this.waits = new LaneWaits(this, lanes);
        this.transaction = new SessionTransaction(this);
    }

    SessionTransaction transaction() {
        return transaction;
    }

    LaneWaits waits() {
        return waits;
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
            giveUpLanes();
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
        long timeout = database.borrowNanos();
        return statement == null ? timeout : statement.atMost(timeout);
    }

    // ---- lanes -------------------------------------------------------------------------------------------------

    /** The lane for a statement, held until {@link #letGo}. */
    LaneConnection take(Route route) throws SQLException {
        LaneConnection lane = transaction.laneFor(route);
        if (lane == null) {
            lane = laneInAutocommit(route);
        } else if (route.kind == Route.Kind.SESSION) {
            lane.personal = true;
        }
        hold(lane);
        if (route.attaches) {
            lane.commitsElsewhere();
        }
        return lane;
    }

    private LaneConnection laneInAutocommit(Route route) throws SQLException {
        if (readOnly) {
            transaction.beginSnapshot();
            LaneConnection snapshot = Objects.requireNonNull(transaction.lane());
            snapshot.personal |= route.kind == Route.Kind.SESSION;
            return snapshot;
        }
        if (route.kind == Route.Kind.SESSION) {
            return own();
        }
        LaneConnection mine = own;
        if (mine != null) {
            if (!route.reads()) {
                permitFor(mine, false);
                committing(mine);
            }
            return mine;
        }
        LaneConnection present = writer;
        if (present != null) {
            return present; // held by its own open result set
        }
        if (route.reads()) {
            return readerInAutocommit();
        }
        return writerInAutocommit();
    }

    private LaneConnection readerInAutocommit() throws SQLException {
        LaneConnection present = reader;
        if (present != null && writes == writesAtReader) {
            return present; // what is open there is as new as what this session has seen
        }
        LaneConnection lane = held == null ? lanes.reader(this) : lanes.tryReader(this);
        if (lane == null) {
            return writerInAutocommit(); // never wait for a reader with one in hand
        }
        if (lane.role != LaneConnection.Role.READER) { // a single lane
            writer = lane;
            return lane;
        }
        reader = lane;
        writesAtReader = writes;
        if (database.keepsSnapshots()) {
            try {
                lane.renewSnapshot(lane.home.gate);
            } catch (SQLException e) {
                dropped(lane);
                throw e;
            }
        }
        return lane;
    }

    private LaneConnection writerInAutocommit() throws SQLException {
        SessionTransaction outer = database.nestsWriters() ? lanes.transactionOfThisThread(this) : null;
        LaneConnection outers = outer == null ? null : outer.lane();
        if (outers != null) {
            return outers; // a part of this thread's other transaction
        }
        LaneConnection lane = lanes.writer(this, false);
        writer = lane;
        committing(lane);
        writes++;
        return lane;
    }

    /** Gives a lane back that was taken in vain. */
    private void dropped(LaneConnection lane) throws SQLException {
        lane.broken = true;
        hold(lane);
        letGo(lane);
    }

    private static void committing(LaneConnection lane) {
        if (!lane.commits) {
            lane.commits = true;
            lane.home.gate.committing();
        }
    }

    /** Tells the gate that the lane's commit is over: closing a broken lane may still commit what its open rows wrote. */
    private void committed(LaneConnection lane) {
        if (lane.commits) {
            if (lane.broken) {
                lanes.closeQuietly(lane);
            }
            lane.commits = false;
            lane.home.gate.committed();
        }
    }

    /** A reader, or the writer with its permit, for a transaction. */
    LaneConnection takeForTransaction(boolean writes) throws SQLException {
        if (writes) {
            this.writes++; // what is open on a reader is older than what this session will have seen
        }
        LaneConnection mine = own;
        LaneConnection lane;
        if (mine != null) {
            lane = mine;
            if (writes) {
                permitFor(mine, true);
            }
        } else if (!writes) {
            lane = lanes.reader(this);
            try {
                lane.endKeptSnapshot();
            } catch (SQLException e) {
                dropped(lane);
                throw e;
            }
        } else if (writer != null) {
            lane = writer;
        } else {
            lane = lanes.writer(this, true);
        }
        hold(lane);
        return lane;
    }

    private void permitFor(LaneConnection mine, boolean forTransaction) throws SQLException {
        if (mine.slot == null) {
            lanes.permit(mine, this, forTransaction);
        }
    }

    /** Whether a transaction can begin on a reader and go on on the writer. */
    boolean mayReadLazily() throws SQLException {
        return database.isLazyRead() && own == null && !lanes.isSingle();
    }

    /** A lane of this session alone, until its lease ends. */
    LaneConnection own() throws SQLException {
        LaneConnection mine = own;
        if (mine == null) {
            mine = lanes.privateLane();
            own = mine;
        }
        return mine;
    }

    private void hold(LaneConnection lane) {
        if (lane.holds++ == 0) {
            lane.nextHeld = held;
            held = lane;
            lane.holder = this;
        }
        passing = null;
    }

    /** One reason less to hold the lane; with the last it goes back. */
    void letGo(LaneConnection lane) throws SQLException {
        if (--lane.holds > 0) {
            return;
        }
        passing = lane.slot;
        passingWord = lane.ticket;
        Session holder = lane.holder; // another one of this thread, whose transaction this was a savepoint of
        (holder == null ? this : holder).unlink(lane);
        if (!lane.broken) {
            changes.settle(lane);
        }
        committed(lane);
        if (lane.personal && lane.role != LaneConnection.Role.PRIVATE && !lane.broken) {
            own = lane; // before it leaves its slot: whatever happens, someone closes it
            lanes.adopt(lane);
        } else {
            lanes.giveBack(lane);
        }
        passing = null;
    }

    private void unlink(LaneConnection lane) {
        if (lane == reader) {
            reader = null;
        }
        if (lane == writer) {
            writer = null;
        }
        if (held == lane) {
            held = lane.nextHeld;
        } else {
            for (LaneConnection l = held; l != null; l = l.nextHeld) {
                if (l.nextHeld == lane) {
                    l.nextHeld = lane.nextHeld;
                    break;
                }
            }
        }
        lane.nextHeld = null;
    }

    /** Closes every lane this session holds; nothing native is left of it. What an error stops is done at the next call. */
    private synchronized void giveUpLanes() {
        giveUpPassing();
        transaction.forget();
        LaneConnection lane;
        while ((lane = held) != null) {
            lane.broken = true;
            passing = lane.slot;
            passingWord = lane.ticket;
            unlink(lane);
            lane.holds = 0;
            lane.broken = true;
            committed(lane);
            lanes.giveUp(lane);
            passing = null;
        }
        closeOwn();
    }

    private void giveUpPassing() {
        Slot<?> lost = passing;
        if (lost != null) {
            lanes.giveUp(lost, passingWord);
            passing = null;
        }
    }

    private void closeOwn() {
        LaneConnection mine = own;
        if (mine != null) {
            lanes.giveUp(mine);
            own = null;
        }
    }

    Database.Role role() throws SQLException {
        LaneConnection lane = transaction.lane();
        if (lane == null) {
            lane = writer != null ? writer : reader;
        }
        if (lanes.isSingle() || own != null) {
            return Database.Role.SHARED;
        }
        boolean reads = lane == null ? readOnly : lane.role == LaneConnection.Role.READER;
        return reads ? Database.Role.READER : Database.Role.WRITER;
    }

    // ---- the pool's calls --------------------------------------------------------------------------------------

    /** Undoes what SQL changed in this session: a transaction left open, and its own lane. */
    void reset() throws SQLException {
        transaction.end();
        closeOwn();
    }

    /** Whether the file can be read. */
    boolean validate() throws SQLException {
        return call(() -> {
            LaneConnection lane = lanes.tryReader(this);
            if (lane == null) {
                return true; // all are in use: they work
            }
            hold(lane);
            try (Statement statement = lane.driver.createStatement();
                    ResultSet row = statement.executeQuery("PRAGMA schema_version")) {
                return row.next();
            } finally {
                letGo(lane);
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
            giveUpLanes();
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
                giveUpLanes();
            }
            lanes.leave(this);
        }
    }

    /** By the housekeeper: does what an error of the JVM kept a broken or closed session from doing. */
    void sweep() {
        if (aborted && !inside) {
            giveUpLanes();
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
            LaneConnection lane = take(COMPILING);
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
                letGo(lane);
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
        if (!useful || transaction.lane() != null || readOnly) {
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
                lane = own();
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
