package io.rockpool.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.rockpool.DatabaseConnectionPool;
import io.rockpool.InvalidPoolConfigException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The pools of one subject on one SQLite file: that which it reads from and that which it writes to, mostly the same.
 *
 * <p>The same pragmas for all. Ten connections, or as many as the name says; Rockpool has five, the writer and four
 * readers, on up to four cores. The busy timeout is Rockpool's own default. Source: docs/benchmarks/sqlite.md.
 */
record SqlitePools(DataSource readers, DataSource writers, OpenPool.Closing closing) implements AutoCloseable {

    static final String SINGLE_PROCESS = "rockpool-single-process";
    static final String IMMEDIATE = "hikaricp-immediate";
    static final String ONE = "hikaricp-one";
    static final String SPLIT = "hikaricp-split";
    static final String WIDE = "hikaricp-32";
    static final String TRANSACTION = "hikaricp-transaction";

    /** What a commit survives. */
    enum Durability {
        /** The end of the process. */
        PROCESS("NORMAL"),
        /** A loss of power. */
        POWER("FULL");

        private final String synchronous;

        Durability(String synchronous) {
            this.synchronous = synchronous;
        }
    }

    private static final int CONNECTIONS = 10;

    /** Of Rockpool, whose leases hold nothing native: one for each thread of the widest case. */
    private static final int LEASES = 32;

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Rockpool's defaults; Rockpool itself is not told them. */
    private static final Map<String, String> PRAGMAS = Map.of(
            "busy_timeout", "30000",
            "journal_mode", "WAL",
            "foreign_keys", "ON",
            "cache_size", "10000",
            "mmap_size", "268435456",
            "temp_store", "MEMORY");

    static SqlitePools open(String subject, Path file, Durability durability) throws SQLException {
        return switch (subject) {
            case Report.ROCKPOOL -> rockpool(file, durability, Map.of());
            case SINGLE_PROCESS -> rockpool(file, durability, Map.of("sqlite.single-process", "true"));
            case Report.HIKARICP, TRANSACTION -> of(hikari(file, durability, CONNECTIONS, "DEFERRED"));
            case IMMEDIATE -> of(hikari(file, durability, CONNECTIONS, IMMEDIATELY));
            case WIDE -> of(hikari(file, durability, LEASES, "DEFERRED"));
            case ONE -> of(hikari(file, durability, 1, "DEFERRED"));
            case SPLIT -> split(file, durability);
            case Report.AGROAL -> agroal(file, durability);
            default -> throw new IllegalArgumentException("no pools on SQLite are called '" + subject + "'");
        };
    }

    /** Why a subject cannot be measured: its pool has no such option; null: it can. */
    static @Nullable String refusal(String subject, Path file) throws SQLException {
        if (!subject.equals(SINGLE_PROCESS)) {
            return null;
        }
        try {
            open(subject, file, Durability.PROCESS).close();
            return null;
        } catch (InvalidPoolConfigException e) {
            return e.getMessage();
        }
    }

    @Override
    public void close() throws SQLException {
        closing.close();
    }

    // ---- open ----------------------------------------------------------------------------------------------------

    private static final String IMMEDIATELY = "IMMEDIATE";

    /** As it comes, but for the number of leases. */
    private static SqlitePools rockpool(Path file, Durability durability, Map<String, String> options)
            throws SQLException {
        var builder = DatabaseConnectionPool.builder()
                .url("jdbc:sqlite:" + file + "?synchronous=" + durability.synchronous)
                .poolSize(LEASES)
                .maxOverflow(0)
                .poolTimeout(TIMEOUT);
        options.forEach(builder::option);
        DatabaseConnectionPool pool = builder.build();
        return new SqlitePools(pool, pool, pool::close);
    }

    private static SqlitePools of(HikariDataSource pool) {
        return new SqlitePools(pool, pool, pool::close);
    }

    private static HikariDataSource hikari(Path file, Durability durability, int connections, String begin) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:sqlite:" + file);
        config.setMaximumPoolSize(connections);
        config.setConnectionTimeout(TIMEOUT.toMillis());
        config.setDataSourceProperties(properties(durability));
        config.addDataSourceProperty("transaction_mode", begin);
        return new HikariDataSource(config);
    }

    /** What a careful user makes by hand: one connection that writes, the others read. */
    private static SqlitePools split(Path file, Durability durability) {
        HikariDataSource writer = hikari(file, durability, 1, IMMEDIATELY);
        HikariDataSource readers = hikari(file, durability, CONNECTIONS - 1, "DEFERRED");
        return new SqlitePools(readers, writer, () -> {
            readers.close();
            writer.close();
        });
    }

    private static SqlitePools agroal(Path file, Durability durability) throws SQLException {
        AgroalDataSourceConfigurationSupplier config = new AgroalDataSourceConfigurationSupplier();
        var connections = config.connectionPoolConfiguration()
                .minSize(CONNECTIONS)
                .maxSize(CONNECTIONS)
                .acquisitionTimeout(TIMEOUT)
                .connectionFactoryConfiguration()
                .jdbcUrl("jdbc:sqlite:" + file);
        properties(durability).forEach((key, value) -> connections.jdbcProperty((String) key, (String) value));
        AgroalDataSource pool = AgroalDataSource.from(config);
        return new SqlitePools(pool, pool, pool::close);
    }

    /** Without a pool, with the same pragmas. */
    static Connection raw(Path file, Durability durability) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file, properties(durability));
    }

    private static Properties properties(Durability durability) {
        Properties properties = new Properties();
        properties.putAll(PRAGMAS);
        properties.setProperty("synchronous", durability.synchronous);
        return properties;
    }
}
