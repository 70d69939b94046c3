package io.rockpool.jdbc;

import static io.rockpool.jdbc.PhysicalConnection.AUTOCOMMIT_OFF;
import static io.rockpool.jdbc.PhysicalConnection.BEGUN;
import static io.rockpool.jdbc.PhysicalConnection.BEGUN_BY_TEXT;
import static io.rockpool.jdbc.PhysicalConnection.ENDED_BY_TEXT;
import static io.rockpool.jdbc.PhysicalConnection.IN_DOUBT;
import static io.rockpool.jdbc.PhysicalConnection.LAZY_BEGIN;
import static io.rockpool.jdbc.PhysicalConnection.POISONED;
import static io.rockpool.jdbc.PhysicalConnection.READS_ONLY;
import static io.rockpool.jdbc.PhysicalConnection.SCOPED;
import static io.rockpool.jdbc.PhysicalConnection.WORK;

import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;

/**
 * The steps of a transaction on a physical connection.
 *
 * <pre>
 *   autocommit --begin--> due --first statement--> open --commit, rollback--> due
 *                                                   |
 *                                     engine rolled back by itself
 *                                                   v
 *                                               poisoned --rollback--> due
 * </pre>
 *
 * In <em>poisoned</em> statements and commit fail: without it the rest of the work would be stored statement by statement
 * although its transaction was lost. Threads: the lease's.
 */
final class Transaction {

    private Transaction() {}

    /** Leaves autocommit; nothing is sent before the first statement. */
    static void begin(PhysicalConnection p, boolean readOnly) {
        p.set(AUTOCOMMIT_OFF | LAZY_BEGIN | (readOnly ? READS_ONLY : 0));
    }

    /** A part that is committed by text would survive the rollback of the whole. */
    static void beforeEndByText(PhysicalConnection p) throws SQLException {
        if (p.has(SCOPED)) {
            throw new SQLException(
                    p.pool.message(
                            "COMMIT and ROLLBACK are refused inside a DatabaseConnection, by text as well: it commits"
                                    + " when the work returns and rolls back when it throws; end the transaction there"),
                    "2D000");
        }
    }

    /** After a COMMIT or ROLLBACK by text, which may have failed: what follows must not run in the engine's autocommit. */
    private static void seeWhetherTextEndedIt(PhysicalConnection p) throws SQLException {
        if (p.has(ENDED_BY_TEXT)) {
            p.clear(ENDED_BY_TEXT);
            if (p.has(BEGUN) && p.database.ownTransactions() && !p.transactions.inTransaction()) {
                ended(p);
            }
        }
    }

    static void beforeStatement(PhysicalConnection p) throws SQLException {
        seeWhetherTextEndedIt(p);
        if (p.has(POISONED)) {
            throw new SQLTransactionRollbackException(
                    p.pool.message("the database rolled this transaction back by itself after an error;"
                            + " call rollback() and run the whole transaction again"),
                    "25P02");
        }
        if (p.has(LAZY_BEGIN)) {
            p.set(IN_DOUBT);
            try {
                p.transactions.begin(p.has(READS_ONLY) || Boolean.TRUE.equals(p.state.readOnly));
            } catch (SQLException e) {
                p.failed(e);
                throw e;
            } catch (RuntimeException | Error e) {
                p.breakDown();
                throw e;
            }
            p.clear(LAZY_BEGIN | IN_DOUBT);
            p.set(BEGUN);
        }
        p.set(WORK);
    }

    static void afterFailure(PhysicalConnection p, SQLException failure) {
        if (!p.has(BEGUN)) {
            return;
        }
        try {
            if (!p.transactions.inTransaction()) {
                p.clear(BEGUN);
                p.set(POISONED);
            }
        } catch (SQLException e) {
            failure.addSuppressed(e);
            p.breakDown(); // not even its transaction's state can be told
        }
    }

    static void commit(PhysicalConnection p) throws SQLException {
        seeWhetherTextEndedIt(p);
        if (p.has(POISONED)) {
            throw new SQLTransactionRollbackException(
                    p.pool.message("there is nothing to commit: the database rolled this transaction back by itself"
                            + " after an error; call rollback() and run it again"),
                    "40000");
        }
        if (p.has(BEGUN) || (!p.database.ownTransactions() && !p.has(LAZY_BEGIN))) {
            p.transactions.commit();
        }
        ended(p);
    }

    static void rollback(PhysicalConnection p) throws SQLException {
        seeWhetherTextEndedIt(p);
        if (p.has(BEGUN) || (!p.database.ownTransactions() && !p.has(LAZY_BEGIN))) {
            p.transactions.rollback();
        }
        ended(p);
    }

    private static void ended(PhysicalConnection p) {
        p.clear(BEGUN | WORK | POISONED | BEGUN_BY_TEXT | ENDED_BY_TEXT);
        if (p.has(AUTOCOMMIT_OFF) && p.database.ownTransactions()) {
            p.set(LAZY_BEGIN);
        }
    }

    /** Back to autocommit, at the end of a lease or by {@code setAutoCommit(true)}. */
    static void end(PhysicalConnection p) throws SQLException {
        if (!p.has(LAZY_BEGIN) || p.has(IN_DOUBT) || p.database.ownTransactions()) {
            p.transactions.end();
        }
        p.clear(AUTOCOMMIT_OFF | LAZY_BEGIN | READS_ONLY | WORK | POISONED | IN_DOUBT); // not where the driver stayed
    }
}
