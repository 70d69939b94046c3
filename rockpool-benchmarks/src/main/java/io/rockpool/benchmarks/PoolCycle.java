package io.rockpool.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.rockpool.DatabaseConnectionPool;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Borrow and give back on a driver that does nothing; JMH runs it in a JVM of its own for {@link CycleBenchmark}.
 *
 * <p>Public and not final because JMH extends it. Each pool has its defaults, a fixed size, and is full before the
 * first borrow that counts.
 */
@State(Scope.Benchmark)
public class PoolCycle {

    @Param({Report.ROCKPOOL, Report.HIKARICP})
    public String subject = Report.ROCKPOOL;

    @Param("32")
    public int connections;

    private DataSource pool = new DatabaseConnectionPool(); // until open()

    @Setup
    public void open() throws SQLException {
        StubDriver.register();
        pool = switch (subject) {
            case Report.ROCKPOOL -> rockpool(connections);
            case Report.HIKARICP -> hikaricp(connections);
            default -> throw new IllegalArgumentException("no pool is called " + subject);
        };
        fill();
    }

    /** Without overflow: with it the pool would have more connections than its peer. */
    private static DataSource rockpool(int connections) throws SQLException {
        return DatabaseConnectionPool.builder()
                .url(StubDriver.URL)
                .poolSize(connections)
                .maxOverflow(0)
                .build();
    }

    private static DataSource hikaricp(int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(StubDriver.URL);
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(connections);
        return new HikariDataSource(config);
    }

    private void fill() throws SQLException {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            all.add(pool.getConnection());
        }
        for (Connection connection : all) {
            connection.close();
        }
    }

    @TearDown
    public void close() throws Exception {
        ((AutoCloseable) pool).close();
    }

    @Benchmark
    public Connection cycle() throws SQLException {
        Connection connection = pool.getConnection();
        connection.close();
        return connection;
    }

    @Benchmark
    public boolean statement() throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement("select 1")) {
            return statement.execute();
        }
    }
}
