package io.rockpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rockpool.jdbc.ServedPool;
import io.rockpool.testkit.FaultyDriver;
import io.rockpool.testkit.FaultyServer;
import io.rockpool.testkit.Quiescence;
import java.beans.BeanInfo;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.logging.Logger;
import java.util.stream.Stream;
import javax.sql.CommonDataSource;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

@Timeout(60)
class DataSourceContractTest {

    private static final Map<String, Object> VALUES = Map.ofEntries(
            Map.entry("username", "scott"),
            Map.entry("password", "t1ger"),
            Map.entry("driverClassName", FaultyDriver.class.getName()),
            Map.entry("poolName", "beans"),
            Map.entry("preset", "high-concurrency"),
            Map.entry("poolSize", 3),
            Map.entry("maxOverflow", 1),
            Map.entry("poolTimeout", Duration.ofSeconds(7)),
            Map.entry("maxRetries", 2),
            Map.entry("healthCheckInterval", Duration.ofSeconds(77)),
            Map.entry("recycleTime", Duration.ofSeconds(777)),
            Map.entry("overflowLinger", Duration.ofSeconds(17)),
            Map.entry("validationWindow", Duration.ofSeconds(1)),
            Map.entry("validationTimeout", Duration.ofSeconds(2)),
            Map.entry("openTimeout", Duration.ofSeconds(3)),
            Map.entry("leakThreshold", Duration.ofSeconds(4)),
            Map.entry("maxWaiters", 99),
            Map.entry("drainTimeout", Duration.ofSeconds(5)),
            Map.entry("failOnDeadlock", false));

    @SuppressWarnings("unused") // a source of parameters
    private static final List<String> PROPERTIES = Stream.concat(
                    VALUES.keySet().stream(), Stream.of("url", "jdbcUrl", "loginTimeout"))
            .sorted()
            .toList();

    private FaultyServer server;
    private DatabaseConnectionPool pool;

    @BeforeEach
    void start() {
        server = FaultyServer.start("data-source");
        pool = new DatabaseConnectionPool();
    }

    @AfterEach
    void stop() {
        try {
            Quiescence.assertQuiescent(pool, server);
        } finally {
            server.stop();
        }
    }

    private Object value(String property) {
        return switch (property) {
            case "url", "jdbcUrl" -> server.url();
            case "loginTimeout" -> 7;
            default -> VALUES.get(property);
        };
    }

    private static PropertyDescriptor[] writable() throws Exception {
        BeanInfo info = Introspector.getBeanInfo(DatabaseConnectionPool.class, Object.class);
        return Arrays.stream(info.getPropertyDescriptors())
                .filter(p -> p.getWriteMethod() != null && !p.getName().equals("logWriter"))
                .toArray(PropertyDescriptor[]::new);
    }

