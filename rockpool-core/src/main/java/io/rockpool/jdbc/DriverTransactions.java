package io.rockpool.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Transactions by the driver's own calls. Threads: the lease's. */
final class DriverTransactions implements Database.Transactions {

    private final Connection connection;
    private boolean madeReadOnly;

    DriverTransactions(Connection connection) {
        this.connection = connection;
    }

    @Override
    public void begin(boolean readOnly) throws SQLException {
        if (readOnly && !connection.isReadOnly()) {
            madeReadOnly = true; // first: it may fail after its effect
            connection.setReadOnly(true);
        }
        connection.setAutoCommit(false);
    }

    @Override
    public void commit() throws SQLException {
        connection.commit();
    }

    @Override
    public void rollback() throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.rollback();
            return;
        }
        try (Statement statement = connection.createStatement()) { // begun by text, so JDBC's rollback would refuse
            statement.execute("ROLLBACK");
        }
    }

    @Override
    public boolean inTransaction() {
        return true; // no driver tells; what the engine rolled back fails at the next statement
    }

    @Override
    public void end() throws SQLException {
        connection.setAutoCommit(true);
        if (madeReadOnly) {
            madeReadOnly = false;
            connection.setReadOnly(false);
        }
    }

    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        connection.setReadOnly(readOnly);
    }
}
