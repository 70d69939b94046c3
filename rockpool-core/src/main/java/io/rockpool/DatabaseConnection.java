package io.rockpool;

import java.sql.SQLException;

/**
 * A scoped transaction: one connection, from the first statement to commit or rollback.
 *
 * <p>{@link #run} and {@link #call} commit when the work returns and roll back when it throws. In try-with-resources
 * {@link #commit()} is explicit, and {@link #close()} without it rolls back. Nothing is sent to the database before the
 * first statement. Inside, {@code commit}, {@code rollback}, {@code setAutoCommit} and {@code close} of the connection are
 * refused with SQLState 2D000: a part committed by hand would survive the rollback of the whole.
 *
 * <p>Threads: one. Errors: what the work throws reaches the caller unchanged, a failed rollback as its suppressed
 * exception; a failed commit is thrown, and the transaction is rolled back.
 */
public final class DatabaseConnection implements AutoCloseable {

    /** Work that returns nothing. */
    @FunctionalInterface
    public interface Work<X extends Exception> {
        void run(ConnectionWrapper connection) throws SQLException, X;
    }

    /** Work that returns a value. */
    @FunctionalInterface
    public interface Task<V, X extends Exception> {
        V call(ConnectionWrapper connection) throws SQLException, X;
    }

    private final LeasedConnection connection;

    private DatabaseConnection(LeasedConnection connection) {
        this.connection = connection;
    }

    /** Begins a transaction on the {@linkplain DatabaseConnectionPool#shared() shared pool}. */
    public static DatabaseConnection open() throws SQLException {
        return open(DatabaseConnectionPool.shared());
    }

    /** Begins a transaction. */
    public static DatabaseConnection open(DatabaseConnectionPool pool) throws SQLException {
        return begin(pool, false);
    }

    /** Begins a transaction that only reads, on one snapshot where the database has them; writes are refused. */
    public static DatabaseConnection openReadOnly(DatabaseConnectionPool pool) throws SQLException {
        return begin(pool, true);
    }

    private static DatabaseConnection begin(DatabaseConnectionPool pool, boolean readOnly) throws SQLException {
        LeasedConnection connection = pool.borrow();
        try {
            connection.begin(readOnly);
            return new DatabaseConnection(connection);
        } catch (Throwable t) {
            try {
                suppress(t, connection::leave);
            } finally { // without a call: there may be no stack
                if (connection.slot.word == connection.ticket) {
                    connection.slot.lost = connection.ticket;
                }
            }
            throw t;
        }
    }

    /** Runs work in a transaction of the shared pool. */
    public static <X extends Exception> void run(Work<X> work) throws SQLException, X {
        run(DatabaseConnectionPool.shared(), work);
    }

    /** Runs work in a transaction. */
    public static <X extends Exception> void run(DatabaseConnectionPool pool, Work<X> work) throws SQLException, X {
        call(pool, connection -> {
            work.run(connection);
            return Boolean.TRUE;
        });
    }

    /** Runs work in a transaction of the shared pool and returns its value. */
    public static <V, X extends Exception> V call(Task<V, X> task) throws SQLException, X {
        return call(DatabaseConnectionPool.shared(), task);
    }

    /** Runs work in a transaction and returns its value. */
    public static <V, X extends Exception> V call(DatabaseConnectionPool pool, Task<V, X> task) throws SQLException, X {
        return inScope(open(pool), task);
    }

    /** Runs work that only reads, and returns its value. */
    public static <V, X extends Exception> V read(DatabaseConnectionPool pool, Task<V, X> task) throws SQLException, X {
        return inScope(openReadOnly(pool), task);
    }

    private static <V, X extends Exception> V inScope(DatabaseConnection scope, Task<V, X> task)
            throws SQLException, X {
        LeasedConnection connection = scope.connection;
        try {
            V value;
            try {
                value = task.call(connection);
                scope.commit();
            } catch (Throwable t) {
                suppress(t, scope::rollbackAndClose);
                throw t;
            }
            scope.close();
            return value;
        } finally { // what could not even be given back, the housekeeper closes; no call, as there may be no stack
            if (connection.slot.word == connection.ticket) {
                connection.slot.lost = connection.ticket;
            }
        }
    }

    /** The connection, for statements. */
    public ConnectionWrapper connection() {
        return connection;
    }

    /** Commits. The next statement begins a new transaction. */
    public void commit() throws SQLException {
        connection.end(true);
    }

    /** Rolls back. The next statement begins a new transaction. */
    public void rollback() throws SQLException {
        connection.end(false);
    }

    /** Rolls back what is not committed and gives the connection back. A second close does nothing. */
    @Override
    public void close() throws SQLException {
        connection.leave();
    }

    /** The work failed and says so itself: rolled back first, it is no unfinished work; a failed rollback is told. */
    private void rollbackAndClose() throws SQLException {
        try {
            if (!connection.isClosed()) {
                connection.end(false);
            }
        } finally {
            connection.leave();
        }
    }

    private interface Step {
        void run() throws SQLException;
    }

    @SuppressWarnings("ReferenceEquality") // an exception may not suppress itself; an equal one is another
    private static void suppress(Throwable original, Step step) {
        try {
            step.run();
        } catch (Throwable e) { // as try-with-resources does
            if (e != original) {
                original.addSuppressed(e);
            }
        }
    }
}
