package io.rockpool.benchmarks;

import java.sql.SQLException;
import javax.sql.DataSource;

/** A subject's pool while a benchmark has it. */
interface OpenPool extends AutoCloseable {

    DataSource dataSource();

    /** Closes its connections and ends its threads. Errors: {@link IllegalStateException}. */
    @Override
    void close();

    /** How a pool is closed. */
    interface Closing {
        void close() throws SQLException;
    }

    static OpenPool of(DataSource dataSource, Closing closing) {
        return new OpenPool() {
            @Override
            public DataSource dataSource() {
                return dataSource;
            }

            @Override
            public void close() {
                try {
                    closing.close();
                } catch (SQLException e) {
                    throw new IllegalStateException("could not close " + dataSource.getClass(), e);
                }
            }
        };
    }
}
