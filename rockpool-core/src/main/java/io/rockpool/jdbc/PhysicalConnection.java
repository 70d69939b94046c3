package io.rockpool.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A driver's connection, and what the present lease has changed of it.
 *
 * <p>All changes are bits of one {@code int}: a lease that left it at zero and has no open child gives back with one
 * compare. Threads: the lease's, as JDBC asks; {@link #lastSql} and {@link #broken} are read by any.
 */
public final class PhysicalConnection extends Children {

    static final int AUTOCOMMIT_OFF = 1;
    /** A transaction is to be begun at the next statement. */
    static final int LAZY_BEGIN = 1 << 1;
    /** A transaction was begun by {@link Database.Transactions#begin}. */
    static final int BEGUN = 1 << 2;
    /** Statements ran since the last commit or rollback. */
    static final int WORK = 1 << 3;
    /** A transaction was begun by SQL text. */
    static final int BEGUN_BY_TEXT = 1 << 4;
    /** SQL changed the session, or the driver's object was handed out. */
    static final int SESSION = 1 << 5;
    /** The engine rolled the transaction back by itself. */
    static final int POISONED = 1 << 6;
    /** In a {@code DatabaseConnection}: commit, rollback and close are its business. */
    static final int SCOPED = 1 << 7;
    /** The transaction to begin only reads. */
    static final int READS_ONLY = 1 << 8;
    /** {@link SessionState} has something to restore. */
    static final int SETTERS = 1 << 10;
    /** Leaving autocommit was tried and failed, perhaps after its effect; cleared where it succeeds. */
    static final int IN_DOUBT = 1 << 11;
    /** SQL text asked to end the transaction; whether it did is asked of the engine, or the work is rolled back too. */
    static final int ENDED_BY_TEXT = 1 << 12;
    /** The transactions are ours, so that statements outside of one are their business; in {@link #always} alone. */
    static final int OUTSIDE_MATTERS = 1 << 13;

    final Connection raw;
    final JdbcPool pool;
    final Database database;
    final Database.Transactions transactions;
    final SessionState state = new SessionState();
    private final int always;
    private final boolean leavesTraces;
    private long ranIn; // the lease whose statements ran last, so that what they left is its; 0: there is nothing
    int flags;
    volatile boolean broken;
    private @Nullable String lastSql;
    private Classified classified = new Classified("", Database.Effect.NONE);

    PhysicalConnection(Connection raw, JdbcPool pool) throws SQLException {
        this.raw = raw;
        this.pool = pool;
        this.database = pool.database();
        this.transactions = database.transactions(raw);
        this.always = database.ownTransactions() ? OUTSIDE_MATTERS : 0;
        this.leavesTraces = database.leavesTraces();
    }

    /** The statement that runs, or ran last, in this connection's life; its literals are not masked yet. */
    public @Nullable String lastSql() {
        return lastSql;
    }

    boolean isClean() {
        return flags == 0 && hasNoChildren() && !broken;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    void set(int bits) {
        flags |= bits;
    }

    void clear(int bits) {
        flags &= ~bits;
    }

    /** SQL text and what it changes: in one object, as threads may share a connection. */
    record Classified(String text, Database.Effect effect) {}

    /** With what running it changes; remembered for the next time the same string, most often a literal, comes. */
    @SuppressWarnings("ReferenceEquality") // an equal string is classified anew, to the same end
    Classified classified(String sql) {
        Classified known = classified;
        if (known.text != sql) {
            known = new Classified(sql, database.effect(sql));
            classified = known;
        }
        return known;
    }

    /** Called before every execution: begins the transaction that is due, and notes what the statement will change. */
    void executing(String sql, Database.Effect effect, long lease) throws SQLException {
        lastSql = sql;
        if (effect == Database.Effect.ENDS) {
            Transaction.beforeEndByText(this);
        }
        if (((flags | always) & (AUTOCOMMIT_OFF | POISONED | OUTSIDE_MATTERS)) != 0) {
            transact();
        }
        if (ranIn != lease && leavesTraces) {
            forgetTracesBefore(lease);
            ranIn = lease;
        }
        if (effect != Database.Effect.NONE) {
            note(effect);
        }
    }

    private void transact() throws SQLException {
        if (has(AUTOCOMMIT_OFF | POISONED)) {
            Transaction.beforeStatement(this);
        } else {
            transactions.outside();
        }
    }

    private void note(Database.Effect effect) {
        switch (effect) {
            case NONE -> {}
            case ENDS -> set(ENDED_BY_TEXT);
            case BEGINS -> {
                set(BEGUN_BY_TEXT);
                clear(ENDED_BY_TEXT);
            }
            case SESSION -> set(SESSION);
        }
    }

    /**
     * Clears what an earlier lease's statements left, now and not when they were given back: there a clean lease ends in one
     * step, with no driver call that could come late and meet the next borrower's.
     */
    void forgetTracesBefore(long lease) {
        if (ranIn != 0 && ranIn != lease) {
            forgetTraces();
        }
    }

    private void forgetTraces() {
        try {
            database.forgetTraces(raw);
            ranIn = 0;
        } catch (SQLException | RuntimeException e) { // it is not this borrower's error; what is broken will show
            breakDown();
        }
    }

    /** Clears this lease's own, where the connection is cleaned anyway. */
    void clearTraces() throws SQLException {
        if (ranIn != 0) {
            database.forgetTraces(raw);
            ranIn = 0;
        }
    }

    /** The driver's object is given away: from then on the session is in doubt. */
    void handingOut() throws SQLException {
        if (!has(READS_ONLY)) {
            transactions.outside();
        }
        set(SESSION);
    }

    void preparing(String sql) {
        lastSql = sql;
    }

    /** Takes in what a failure says of this connection. */
    void failed(SQLException e) {
        switch (database.severity(e)) {
            case CONNECTION -> breakDown();
            case TRANSACTION -> Transaction.afterFailure(this, e);
            case STATEMENT -> {}
        }
    }

    /** No more leases for this connection; and its idle siblings have to prove themselves. */
    void breakDown() {
        if (!broken) {
            broken = true;
            pool.distrustIdle();
        }
    }
}
