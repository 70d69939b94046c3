package io.rockpool.testkit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one physical connection: its settings, its transaction, its end.
 *
 * <pre>
 *   OPEN --close--> CLOSED       OPEN --abort--> ABORTED       (the client's doing; the first of the two counts)
 *   alive --restart, down, stop of the server--> dead          (the server's; a dead connection must still be closed)
 * </pre>
 *
 * <p>Threads: any. One lock guards everything but the words that waiting calls look at, which are volatile or
 * atomic. Lock order: this lock, then the store's or the ledger's. Errors: {@link SQLException} with the states of
 * {@link FaultSqlState}. Source: the session state JDBC names, java.sql.Connection.
 */
final class FaultyServerSession {
    static final String DEFAULT_CATALOG = "faulty";
    static final String DEFAULT_SCHEMA = "public";

    enum End {
        OPEN,
        CLOSED,
        ABORTED
    }

    final int id;
    final ReentrantLock lock = new ReentrantLock();
    final FaultyServerTransaction transaction;

    boolean autoCommit = true;
    boolean readOnly;
    int isolation = Connection.TRANSACTION_READ_COMMITTED;

    @Nullable String catalog = DEFAULT_CATALOG;

    @Nullable String schema = DEFAULT_SCHEMA;

    int holdability = ResultSet.CLOSE_CURSORS_AT_COMMIT;
    int networkTimeoutMillis;
    Map<String, Class<?>> typeMap = new HashMap<>();
    final Map<String, String> clientInfo = new TreeMap<>();
    final Map<String, String> settings = new TreeMap<>();

    /** What getters report of setters that were ignored, by property; {@link Fault#ignoreAndLie()}. */
    final Map<String, @Nullable Object> lies = new HashMap<>();

    private final AtomicLong cancels = new AtomicLong();
    private final Set<FaultyDriverStatement> statements = ConcurrentHashMap.newKeySet();
    private int cancelAfterExecutions;

    private volatile End end = End.OPEN;
    private volatile boolean alive = true;
    private volatile boolean askedToEnd;
    private volatile boolean closeAnswered;

    FaultyServerSession(int id, FaultyServerStore store) {
        this.id = id;
        this.transaction = new FaultyServerTransaction(store);
    }

    End end() {
        return end;
    }

    boolean isAlive() {
        return alive;
    }

    /** Whether calls that wait on this connection wait in vain. */
    boolean isGone() {
        return end != End.OPEN || !alive;
    }

    /** A close or abort has been called; whether it has its effect is another matter. */
    void askToEnd() {
        askedToEnd = true;
    }

    boolean isAskedToEnd() {
        return askedToEnd;
    }

    /** A close has come back without an exception. */
    void closeAnswered() {
        closeAnswered = true;
    }

    /** After a close that failed, a caller may try again; after one that did not, it may not. */
    boolean isClosedForTheClient() {
        return closeAnswered && end == End.CLOSED;
    }

    /** @return whether this call ended the connection, and not an earlier one */
    boolean endBy(End how) {
        lock.lock();
        try {
            if (end != End.OPEN) {
                return false;
            }
            end = how;
            transaction.rollback();
            statements.forEach(FaultyDriverStatement::markClosed);
            statements.clear();
            return true;
        } finally {
            lock.unlock();
        }
    }

    void kill() {
        locked(() -> {
            alive = false;
            transaction.rollback();
        });
    }

    long cancels() {
        return cancels.get();
    }

    void cancel() {
        cancels.incrementAndGet();
    }

    void cancelLate(int executions) {
        locked(() -> cancelAfterExecutions = executions);
    }

    /** Throws when a late cancel hits this execution instead of the one it was meant for. */
    void meetLateCancel() throws SQLException {
        if (cancelAfterExecutions > 0 && --cancelAfterExecutions == 0) {
            throw FaultSqlState.exception(FaultSqlState.CANCELLED, "cancelled by a cancel that came late");
        }
    }

    void opened(FaultyDriverStatement statement) {
        statements.add(statement);
    }

    void closed(FaultyDriverStatement statement) {
        statements.remove(statement);
    }

    int openStatements() {
        return statements.size();
    }

    void startStatement() {
        if (!autoCommit) {
            transaction.open();
        }
    }

    void write(FaultyServerStore.Write write) throws SQLException {
        if (readOnly) {
            throw FaultSqlState.exception(FaultSqlState.READ_ONLY, "the connection is read-only");
        }
        transaction.write(write);
    }

    void needManualCommit() throws SQLException {
        if (autoCommit) {
            throw FaultSqlState.exception(FaultSqlState.NO_TRANSACTION, "the connection is in auto-commit mode");
        }
    }

    void needNoTransaction(String what) throws SQLException {
        if (transaction.isOpen()) {
            throw FaultSqlState.exception(
                    FaultSqlState.WRONG_TRANSACTION_STATE, what + " can not be changed within a transaction");
        }
    }

    /** Changing the mode within a transaction commits it, as JDBC says. */
    void setAutoCommit(boolean newAutoCommit) throws SQLException {
        if (newAutoCommit != autoCommit && transaction.isOpen()) {
            transaction.commit();
        }
        autoCommit = newAutoCommit;
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    FaultyServerState state() {
        lock.lock();
        try {
            return new FaultyServerState(
                    id,
                    end == End.OPEN,
                    alive,
                    autoCommit,
                    readOnly,
                    isolation,
                    catalog,
                    schema,
                    holdability,
                    networkTimeoutMillis,
                    Map.copyOf(typeMap),
                    Map.copyOf(clientInfo),
                    Map.copyOf(settings),
                    transaction.isOpen(),
                    transaction.pendingWrites(),
                    statements.size());
        } finally {
            lock.unlock();
        }
    }
}
