package io.rockpool.jdbc;

import io.rockpool.engine.EngineSettings;
import io.rockpool.engine.Slot;
import io.rockpool.engine.StillPlatform;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A local database whose connections do nothing, and a pool of one of them.
 *
 * <p>Threads: any.
 */
final class StillDatabase implements Database {

    private static final long SECOND = 1_000_000_000L;

    private static final EngineSettings SETTINGS = new EngineSettings(
            1, 0, SECOND, 3, 0, 0, SECOND, SECOND, SECOND, SECOND, 0, 100, SECOND, false, EngineSettings.BARGE_TIME);

    /** All of them are this one: a case tells leases by their {@link PhysicalConnection}. */
    private static final Connection RAW = nothing(Connection.class);

    private static final JdbcPool.Events UNHEARD = new JdbcPool.Events() {
        @Override
        public void unfinished(int slot, PhysicalConnection connection) {}

        @Override
        public void resetFailed(int slot, Exception failure) {}
    };

    final JdbcPool pool = new JdbcPool("still", this, SETTINGS, new StillPlatform(), UNHEARD);

    private StillDatabase() {}

    /** With its connection open. */
    static StillDatabase opened() {
        StillDatabase database = new StillDatabase();
        database.pool.engine().start();
        return database;
    }

    /** A lease, by the thread, of what is idle; null if nothing is. */
    @Nullable Lease borrow(Thread thread) {
        Slot<PhysicalConnection> slot = pool.engine().tryBorrow(thread);
        return slot == null ? null : new Lease(slot);
    }

    /** A connection as its borrower has it. */
    static final class Lease extends PooledConnection {
        Lease(Slot<PhysicalConnection> slot) {
            super(slot);
        }
    }

    /** What a connection has to close: counts. */
    static final class Counted extends Child {
        int closes;

        @Override
        void closeDelegate() {
            closes++;
        }

        @Override
        PooledConnection connection() {
            throw new UnsupportedOperationException("it belongs to no lease");
        }

        @Override
        @Nullable PooledStatement statement() {
            return null;
        }
    }

    private static <I> I nothing(Class<I> type) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> null));
    }

    @Override
    public boolean local() {
        return true;
    }

    @Override
    public Connection open() {
        return RAW;
    }

    @Override
    public boolean validate(Connection connection, int timeoutSeconds) {
        return true;
    }

    @Override
    public void abort(Connection connection) {}

    @Override
    public boolean retryable(Throwable failure) {
        return true;
    }

    @Override
    public Severity severity(SQLException e) {
        return Severity.STATEMENT;
    }

    @Override
    public Effect effect(String sql) {
        return Effect.NONE;
    }

    @Override
    public boolean resetSession(Connection connection) {
        return true;
    }

    @Override
    public boolean leavesTraces() {
        return false;
    }

    @Override
    public boolean ownTransactions() {
        return false;
    }

    @Override
    public Transactions transactions(Connection connection) {
        return new DriverTransactions(connection);
    }
}
