package io.rockpool.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import org.sqlite.core.Codes;
import org.sqlite.core.CoreStatement;

/**
 * BEGIN, COMMIT and ROLLBACK of one lane connection, compiled once and stepped without the driver's bookkeeping.
 *
 * <p>The driver's own calls begin a transaction at once, also right after a commit, and never ask the engine whether it
 * is still open. Threads: the lane's holder. Costs about 0.4 µs for a read transaction.
 */
final class EngineTransaction {

    private final CoreStatement begin;
    private final CoreStatement beginImmediate;
    private final CoreStatement commit;
    private final CoreStatement rollback;

    EngineTransaction(Connection connection) throws SQLException {
        this.begin = prepare(connection, "BEGIN");
        this.beginImmediate = prepare(connection, "BEGIN IMMEDIATE");
        this.commit = prepare(connection, "COMMIT");
        this.rollback = prepare(connection, "ROLLBACK");
    }

    /** Lives as long as the connection: closing the connection finalises it. */
    private static CoreStatement prepare(Connection connection, String sql) throws SQLException {
        return (CoreStatement) connection.prepareStatement(sql);
    }

    /** Begins one that reads; the snapshot is taken by its first statement. */
    void begin() throws SQLException {
        run(begin);
    }

    /** Begins one that writes: a deferred one that reads first fails with BUSY_SNAPSHOT as soon as another commits. */
    void beginImmediate() throws SQLException {
        run(beginImmediate);
    }

    void commit() throws SQLException {
        run(commit);
    }

    /** None being open is no error. */
    void rollback() throws SQLException {
        int code = step(rollback);
        if (code != Codes.SQLITE_DONE && code != Codes.SQLITE_ERROR) { // ERROR: there was none
            rollback.getDatabase().throwex(code);
        }
    }

    /** Whether one is open: the engine tells by refusing a BEGIN inside a transaction. */
    boolean isOpen() throws SQLException {
        if (step(begin) == Codes.SQLITE_DONE) {
            run(rollback);
            return false;
        }
        return true;
    }

    private static void run(CoreStatement statement) throws SQLException {
        int code = step(statement);
        if (code != Codes.SQLITE_DONE) {
            statement.getDatabase().throwex(code);
        }
    }

    private static int step(CoreStatement statement) throws SQLException {
        return statement.pointer.safeRunInt((db, pointer) -> {
            int code = db.step(pointer);
            db.reset(pointer);
            return code;
        });
    }
}
