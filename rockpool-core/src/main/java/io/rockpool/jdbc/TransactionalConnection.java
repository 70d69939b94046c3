package io.rockpool.jdbc;

import java.sql.SQLException;
import java.sql.Savepoint;
import org.jspecify.annotations.Nullable;

/**
 * Transactions of a lease as JDBC has them, and the scoped one of a {@code DatabaseConnection}.
 *
 * <p>Threads: as its lease. The steps themselves are {@link Transaction}'s.
 */
abstract class TransactionalConnection extends RestoringConnection {

    /** Makes this lease one scoped transaction: commit, rollback and close are refused until {@link #endScope}. */
    protected final void beginScope(boolean readOnly) throws SQLException {
        PhysicalConnection p = physical();
        Transaction.begin(p, readOnly);
        p.set(PhysicalConnection.SCOPED);
    }

    /** Ends the scope's transaction; the lease goes on in autocommit. A commit that fails leaves the scope as it is. */
    protected final void endScope(boolean commit) throws SQLException {
        PhysicalConnection p = physical();
        try {
            if (commit) {
                Transaction.commit(p);
            } else {
                Transaction.rollback(p);
            }
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    public final void setAutoCommit(boolean on) throws SQLException {
        PhysicalConnection p = outOfScope("setAutoCommit");
        if (on == !p.has(PhysicalConnection.AUTOCOMMIT_OFF)) {
            return;
        }
        try {
            if (on) {
                Transaction.commit(p); // as JDBC says
                Transaction.end(p);
            } else if (p.database.ownTransactions()) {
                Transaction.begin(p, false);
                if (p.has(PhysicalConnection.BEGUN_BY_TEXT) && p.transactions.inTransaction()) {
                    Transaction.beforeStatement(p); // the one that SQL text began goes on
                }
            } else {
                p.set(PhysicalConnection.IN_DOUBT);
                p.raw.setAutoCommit(false);
                p.clear(PhysicalConnection.IN_DOUBT);
                p.set(PhysicalConnection.AUTOCOMMIT_OFF);
            }
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    public final boolean getAutoCommit() throws SQLException {
        return !physical().has(PhysicalConnection.AUTOCOMMIT_OFF);
    }

    @Override
    public final void commit() throws SQLException {
        PhysicalConnection p = inTransaction("commit");
        try {
            Transaction.commit(p);
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    public final void rollback() throws SQLException {
        PhysicalConnection p = inTransaction("rollback");
        try {
            Transaction.rollback(p);
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    private PhysicalConnection inTransaction(String call) throws SQLException {
        PhysicalConnection p = outOfScope(call);
        if (!p.has(PhysicalConnection.AUTOCOMMIT_OFF)) {
            throw new SQLException(
                    p.pool.message(call + "() needs a transaction; call setAutoCommit(false) first"), "25000");
        }
        return p;
    }

    private PhysicalConnection outOfScope(String call) throws SQLException {
        PhysicalConnection p = physical();
        if (p.has(PhysicalConnection.SCOPED)) {
            throw inScope(p, call);
        }
        return p;
    }

    static SQLException inScope(PhysicalConnection p, String call) {
        return new SQLException(
                p.pool.message(call + "() is refused inside a DatabaseConnection: it commits when the work returns and"
                        + " rolls back when it throws; end the transaction there"),
                "2D000");
    }

    @Override
    public final Savepoint setSavepoint() throws SQLException {
        return savepoint(null);
    }

    @Override
    public final Savepoint setSavepoint(String name) throws SQLException {
        return savepoint(name);
    }

    private Savepoint savepoint(@Nullable String name) throws SQLException {
        PhysicalConnection p = physical();
        try {
            if (!p.has(PhysicalConnection.AUTOCOMMIT_OFF)) {
                throw new SQLException(
                        p.pool.message("a savepoint needs a transaction; call setAutoCommit(false) first"), "25000");
            }
            Transaction.beforeStatement(p);
            if (!p.database.ownTransactions()) {
                return name == null ? p.raw.setSavepoint() : p.raw.setSavepoint(name);
            }
            return TextSavepoint.set(p.raw, name);
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    public final void rollback(Savepoint savepoint) throws SQLException {
        PhysicalConnection p = physical();
        try {
            if (savepoint instanceof TextSavepoint text) {
                text.rollback(p.raw);
            } else {
                p.raw.rollback(savepoint);
            }
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    public final void releaseSavepoint(Savepoint savepoint) throws SQLException {
        PhysicalConnection p = physical();
        try {
            if (savepoint instanceof TextSavepoint text) {
                text.release(p.raw);
            } else {
                p.raw.releaseSavepoint(savepoint);
            }
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }
}