    private static PropertyDescriptor property(String name) throws Exception {
        return Arrays.stream(writable())
                .filter(p -> p.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void set(String property) throws Exception {
        property(property).getWriteMethod().invoke(pool, value(property));
    }

    // ---- JavaBean

    @Test
    void every_bean_property_is_known_here() throws Exception {
        assertThat(Arrays.stream(writable()).map(PropertyDescriptor::getName))
                .containsExactlyInAnyOrderElementsOf(PROPERTIES);
    }

    @ParameterizedTest
    @FieldSource("PROPERTIES")
    void a_bean_property_set_by_reflection_is_in_force(String name) throws Exception {
        pool.setUrl(server.url());
        pool.setPoolSize(1);
        pool.setMaxOverflow(0);
        set(name);
        pool.getConnection().close();
        Setting setting =
                Setting.of(name.equals("loginTimeout") ? "poolTimeout" : name.equals("jdbcUrl") ? "url" : name);
        assertThat(setting).as(name).isNotNull();
        PoolConfig.Entry entry = pool.config().entries().stream()
                .filter(e -> e.key().equals(setting.key))
                .findFirst()
                .orElseThrow();
        assertThat(entry.source()).isEqualTo("builder");
        Object value = value(name);
        Object shown = name.equals("password") ? "***" : name.equals("loginTimeout") ? Duration.ofSeconds(7) : value;
        Object parsed = shown instanceof Duration ? Durations.parse(entry.value()) : entry.value();
        assertThat(parsed).isEqualTo(shown instanceof Duration ? shown : String.valueOf(shown));
    }

    @Test
    void every_bean_property_together_starts_a_pool() throws Exception {
        for (String name : PROPERTIES) {
            set(name);
        }
        assertThat(server.connectsAttempted())
                .as("nothing is opened before the first borrow")
                .isZero();
        try (Connection connection = pool.getConnection()) {
            assertThat(ServedPool.query(connection, "SELECT 1")).isEqualTo(1);
        }
        assertThat(server.lastConnectProperties())
                .containsEntry("user", "scott")
                .containsEntry("password", "t1ger");
        assertThat(pool.toString() + pool.config() + pool.config().entries()).doesNotContain("t1ger");
        assertThat(pool.statistics().poolSize()).isEqualTo(3);
        assertThat(pool.name()).isEqualTo("beans");
    }

    @ParameterizedTest
    @FieldSource("PROPERTIES")
    void a_setter_is_refused_after_the_start_and_after_the_close(String name) throws Exception {
        pool.setUrl(server.url());
        pool.getConnection().close();
        assertThat(catchThrowable(() -> set(name))).hasRootCauseInstanceOf(IllegalStateException.class);
        pool.close();
        assertThat(catchThrowable(() -> set(name))).hasRootCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void before_the_start_it_tells_zeros_and_opens_nothing() {
        pool.setUrl(server.url());
        assertThat(pool.statistics().totalCreated()).isZero();
        assertThat(pool.leases()).isEmpty();
        assertThat(pool.recommendations()).isNotNull();
        assertThat(pool.toString()).contains("not started");
        assertThat(pool.isClosed()).isFalse();
        assertThat(server.connectsAttempted()).isZero();
    }

    @Test
    void a_start_that_fails_leaves_nothing_and_can_be_tried_again() throws Exception {
        pool.setUrl(server.url());
        pool.setMaxRetries(1);
        server.down();
        assertThat(catchThrowable(pool::getConnection))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08001"));
        assertThat(server.opened()).isZero();
        pool.setPoolSize(2);
        server.up();
        try (Connection connection = pool.getConnection()) {
            assertThat(ServedPool.query(connection, "SELECT 1")).isEqualTo(1);
        }
        assertThat(pool.statistics().poolSize()).isEqualTo(2);
    }

    @Test
    void a_pool_closed_before_its_start_never_starts() {
        pool.setUrl(server.url());
        pool.close();
        assertThat(catchThrowable(pool::getConnection))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
        assertThat(server.connectsAttempted()).isZero();
    }

    @Test
    void a_wrong_setting_is_told_at_the_start() {
        pool.setUrl(server.url());
        pool.setPoolSize(0);
        assertThatThrownBy(pool::getConnection)
                .isInstanceOf(InvalidPoolConfigException.class)
                .hasMessageContaining("pool-size");
    }

    // ---- javax.sql

    @Test
    void another_user_is_refused_whoever_it_is() throws SQLException {
        pool.setUrl(server.url());
        assertRefusesAnotherUser();
        pool.getConnection().close();
        assertRefusesAnotherUser();
    }

    private void assertRefusesAnotherUser() {
        assertThat(catchThrowable(() -> pool.getConnection("scott", "t1ger")))
                .isInstanceOf(SQLFeatureNotSupportedException.class)
                .hasMessageNotContaining("t1ger")
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("0A000"));
    }

    @Test
    void the_login_timeout_is_the_pool_timeout() throws Exception {
        pool.setUrl(server.url());
        pool.setLoginTimeout(7);
        assertThat(pool.getLoginTimeout()).isEqualTo(7);
        pool.getConnection().close();
        assertThat(pool.getLoginTimeout()).isEqualTo(7);
        assertThat(pool.config().poolTimeout()).isEqualTo(Duration.ofSeconds(7));
    }

    /** {@link CommonDataSource#setLoginTimeout}: zero is the default, not "do not wait". */
    @Test
    void a_login_timeout_of_zero_is_the_default() throws Exception {
        pool.setUrl(server.url());
        pool.setLoginTimeout(0);
        assertThat(pool.getLoginTimeout()).isZero();
        pool.getConnection().close();
        assertThat(pool.config().poolTimeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void it_unwraps_itself_and_nothing_else() throws SQLException {
        for (Class<?> iface : List.of(DataSource.class, DatabaseConnectionPool.class, AutoCloseable.class)) {
            assertThat(pool.isWrapperFor(iface)).isTrue();
            assertThat((Object) pool.unwrap(iface)).isSameAs(pool);
        }
        assertThat(pool.isWrapperFor(Connection.class)).isFalse();
        assertThat(catchThrowable(() -> pool.unwrap(Connection.class))).isInstanceOf(SQLException.class);
    }

    @Test
    void it_unwraps_the_data_source_it_was_given() throws SQLException {
        Inner inner = new Inner(server.url());
        try (DatabaseConnectionPool wrapping =
                DatabaseConnectionPool.builder().dataSource(inner).poolSize(1).build()) {
            assertThat(wrapping.isWrapperFor(Inner.class)).isTrue();
            assertThat(wrapping.unwrap(Inner.class)).isSameAs(inner);
            assertThat(wrapping.unwrap(DataSource.class)).isSameAs(wrapping);
            try (Connection connection = wrapping.getConnection()) {
                assertThat(ServedPool.query(connection, "SELECT 1")).isEqualTo(1);
            }
        }
        assertThat(server.opened()).isEqualTo(1).isEqualTo(server.closed());
    }

    @Test
    void it_has_no_log_writer_and_no_parent_logger() {
        assertThat(pool.getLogWriter()).isNull();
        assertThat(catchThrowable(() -> pool.setLogWriter(new PrintWriter(System.err))))
                .isInstanceOf(SQLFeatureNotSupportedException.class);
        assertThat(catchThrowable(pool::getParentLogger)).isInstanceOf(SQLFeatureNotSupportedException.class);
        assertThat(catchThrowable(pool::createConnectionBuilder)).isInstanceOf(SQLFeatureNotSupportedException.class);
    }

    @Test
    void a_borrow_after_the_close_is_refused_and_a_second_close_does_nothing() throws SQLException {
        pool.setUrl(server.url());
        pool.getConnection().close();
        pool.close();
        pool.close();
        assertThat(pool.isClosed()).isTrue();
        assertThat(catchThrowable(pool::getConnection))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
        assertThatIllegalStateException().isThrownBy(() -> pool.setPoolSize(1));
    }

    /** A data source of its own class, as a driver has one. */
    private static final class Inner implements DataSource {
        private final String url;

        Inner(String url) {
            this.url = url;
        }

        @Override
        public Connection getConnection() throws SQLException {
            return DriverManager.getConnection(url);
        }

        @Override
        public Connection getConnection(String username, String password) throws SQLException {
            return DriverManager.getConnection(url, username, password);
        }

        @Override
        public PrintWriter getLogWriter() {
            return null;
        }

        @Override
        public void setLogWriter(PrintWriter out) {}

        @Override
        public void setLoginTimeout(int seconds) {}

        @Override
        public int getLoginTimeout() {
            return 0;
        }

        @Override
        public Logger getParentLogger() throws SQLFeatureNotSupportedException {
            throw new SQLFeatureNotSupportedException();
        }

        @Override
        public <T> T unwrap(Class<T> iface) throws SQLException {
            throw new SQLException("wraps nothing");
        }

        @Override
        public boolean isWrapperFor(Class<?> iface) {
            return false;
        }
    }
}
