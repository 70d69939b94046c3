package io.rockpool.sqlite;

import io.rockpool.engine.Headroom;
import io.rockpool.engine.Slot;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.DB;

/**
 * A native SQLite connection in one role, with its compiled statements and what its holder does with it.
 *
 * <p>One session holds it at a time; {@link #holds} counts why: a transaction, and each open result set. It goes back when
 * none is left. An interrupt reaches a statement only while this one is the connection's running statement: whoever
 * interrupts says so first, and the holder waits for it before the connection goes on to the next.
 *
 * <p>Threads: the holder; {@link #interrupt} from any.
 */
final class LaneConnection {

    /** What a lane connection is for. */
    enum Role {
        /** Reads only; lent by the pool of readers. */
        READER,
        /** Writes; used by whoever holds the file's permit. */
        WRITER,
        /** One session's own, until it ends: with temporary objects, attached files or settings of its own. */
        PRIVATE
    }

    Role role;
    final SQLiteConnection driver;
    final DB engine;
    final EngineTransaction transaction;
    final StatementCache statements;
    private final LaneStatement lastRowId;
    private @Nullable LaneStatement dataVersion;

    /** Why its session holds it: one for a transaction, one for each open result set. */
    int holds;

    /** A reader's lease, or the writer permit's. */
    @Nullable Slot<?> slot;

    long ticket;

    /** The lanes that it was opened for; those of a file that was replaced are others. */
    FileLanes home;

    /** The next that its session holds. */
    @Nullable LaneConnection nextHeld;

    /** The latest of the result sets that are open on it; the others follow. */
    @Nullable SessionResultSet openRows;

    /** The session that holds it. */
    @Nullable Session holder;

    private boolean refusesWrites;
    private boolean utf8;
    private boolean knowsEncoding;

    /** A statement that commits by itself is running; its end is told to the gate. */
    boolean commits;

    /** SQL changed what the next holder must not see. */
    boolean personal;

    /** Not to be used again. */
    volatile boolean broken;

    /** A read transaction is kept from one autocommit read to the next; see {@link #renewSnapshot}. */
    boolean keepsSnapshot;

    private boolean unseen;
    private boolean attached;

    private long snapshotEpoch;
    private long schemaEpoch;

    private volatile @Nullable SessionStatement running;
    private volatile boolean interrupting;
    private final Object fence = new Object();

    LaneConnection(FileLanes home, Role role, SQLiteConnection driver, int cacheSize) throws SQLException {
        this.home = home;
        this.role = role;
        this.driver = driver;
        this.engine = driver.getDatabase();
        this.transaction = new EngineTransaction(driver);
        this.statements = new StatementCache(driver, cacheSize);
        this.lastRowId = new LaneStatement(driver, "SELECT last_insert_rowid()");
        driver.getConnectionConfig()
                .setAutoCommit(false); // else the driver adds a BEGIN and a COMMIT to each statement
    }

    DatabaseMetaData metaData() throws SQLException {
        return driver.getMetaData();
    }

    /** The text, compiled, for the caller alone until it goes back to {@link #statements}. */
    LaneStatement compiled(String sql) throws SQLException {
        long epoch = home.gate.schemaEpoch();
        if (epoch != schemaEpoch) {
            statements.clear();
            schemaEpoch = epoch;
        }
        if (!knowsEncoding) {
            learnEncoding();
        }
        return statements.take(sql);
    }

    /** Whether its texts are stored in UTF-8, as they are unless a database was made otherwise. */
    boolean isUtf8() {
        return utf8;
    }

    /** Settled by a database's first table, once that is committed. */
    private void learnEncoding() throws SQLException {
        if (role != Role.READER && transaction.isOpen()) {
            return;
        }
        LaneStatement asking = new LaneStatement(driver, """
                SELECT CASE WHEN schema_version > 0 THEN 1 + (encoding = 'UTF-8') ELSE 0 END
                FROM pragma_schema_version, pragma_encoding""");
        try {
            long answer = asking.number();
            knowsEncoding = answer > 0;
            utf8 = answer == 2;
        } finally {
            asking.close();
        }
    }

    /** Makes a lane that writes refuse to, or allows it again. */
    void refuseWrites(boolean refuse) throws SQLException {
        if (refuse != refusesWrites && role != Role.READER) {
            execute("PRAGMA query_only=" + (refuse ? 1 : 0));
            refusesWrites = refuse;
        }
    }

    /** Runs a text of the pool's own. */
    void execute(String sql) throws SQLException {
        LaneStatement statement = new LaneStatement(driver, sql);
        try {
            statement.update(new Object[0]);
        } finally {
            statement.close();
        }
    }

    // ---- snapshot reuse ----------------------------------------------------------------------------------------

