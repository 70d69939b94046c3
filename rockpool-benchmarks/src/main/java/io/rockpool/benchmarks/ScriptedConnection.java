package io.rockpool.benchmarks;

import io.rockpool.benchmarks.stub.StubConnection;
import io.rockpool.benchmarks.stub.StubStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A connection whose statements make a scripted round trip to the database and do nothing else.
 *
 * <p>Threads: as the script allows. The benchmarks run their work through {@code createStatement().execute(sql)} alone.
 */
abstract class ScriptedConnection extends StubConnection {

    /** What a statement waits for, or fails with. */
    abstract void roundTrip() throws SQLException;

    @Override
    public final Statement createStatement() {
        return new ScriptedStatement(this);
    }

    @Override
    public final Statement createStatement(int type, int concurrency) {
        return createStatement();
    }

    @Override
    public final Statement createStatement(int type, int concurrency, int holdability) {
        return createStatement();
    }

    private static final class ScriptedStatement extends StubStatement {

        private final ScriptedConnection connection;

        ScriptedStatement(ScriptedConnection connection) {
            this.connection = connection;
        }

        @Override
        public boolean execute(String sql) throws SQLException {
            connection.roundTrip();
            return super.execute(sql);
        }

        @Override
        public ResultSet executeQuery(String sql) throws SQLException {
            connection.roundTrip();
            return super.executeQuery(sql);
        }

        @Override
        public int executeUpdate(String sql) throws SQLException {
            connection.roundTrip();
            return super.executeUpdate(sql);
        }
    }
}
