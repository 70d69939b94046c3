package io.rockpool.robustness;

import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolBuilder;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import javax.sql.DataSource;

/**
 * An application with a pool, as a container deploys it: loaded by a loader of its own, used by threads of its own and by
 * the container's. {@link #apply} takes a data source or a URL, and the container's threads; it gives the pool.
 */
public final class RedeployedApplication implements BiFunction<Object, ExecutorService, AutoCloseable> {

    private static final int BORROWS = 50;

    /** Called by reflection. */
    public RedeployedApplication() {}

    @Override
    public AutoCloseable apply(Object database, ExecutorService container) {
        try {
            PoolBuilder settings =
                    DatabaseConnectionPool.builder().poolSize(2).maxOverflow(1).poolTimeout(Duration.ofSeconds(30));
            if (database instanceof DataSource source) {
                settings.dataSource(source);
            } else {
                settings.url((String) database);
            }
            DatabaseConnectionPool pool = settings.build();
            serve(pool, container);
            return pool;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void serve(DatabaseConnectionPool pool, ExecutorService container) throws Exception {
        List<Thread> mine = new ArrayList<>();
        List<Future<?>> requests = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> requests(pool), "application-" + i);
            thread.start();
            mine.add(thread);
            requests.add(container.submit(() -> requests(pool)));
        }
        for (Thread thread : mine) {
            thread.join();
        }
        for (Future<?> request : requests) {
            request.get();
        }
        pool.evict();
        requests(pool);
    }

    private static void requests(DatabaseConnectionPool pool) {
        try {
            for (int i = 0; i < BORROWS; i++) {
                try (Connection connection = pool.getConnection()) {
                    query(connection);
                }
                DatabaseConnection.run(pool, RedeployedApplication::query);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void query(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1")) {
            rows.next();
        }
    }
}
