package io.rockpool.sqlite;

import io.rockpool.jdbc.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.sqlite.core.Codes;
import org.sqlite.core.CoreStatement;

/**
 * The transactions of one SQLite connection, by statements that are prepared once and stepped without the driver's
 * bookkeeping, while the driver stays in autocommit.
 *
 * <p>The driver's own calls begin a transaction at once, also right after a commit, and never ask the engine whether it
 * is still open. Writers begin IMMEDIATE: a deferred one that reads first fails with BUSY_SNAPSHOT as soon as another
 * commits. Threads: the lease's. Costs about 0.4 µs for a read transaction.
 */
final class SqliteTransactions implements Database.Transactions {

    private final CoreStatement begin;
    private final CoreStatement beginImmediate;
    private final CoreStatement commit;
    private final CoreStatement rollback;
    private final CoreStatement refuseWrites;
    private final CoreStatement allowWrites;
    private boolean readOnly; // as set for the connection
    private boolean writesRefused; // by the engine, now

    SqliteTransactions(Connection connection) throws SQLException {
        this.begin = prepare(connection, "BEGIN");
        this.beginImmediate = prepare(connection, "BEGIN IMMEDIATE");
        this.commit = prepare(connection, "COMMIT");
        this.rollback = prepare(connection, "ROLLBACK");
        this.refuseWrites = prepare(connection, "PRAGMA query_only=1");
        // The last one compiled is in force.
        this.allowWrites = prepare(connection, "PRAGMA query_only=0");
    }

    /** Lives as long as the connection: closing the connection finalises it. */
    private static CoreStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        return (CoreStatement) statement;
    }

    @Override
    public void begin(boolean readsOnly) throws SQLException {
        refuseWrites(readsOnly || readOnly);
        run(readsOnly ? begin : beginImmediate);
    }

    @Override
    public void outside() throws SQLException {
        refuseWrites(readOnly);
    }

    /** The driver refuses this after opening; the engine has a switch. */
    @Override
    public void setReadOnly(boolean on) throws SQLException {
        refuseWrites(on);
        readOnly = on;
    }

    /**
     * Left as it is until the other is needed, so that reads in a row do not pay for it. The pragma is a flag that SQLite
     * sets while it compiles the text; stepping it would set nothing, and have every other statement compiled again.
     */
    private void refuseWrites(boolean refuse) throws SQLException {
        if (refuse != writesRefused) {
            CoreStatement pragma = refuse ? refuseWrites : allowWrites;
            pragma.getDatabase().prepare(pragma);
            writesRefused = refuse;
        }
    }

    @Override
    public void commit() throws SQLException {
        run(commit);
    }

    @Override
    public void rollback() throws SQLException {
        int code = step(rollback);
        if (code != Codes.SQLITE_DONE && code != Codes.SQLITE_ERROR) { // ERROR: there was none
            rollback.getDatabase().throwex(code);
        }
    }

    /** The engine tells by refusing a BEGIN inside a transaction. */
    @Override
    public boolean inTransaction() throws SQLException {
        if (step(begin) == Codes.SQLITE_DONE) {
            run(rollback);
            return false;
        }
        return true;
    }

    @Override
    public void end() {}

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
