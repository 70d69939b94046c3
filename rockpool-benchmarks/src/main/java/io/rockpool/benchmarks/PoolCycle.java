package io.rockpool.benchmarks;

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
 * <p>Public and not final because JMH extends it. It calls by the interfaces of java.sql alone, so that the pool may be
 * in another class loader. The pool is full before the first borrow that counts. Source: {@link Peers}.
 */
@State(Scope.Benchmark)
public class PoolCycle {

    @Param(Report.ROCKPOOL)
    public String subject = Report.ROCKPOOL;

    @Param("32")
    public int connections;

    /** Whether a child class loader has the pool's classes: {@link ChildLoader}. */
    @Param("false")
    public boolean childLoader;

    private DataSource pool = new DatabaseConnectionPool(); // until open()
    private AutoCloseable closing = () -> {};

    @Setup
    public void open() throws Exception {
        if (childLoader) {
            ChildLoader child = new ChildLoader();
            closing = child;
            pool = child.open(subject, connections);
        } else {
            StubDriver.register();
            OpenPool opened = Peers.open(subject, Shape.fixed(StubDriver.URL, connections));
            closing = opened;
            pool = opened.dataSource();
        }
        fill();
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
        closing.close();
    }

    DataSource pool() {
        return pool;
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