    /**
     * Makes sure of a read transaction that shows every commit acknowledged so far: the one it keeps, where the epoch is the
     * one that was read before that began, and even; else a new one.
     */
    void renewSnapshot(WriterGate gate) throws SQLException {
        boolean tells = gate.seesCommits(); // read before the epoch, which is moved before it is true again
        long epoch = gate.epoch();
        if (keepsSnapshot) {
            if (tells && snapshotEpoch == epoch && (epoch & 1) == 0) {
                return;
            }
            endKeptSnapshot();
        }
        transaction.begin();
        keepsSnapshot = true;
        snapshotEpoch = epoch;
    }

    /** The driver's connection is in a caller's hands from now on: it may commit at any time, and tells no gate. */
    void commitsUnseen() {
        if (!unseen) {
            unseen = true;
            home.gate.unseenCommits(1);
        }
    }

    /** It has other files attached from now on: their gates do not hear of its commits. */
    void commitsElsewhere() {
        if (!attached) {
            attached = true;
            WriterGate.attachedCommits(1);
        }
    }

    void endKeptSnapshot() throws SQLException {
        if (keepsSnapshot) {
            keepsSnapshot = false;
            transaction.commit();
        }
    }

    long lastRowId() throws SQLException {
        return lastRowId.number();
    }

    /** A number that another connection's commit changes; of this connection alone, and fixed inside a transaction. */
    long dataVersion() throws SQLException {
        if (dataVersion == null) {
            dataVersion = new LaneStatement(driver, "PRAGMA data_version");
        }
        return dataVersion.number();
    }

    // ---- open rows ---------------------------------------------------------------------------------------------

    void opened(SessionResultSet rows) {
        rows.nextOpen = openRows;
        openRows = rows;
    }

    @SuppressWarnings("ReferenceEquality") // this very result
    void closed(SessionResultSet rows) {
        SessionResultSet before = openRows;
        if (before == rows) {
            openRows = rows.nextOpen;
            return;
        }
        while (before != null && before.nextOpen != rows) {
            before = before.nextOpen;
        }
        if (before != null) {
            before.nextOpen = rows.nextOpen;
        }
    }

    /** Whoever had these rows has them no more: the driver has one result set for each of its metadata's lists. */
    @SuppressWarnings("ReferenceEquality") // this very result set
    void takenOver(ResultSet driversRows) throws SQLException {
        SessionResultSet rows = openRows;
        while (rows != null) {
            SessionResultSet next = rows.nextOpen;
            if (rows.isOf(driversRows)) {
                rows.forgo();
            }
            rows = next;
        }
    }

    /** Closes the session's rows here, as JDBC has it at the end of a transaction (CLOSE_CURSORS_AT_COMMIT). */
    @SuppressWarnings("ReferenceEquality") // this very session
    void closeRows(Session session) throws SQLException {
        SessionResultSet rows = openRows;
        while (rows != null) {
            SessionResultSet next = rows.nextOpen;
            if (rows.session == session) {
                rows.close();
            }
            rows = next;
        }
    }

    // ---- interrupts --------------------------------------------------------------------------------------------

    @Nullable SessionStatement running() {
        return running;
    }

    /** From now on an interrupt meant for the statement may reach this connection. */
    void runs(SessionStatement statement) {
        running = statement;
    }

    /** No interrupt meant for the statement reaches this connection once this has returned. */
    @SuppressWarnings("ReferenceEquality") // this very statement
    void ran(SessionStatement statement) {
        if (running == statement) {
            running = null;
            if (interrupting) { // written before running is read: one of the two sees the other
                synchronized (fence) {
                    return; // whoever interrupts has finished
                }
            }
        }
    }

    /** Ends what the statement does here; whether it ran here. */
    @SuppressWarnings("ReferenceEquality") // this very statement
    boolean interrupt(SessionStatement statement) throws SQLException {
        synchronized (fence) {
            interrupting = true;
            try {
                if (running != statement || !statement.isToEnd()) { // it may have begun anew since
                    return false;
                }
                engine.interrupt();
                return true;
            } finally {
                interrupting = false;
            }
        }
    }

    /** First, since it can be repeated: what is left of a close that fails then holds no lock of the file. */
    private void endTransaction() {
        try {
            transaction.rollback();
        } catch (SQLException e) {
            return; // the close ends it, or a caller who has unwrapped the driver's connection has closed it
        }
    }

    /** Waits for the statement that runs, which should have been interrupted. */
    void close() throws SQLException {
        broken = true;
        Headroom.forCall(); // the driver takes a close that stops half-way for done
        synchronized (fence) { // no interrupt comes later than this
            running = null;
        }
        try {
            endTransaction();
            driver.close();
        } finally {
            if (unseen) {
                unseen = false;
                home.gate.unseenCommits(-1);
            }
            if (attached) {
                attached = false;
                WriterGate.attachedCommits(-1);
            }
        }
    }
}
