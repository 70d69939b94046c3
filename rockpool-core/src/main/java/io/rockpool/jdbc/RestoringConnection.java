package io.rockpool.jdbc;

import java.sql.Connection;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;

/**
 * The settings of a lease: each setter notes the way back before its first change, and {@link SessionState} goes it when the
 * connection is given back.
 *
 * <p>Threads: as its lease.
 */
abstract class RestoringConnection extends DelegatingConnection {

    /** The physical connection, while the lease is in force. */
    abstract PhysicalConnection physical() throws SQLException;

    /** Reads the present value before the first change, makes the change, and notes the way back. */
    private void change(String setting, Change change) throws SQLException {
        PhysicalConnection p = physical();
        try {
            if (!p.state.has(setting)) {
                p.state.changing(setting, change.restoreTo(p));
                p.set(PhysicalConnection.SETTERS);
            }
            change.apply(p);
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    private interface Change {
        SessionState.Restore restoreTo(PhysicalConnection p) throws SQLException;

        void apply(PhysicalConnection p) throws SQLException;
    }

    /** A change made of JDBC's own getter and setter. */
    private record Plain<V>(Getter<V> getter, Setter<V> setter, V value) implements Change {
        @Override
        public SessionState.Restore restoreTo(PhysicalConnection p) throws SQLException {
            V before = getter.get(p.raw);
            return connection -> setter.set(connection, before);
        }

        @Override
        public void apply(PhysicalConnection p) throws SQLException {
            setter.set(p.raw, value);
        }
    }

    /** Restored by the thread that gives back: the borrower's executor may be slow, or shut down. */
    private record NetworkTimeout(Executor executor, int milliseconds) implements Change {
        @Override
        public SessionState.Restore restoreTo(PhysicalConnection p) throws SQLException {
            int before = p.raw.getNetworkTimeout();
            return connection -> connection.setNetworkTimeout(Runnable::run, before);
        }

        @Override
        public void apply(PhysicalConnection p) throws SQLException {
            p.raw.setNetworkTimeout(executor, milliseconds);
        }
    }

    private interface Getter<V> {
        V get(Connection connection) throws SQLException;
    }

    private interface Setter<V> {
        void set(Connection connection, V value) throws SQLException;
    }

    @Override
    public final void setReadOnly(boolean readOnly) throws SQLException {
        PhysicalConnection p = physical();
        boolean readsOnly = p.has(PhysicalConnection.READS_ONLY); // the scope restores what it changed
        if (p.has(PhysicalConnection.WORK) || (readsOnly && !readOnly)) {
            throw new SQLException(
                    p.pool.message("setReadOnly(" + readOnly + ") comes too late: the transaction has begun;"
                            + " call it before the first statement"),
                    "25001");
        }
        if (readOnly == isReadOnly()) {
            return;
        }
        change("readOnly", new Plain<>(c -> !readOnly, (c, v) -> p.transactions.setReadOnly(v), readOnly));
        p.state.readOnly = readOnly;
    }

    @Override
    public final boolean isReadOnly() throws SQLException {
        PhysicalConnection p = physical();
        if (p.has(PhysicalConnection.READS_ONLY)) {
            return true; // from the first statement on; before it nobody could tell
        }
        Boolean set = p.state.readOnly;
        try {
            return set != null ? set : p.raw.isReadOnly();
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    public final void setTransactionIsolation(int level) throws SQLException {
        if (level != getTransactionIsolation()) {
            change(
                    "isolation",
                    new Plain<>(Connection::getTransactionIsolation, Connection::setTransactionIsolation, level));
            physical().state.isolation = level;
        }
    }

    /** Answered from memory once it is known: frameworks ask before every transaction. */
    @Override
    public final int getTransactionIsolation() throws SQLException {
        PhysicalConnection p = physical();
        try {
            if (p.state.isolation == null) {
                p.state.isolation = p.raw.getTransactionIsolation();
            }
            return p.state.isolation;
        } catch (SQLException e) {
            throw failed(e);
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }

    @Override
    public final void setCatalog(String catalog) throws SQLException {
        change("catalog", new Plain<>(Connection::getCatalog, Connection::setCatalog, catalog));
    }

    @Override
    public final void setSchema(String schema) throws SQLException {
        change("schema", new Plain<>(Connection::getSchema, Connection::setSchema, schema));
    }

    @Override
    public final void setHoldability(int holdability) throws SQLException {
        change("holdability", new Plain<>(Connection::getHoldability, Connection::setHoldability, holdability));
    }

    @Override
    public final void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        change("networkTimeout", new NetworkTimeout(executor, milliseconds));
    }

    @Override
    public final void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        change(
                "typeMap",
                new Plain<>(
                        c -> c.getTypeMap() == null ? new HashMap<>() : new HashMap<>(c.getTypeMap()),
                        Connection::setTypeMap,
                        map));
    }

    @Override
    public final void setClientInfo(String name, String value) throws SQLClientInfoException {
        changeClientInfo(c -> c.setClientInfo(name, value));
    }

    @Override
    public final void setClientInfo(Properties properties) throws SQLClientInfoException {
        changeClientInfo(c -> c.setClientInfo(properties));
    }

    private void changeClientInfo(SessionState.Restore apply) throws SQLClientInfoException {
        try {
            PhysicalConnection p = physical();
            if (!p.state.has("clientInfo")) {
                Properties live = p.raw.getClientInfo(); // pgjdbc hands out its own object, which the change changes
                Properties before = new Properties();
                if (live != null) {
                    live.stringPropertyNames().forEach(key -> before.setProperty(key, live.getProperty(key)));
                }
                p.state.changing("clientInfo", c -> c.setClientInfo(before));
                p.set(PhysicalConnection.SETTERS);
            }
            apply.run(p.raw);
        } catch (SQLClientInfoException e) {
            failed(e);
            throw e;
        } catch (SQLException e) {
            SQLClientInfoException wrapped = new SQLClientInfoException(e.getMessage(), e.getSQLState(), Map.of(), e);
            failed(e);
            throw wrapped;
        } catch (RuntimeException | Error e) {
            crashed(e);
            throw e;
        }
    }
}
