package io.rockpool.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.rockpool.DatabaseConnection;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.PoolStatistics;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way to answer the origin's question, how many employees are active, on a database file of its own.
 *
 * <p>Threads: each worker calls with a number of its own, from 0.
 */
interface OriginSubject extends AutoCloseable {

    String QUERY = "SELECT COUNT(*) FROM employees WHERE active = 1";

    /** Active employees in the sample; a subject that answers otherwise fails the run. */
    int ACTIVE = 12;

    String name();

    /** Whether each request opens a connection, so that it takes some tens of times as long. */
    boolean opens();

    int activeEmployees(int worker) throws SQLException;

    @Override
    void close() throws SQLException;

    /** Every subject of the comparison, each on a new file in the folder. */
    static List<OriginSubject> all(Path folder) throws SQLException {
        List<OriginSubject> subjects = new ArrayList<>();
        try {
            subjects.add(new OpenPerRequest("open-per-request", url(folder, "open"), false));
            subjects.add(new OpenPerRequest("open-per-request-keeper", url(folder, "keeper"), true));
            subjects.add(new HikariCp(url(folder, "hikaricp")));
            subjects.add(new Rockpool(url(folder, "rockpool")));
            subjects.add(new Raw(url(folder, "raw"), OriginBenchmark.THREADS));
            return subjects;
        } catch (Throwable t) {
            closeAll(subjects, t);
            throw t;
        }
    }

    /** Closes all; what fails is told as suppressed by the failure under way, or thrown. */
    static void closeAll(List<OriginSubject> subjects, @Nullable Throwable underWay) throws SQLException {
        SQLException first = null;
        for (OriginSubject subject : subjects) {
            try {
                subject.close();
            } catch (SQLException e) {
                if (underWay != null) {
                    underWay.addSuppressed(e);
                } else if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** A new database as the origin's service makes it: WAL, twelve active employees and four who left. */
    private static String url(Path folder, String name) throws SQLException {
        String url = "jdbc:sqlite:" + folder.resolve(name + ".db");
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode=WAL");
            statement.execute("""
                    CREATE TABLE roles (
                        id            INTEGER PRIMARY KEY,
                        name          TEXT NOT NULL UNIQUE,
                        share_percent INTEGER NOT NULL CHECK (share_percent BETWEEN 0 AND 100)
                    ) STRICT
                    """);
            statement.execute("""
                    CREATE TABLE employees (
                        id      INTEGER PRIMARY KEY,
                        name    TEXT NOT NULL,
                        code    TEXT NOT NULL UNIQUE,
                        role_id INTEGER NOT NULL REFERENCES roles (id),
                        score   INTEGER NOT NULL DEFAULT 0,
                        active  INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
                    ) STRICT
                    """);
            statement.execute("INSERT INTO roles VALUES (1, 'Driver', 35), (2, 'Warehouse', 30), (3, 'Office', 20)");
            for (int i = 1; i <= ACTIVE + 4; i++) {
                statement.execute("INSERT INTO employees VALUES (" + i + ", 'Employee " + i + "', 'E" + i + "', "
                        + (1 + i % 3) + ", 50, " + (i <= ACTIVE ? 1 : 0) + ")");
            }
        }
        return url;
    }

    /** The request itself, the same for every subject that has no statement ready. */
    private static int count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(QUERY)) {
            return first(row);
        }
    }

    private static int first(ResultSet row) throws SQLException {
        row.next();
        return row.getInt(1);
    }

    /** What the origin did before it had a pool. */
    final class OpenPerRequest implements OriginSubject {

        private final String name;
        private final String url;
        private final @Nullable Connection keeper;

        OpenPerRequest(String name, String url, boolean kept) throws SQLException {
            this.name = name;
            this.url = url;
            this.keeper = kept ? DriverManager.getConnection(url) : null;
            if (keeper != null) {
                count(keeper); // a connection that never read does not hold the WAL
            }
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public boolean opens() {
            return true;
        }

        @Override
        public int activeEmployees(int worker) throws SQLException {
            try (Connection connection = DriverManager.getConnection(url)) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("PRAGMA journal_mode=WAL");
                    statement.execute("PRAGMA synchronous=NORMAL");
                }
                connection.setAutoCommit(false);
                int active = count(connection);
                connection.commit();
                return active;
            }
        }

        @Override
        public void close() throws SQLException {
            if (keeper != null) {
                keeper.close();
            }
        }
    }

    /** As its users configure it for SQLite; with the pragmas that Rockpool sets by default. */
    final class HikariCp implements OriginSubject {

        private final HikariDataSource pool;

        HikariCp(String url) {
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl(url);
            config.setMaximumPoolSize(10);
            config.setAutoCommit(false);
            config.addDataSourceProperty("busy_timeout", "30000");
            config.addDataSourceProperty("journal_mode", "WAL");
            config.addDataSourceProperty("synchronous", "NORMAL");
            config.addDataSourceProperty("foreign_keys", "ON");
            config.addDataSourceProperty("cache_size", "10000");
            config.addDataSourceProperty("mmap_size", "268435456");
            config.addDataSourceProperty("temp_store", "MEMORY");
            this.pool = new HikariDataSource(config);
        }

        @Override
        public String name() {
            return Report.HIKARICP;
        }

        @Override
        public boolean opens() {
            return false;
        }

        @Override
        public int activeEmployees(int worker) throws SQLException {
            try (Connection connection = pool.getConnection()) {
                int active = count(connection);
                connection.commit();
                return active;
            }
        }

        @Override
        public void close() {
            pool.close();
        }
    }

    /** All defaults: ten connections, as in the origin. */
    final class Rockpool implements OriginSubject {

        private final DatabaseConnectionPool pool;

        Rockpool(String url) throws SQLException {
            this.pool = DatabaseConnectionPool.of(url);
        }

        @Override
        public String name() {
            return Report.ROCKPOOL;
        }

        @Override
        public boolean opens() {
            return false;
        }

        @Override
        public int activeEmployees(int worker) throws SQLException {
            return DatabaseConnection.read(pool, OriginSubject::count);
        }

        PoolStatistics statistics() {
            return pool.statistics();
        }

        @Override
        public void close() {
            pool.close();
        }
    }

    /** The lower limit: for each worker an open connection in autocommit, with its statement ready. */
    final class Raw implements OriginSubject {

        private final List<Connection> connections = new ArrayList<>();
        private final List<PreparedStatement> statements = new ArrayList<>();

        Raw(String url, int workers) throws SQLException {
            for (int i = 0; i < workers; i++) {
                Connection connection = DriverManager.getConnection(url);
                connections.add(connection);
                try (Statement statement = connection.createStatement()) {
                    statement.execute("PRAGMA cache_size=10000");
                    statement.execute("PRAGMA mmap_size=268435456");
                }
                statements.add(connection.prepareStatement(QUERY));
            }
        }

        @Override
        public String name() {
            return "raw";
        }

        @Override
        public boolean opens() {
            return false;
        }

        @Override
        public int activeEmployees(int worker) throws SQLException {
            try (ResultSet row = statements.get(worker).executeQuery()) {
                return first(row);
            }
        }

        @Override
        public void close() throws SQLException {
            for (Connection connection : connections) {
                connection.close();
            }
        }
    }
}
