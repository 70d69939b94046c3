package io.rockpool.jdbc;

import io.rockpool.engine.EngineSettings;
import io.rockpool.engine.EngineStatistics;
import io.rockpool.engine.Platform;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * One database as a pool uses it: how to open a connection, begin and end a transaction, clean up after a lease, and
 * what its errors mean.
 *
 * <p>Made by a {@link DatabaseProfile} for one pool. Threads: any, with a different connection each. What it throws
 * reaches the caller, except while a connection is given back: there it closes the connection.
 */
public interface Database {

    /** What an error says of its connection. */
    enum Severity {
        /** The statement failed, the connection and its transaction stand. */
        STATEMENT,
        /** The connection stands, but the engine may have rolled its transaction back. */
        TRANSACTION,
        /** The connection is broken. */
        CONNECTION
    }

    /** What running a statement changes beside data; of several, the last named here counts. */
    enum Effect {
        NONE,
        /** It ends a transaction by text. */
        ENDS,
        /** It begins a transaction by text. */
        BEGINS,
        /** It changes the session: settings, temporary objects, attached files, locks. */
        SESSION
    }

    /** The role of the connection that serves a lease now. */
    enum Role {
        /** Every connection has all roles. */
        SHARED,
        WRITER,
        READER
    }

    /** Called once, before the first opening, by the pool that the database is for. */
    default void serve(String pool, EngineSettings settings, Platform platform) {}

    /** The pool begins to close: with its last connection all that the database keeps for it may go. */
    default void ending() {}

    /** One of the lanes that connections find when a statement runs; {@code limit}: most connections it may have. */
    record LaneStanding(Role role, int limit, EngineStatistics statistics) {}

    /** How the lanes stand now; none where each connection is the database's own. */
    default List<LaneStanding> lanes() {
        return List.of();
    }

    /** The role in which the connection serves its next statement, or the present one. */
    default Role role(Connection connection) throws SQLException {
        return Role.SHARED;
    }

    /** Whether opening and validating need no network, and so are done by the caller. */
    boolean local();

    /** Opens a connection in autocommit, sets it up and makes sure that it works. */
    Connection open() throws SQLException;

    /** Whether the connection works. */
    boolean validate(Connection connection, int timeoutSeconds) throws SQLException;

    /**
     * Told before a lease is ended by {@link #abort}, so that nobody takes what its connection still holds for held; with false
     * where the lease had ended by itself. From any thread; must not wait.
     */
    default void aborting(Connection connection, boolean on) {}

    /** Makes what runs on the connection end, from another thread, so that a close can follow; the close is the pool's. */
    void abort(Connection connection) throws SQLException;

    /** Whether opening again may succeed after this failure. */
    boolean retryable(Throwable failure);

    Severity severity(SQLException e);

    Effect effect(String sql);

    /** Undoes what SQL changed in the session; false if that can't be done with certainty. */
    boolean resetSession(Connection connection) throws SQLException;

    /** Whether statements leave something on the connection that the next borrower must not see: warnings, counts. */
    default boolean leavesTraces() {
        return true;
    }

    /** Clears it: before the first statement of a later lease, or as the connection is cleaned. */
    default void forgetTraces(Connection connection) throws SQLException {
        connection.clearWarnings();
    }

    /**
     * Whether transactions are begun and ended by {@link Transactions} while the driver's connection stays in autocommit;
     * else by the driver's {@code setAutoCommit}, {@code commit} and {@code rollback}.
     */
    boolean ownTransactions();

    /** The transactions of a connection that this database opened; asked once a connection. */
    Transactions transactions(Connection connection) throws SQLException;

    /** How the transactions of one connection are begun and ended. Threads: the lease's. */
    interface Transactions {

        /** A read-only one may leave the connection refusing writes; {@link #outside} takes that back. */
        void begin(boolean readOnly) throws SQLException;

        /** Called before any use of the connection outside the transactions begun here, where {@link #ownTransactions}. */
        default void outside() throws SQLException {}

        void commit() throws SQLException;

        /** Ends whatever transaction is open; none being open is no error. */
        void rollback() throws SQLException;

        /** Whether a transaction begun here is still open in the engine; asked after an error. */
        boolean inTransaction() throws SQLException;

        /** Back to autocommit, all transactions ended. */
        void end() throws SQLException;

        /** Makes the connection refuse writes, or allow them again; outside a transaction. */
        void setReadOnly(boolean readOnly) throws SQLException;
    }
}
