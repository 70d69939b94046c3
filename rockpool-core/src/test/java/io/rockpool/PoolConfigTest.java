package io.rockpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.beans.BeanInfo;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.lang.reflect.Method;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Settings as they are checked, shown and passed on. */
class PoolConfigTest {

    private final TestSources sources = new TestSources();

    private static List<String> faults(PoolBuilder builder) {
        return catchThrowableOfType(InvalidPoolConfigException.class, builder::config)
                .faults();
    }

    // ---- the origin's six --------------------------------------------------------------------------------------

    private static void assertSix(PoolConfig config, String source) {
        assertThat(config.poolSize()).isEqualTo(4);
        assertThat(config.maxOverflow()).isEqualTo(2);
        assertThat(config.poolTimeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(config.engineSettings().maxRetries()).isEqualTo(6);
        assertThat(config.engineSettings().healthCheckInterval()).isEqualTo(120_000_000_000L);
        assertThat(config.engineSettings().recycleTime()).isEqualTo(900_000_000_000L);
        for (String key : List.of(
                "pool-size", "max-overflow", "pool-timeout", "max-retries", "health-check-interval", "recycle-time")) {
            assertThat(config.source(key)).as(key).startsWith(source);
        }
    }

    @Test
    void the_origins_six_as_environment_variables() {
        sources.environment("DB_POOL_SIZE", "4")
                .environment("DB_POOL_MAX_OVERFLOW", "2")
                .environment("DB_POOL_TIMEOUT", "7")
                .environment("DB_POOL_MAX_RETRIES", "6")
                .environment("DB_POOL_HEALTH_CHECK_INTERVAL", "120")
                .environment("DB_POOL_RECYCLE_TIME", "900");
        assertSix(sources.stub().config(), "environment DB_POOL_");
    }

    @Test
    void the_origins_six_as_system_properties() {
        sources.system("rockpool.pool-size", "4")
                .system("rockpool.maxOverflow", "2")
                .system("rockpool.pool_timeout", "7s")
                .system("rockpool.MAX_RETRIES", "6")
                .system("rockpool.healthCheckInterval", "2m")
                .system("rockpool.pool-recycle-time", "15m");
        assertSix(sources.stub().config(), "system property rockpool.");
    }

    @Test
    void the_origins_six_in_the_properties_file() {
        sources.file("rockpool.pool-size", "4")
                .file("rockpool.max-overflow", "2")
                .file("rockpool.pool-timeout", "7")
                .file("rockpool.max-retries", "6")
                .file("rockpool.health-check-interval", "120")
                .file("rockpool.recycle-time", "900");
        assertSix(sources.stub().config(), "rockpool.properties rockpool.");
    }

    @Test
    void the_origins_six_on_the_builder() {
        PoolBuilder builder = sources.stub()
                .poolSize(4)
                .maxOverflow(2)
                .poolTimeout(Duration.ofSeconds(7))
                .maxRetries(6)
                .healthCheckInterval(Duration.ofMinutes(2))
                .recycleTime(Duration.ofMinutes(15));
        assertSix(builder.config(), "builder");
    }

    @Test
    void the_origins_six_as_a_bean() throws SQLException {
        try (DatabaseConnectionPool pool = new DatabaseConnectionPool()) {
            pool.settings().sources(sources.environment, sources.system, sources.file);
            pool.setUrl(StubDriver.url("bean"));
            pool.setPoolSize(4);
            pool.setMaxOverflow(2);
            pool.setPoolTimeout(Duration.ofSeconds(7));
            pool.setMaxRetries(6);
            pool.setHealthCheckInterval(Duration.ofMinutes(2));
            pool.setRecycleTime(Duration.ofMinutes(15));
            assertThat(pool.statistics().poolSize()).as("before the start").isZero();
            assertSix(pool.config(), "builder");
            assertThatIllegalStateException()
                    .isThrownBy(() -> pool.setPoolSize(5))
                    .withMessageContaining("has started");
        }
    }

    @Test
    void every_setting_has_a_builder_method_and_a_bean_property() throws Exception {
        List<String> methods = Arrays.stream(PoolBuilder.class.getMethods())
                .map(Method::getName)
                .toList();
        BeanInfo bean = Introspector.getBeanInfo(DatabaseConnectionPool.class);
        List<String> properties = Arrays.stream(bean.getPropertyDescriptors())
                .filter(p -> p.getWriteMethod() != null)
                .map(PropertyDescriptor::getName)
                .toList();
        for (Setting setting : Setting.values()) {
            assertThat(methods).contains(camel(setting));
            assertThat(properties).contains(camel(setting));
        }
    }

    static String camel(Setting setting) {
        StringBuilder name = new StringBuilder();
        for (String word : setting.key.split("-")) {
            name.append(name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        return name.toString();
    }

    // ---- faults ------------------------------------------------------------------------------------------------

    @Test
    void all_faults_are_told_at_once_each_with_value_source_rule_and_fix() {
        sources.environment("DB_POOL_SIZE", "0")
                .environment("DB_POOL_TIMEOUT", "soon")
                .file("rockpool.recycle-time", "500ms")
                .file("rockpool.fail-on-deadlock", "perhaps")
                .system("rockpool.max-overflow", "-1")
                .system("rockpool.poolsise", "3");
        PoolBuilder builder = sources.builder()
                .url("jdbc:nobody:x")
                .poolName("orders")
                .preset("fast")
                .maxWaiters(0)
                .openTimeout(Duration.ZERO);
        InvalidPoolConfigException e = catchThrowableOfType(InvalidPoolConfigException.class, builder::build);
        assertThat(e.faults())
                .containsExactlyInAnyOrder(
                        "pool-size is 0 (from environment DB_POOL_SIZE); it must be from 1 to 10000; use 10 (the default) or"
                                + " another such value",
                        "pool-timeout is 'soon' (from environment DB_POOL_TIMEOUT); it must be a duration such as 500ms,"
                                + " 30s, 5m, 1h, or a plain number of seconds, from 0s to 1h; use 30s (the default) or"
                                + " another such value",
                        "recycle-time is 500ms (from rockpool.properties rockpool.recycle-time); it must be from 1s to 30d,"
                                + " or 0; use 3600s (the default) or another such value",
                        "fail-on-deadlock is 'perhaps' (from rockpool.properties rockpool.fail-on-deadlock); it must be"
                                + " true or false; use true (the default) or another such value",
                        "max-overflow is -1 (from system property rockpool.max-overflow); it must be from 0 to 10000; use"
                                + " 5 (the default) or another such value",
                        "rockpool.poolsise is no setting of this pool; did you mean rockpool.pool-size?",
                        "preset is 'fast' (from builder); it must be one of high-concurrency, memory-constrained,"
                                + " high-availability; use one of them, or leave it out",
                        "max-waiters is 0 (from builder); it must be from 1 to 1000000; use 10000 (the default) or another"
                                + " such value",
                        "open-timeout is 0ms (from builder); it must be from 100ms to 10m; use 10s (the default) or another"
                                + " such value",
                        "url jdbc:nobody:x is accepted by no driver on the class path; add the driver's dependency or"
                                + " correct the url");
        assertThat(e).hasMessageStartingWith("pool 'orders': 10 settings are wrong: ");
        assertThat(e.faults()).allSatisfy(fault -> assertThat(e).hasMessageContaining(fault));
    }

    @Test
    void one_fault_is_told_in_the_singular() {
        assertThat(catchThrowableOfType(
                        InvalidPoolConfigException.class,
                        () -> sources.stub().poolSize(0).config()))
                .hasMessageStartingWith("pool 'rockpool': a setting is wrong: pool-size is 0 (from builder)");
    }

    @Test
    void without_a_url_the_ways_to_set_one_are_told() {
        assertThat(faults(sources.builder()))
                .singleElement()
                .asString()
                .contains("builder", "rockpool.url", "ROCKPOOL_URL", "rockpool.properties");
    }

    @Test
    void a_driver_class_that_is_none_is_a_fault() {
        assertThat(faults(sources.stub().driverClassName("java.lang.String")))
                .singleElement()
                .asString()
                .startsWith("driver-class-name java.lang.String is no java.sql.Driver");
        assertThat(faults(sources.stub().driverClassName("no.such.Driver")))
                .singleElement()
                .asString()
                .contains("no.such.Driver", "ClassNotFoundException");
        assertThat(faults(sources.builder().url("jdbc:nobody:x").driverClassName(StubDriver.class.getName())))
                .singleElement()
                .asString()
                .contains("does not accept the url jdbc:nobody:x");
    }

    @Test
    void null_is_refused_at_once_by_name() {
        PoolBuilder builder = sources.stub();
        assertThatNullPointerException()
                .isThrownBy(() -> builder.username(null))
                .withMessageContaining("username");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.password(null))
                .withMessageContaining("password");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.poolTimeout(null))
                .withMessageContaining("pool-timeout");
        assertThatNullPointerException().isThrownBy(() -> builder.option("pool-size", null));
        assertThatNullPointerException()
                .isThrownBy(() -> builder.driverProperty("a", null))
                .withMessageContaining("a");
    }

    @Test
    void a_duration_below_a_millisecond_is_not_taken_for_zero() {
        assertThat(sources.stub()
                        .poolTimeout(Duration.ofNanos(500_000))
                        .config()
                        .poolTimeout())
                .isEqualTo(Duration.ofNanos(500_000));
        assertThat(faults(sources.stub().recycleTime(Duration.ofNanos(1)))).hasSize(1);
        assertThat(faults(sources.stub().leakThreshold(Duration.ofNanos(999_999))))
                .hasSize(1);
    }

    @Test
    void an_endless_duration_is_a_fault_like_others() {
        assertThat(faults(sources.stub()
                        .poolTimeout(Duration.ofSeconds(Long.MAX_VALUE))
                        .recycleTime(Duration.ofDays(40_000))
                        .drainTimeout(Duration.ofSeconds(Long.MIN_VALUE))))
                .hasSize(3);
    }

    // ---- presets, copies, what is shown ------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void what_is_set_explicitly_goes_before_a_preset(Preset preset) {
        sources.environment("ROCKPOOL_PRESET", preset.key()).file("rockpool.recycle-time", "77s");
        PoolConfig config = sources.stub().poolSize(11).config();
        assertThat(config.poolSize()).isEqualTo(11);
        assertThat(config.source("poolSize")).isEqualTo("builder");
        assertThat(config.source("recycle-time")).isEqualTo("rockpool.properties rockpool.recycle-time");
        assertThat(config.engineSettings().recycleTime()).isEqualTo(77_000_000_000L);
        long fromPreset = config.entries().stream()
                .filter(e -> e.source().equals("preset " + preset.key()))
                .count();
        long mine = preset.values.keySet().stream()
                .filter(k -> Setting.of(k) != null && !k.equals("pool-size") && !k.equals("recycle-time"))
                .count();
        assertThat(fromPreset).isEqualTo(mine);
    }

    @Test
    void a_config_goes_back_to_a_builder_and_comes_out_the_same() {
        PoolBuilder builder = sources.environment("DB_POOL_SIZE", "8")
                .stub()
                .username("app")
                .password("canary7")
                .driverProperty("tls", "on")
                .preset("high-availability")
                .leakThreshold(Duration.ofMillis(1500))
                .failOnDeadlock(false);
        PoolConfig config = builder.config();
        PoolConfig again = config.toBuilder().config();
        assertThat(again.entries()).isEqualTo(config.entries());
        assertThat(again.engineSettings()).isEqualTo(config.engineSettings());
    }

    @Test
    void a_config_does_not_change_with_the_builder_it_came_from() {
        PoolBuilder builder = sources.stub().poolSize(3);
        PoolConfig config = builder.config();
        builder.poolSize(4);
        config.toBuilder().poolSize(5);
        assertThat(config.poolSize()).isEqualTo(3);
        assertThat(config.toBuilder().config().poolSize()).isEqualTo(3);
    }

    @Test
    void entries_are_every_setting_in_order_with_secrets_masked() {
        PoolConfig config = sources.environment("ROCKPOOL_PASSWORD", "canary7")
                .builder()
                .url(StubDriver.url("masked?user=app&password=canary7&token=canary7"))
                .config();
        assertThat(config.entries()).extracting(PoolConfig.Entry::key).containsExactlyElementsOf(Setting.keys());
        assertThat(config.entries())
                .contains(
                        new PoolConfig.Entry("password", "***", "environment ROCKPOOL_PASSWORD"),
                        new PoolConfig.Entry("url", "jdbc:teststub:masked?user=***&password=***&token=***", "builder"));
        assertThat(config.toString() + config.entries() + config.url()).doesNotContain("canary7");
    }

    @Test
    void an_unset_password_is_shown_as_unset() {
        assertThat(sources.stub().config().entries()).contains(new PoolConfig.Entry("password", "", "default"));
    }

    @Test
    void the_source_of_an_unknown_key_is_refused_with_the_nearest() {
        PoolConfig config = sources.stub().config();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.source("poolSise"))
                .withMessageContaining("did you mean pool-size?");
    }

    // ---- what reaches the driver -------------------------------------------------------------------------------

    @Test
    void the_user_and_the_drivers_properties_reach_the_driver() throws SQLException {
        String url = StubDriver.url("driver-properties");
        sources.system("rockpool.driver.fetchSize", "50")
                .file("rockpool.driver.app_name", "a")
                .file("rockpool.driver.tls", "no");
        try (DatabaseConnectionPool pool = sources.builder()
                .url(url)
                .username("app")
                .password(" canary7 ")
                .driverProperty("tls", "yes")
                .poolSize(1)
                .build()) {
            Properties expected = new Properties();
            expected.putAll(java.util.Map.of(
                    "user", "app", "password", " canary7 ", "fetchSize", "50", "app_name", "a", "tls", "yes"));
            assertThat(StubDriver.seen(url)).first().isEqualTo(expected);
            assertThat(pool.name()).isEqualTo("rockpool");
        }
    }

    @Test
    void the_password_supplier_is_asked_at_each_opening() throws SQLException {
        String url = StubDriver.url("supplier");
        Iterator<String> passwords = List.of("first", "second").iterator();
        List<String> given = new ArrayList<>();
        try (DatabaseConnectionPool pool = sources.builder()
                .url(url)
                .username("app")
                .password("never")
                .poolSize(1)
                .maxOverflow(0)
                .passwordSupplier(() -> {
                    String password = passwords.next();
                    given.add(password);
                    return password;
                })
                .build()) {
            pool.evict();
            pool.getConnection().close();
        }
        assertThat(StubDriver.seen(url))
                .extracting(p -> p.getProperty("password"))
                .containsExactly("first", "second");
        assertThat(given).containsExactly("first", "second");
    }

    @Test
    void a_data_source_needs_no_url() throws SQLException {
        javax.sql.DataSource source = (javax.sql.DataSource) java.lang.reflect.Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {javax.sql.DataSource.class},
                (proxy, method, arguments) -> StubDriver.connection());
        try (DatabaseConnectionPool pool =
                sources.builder().dataSource(source).poolSize(1).build()) {
            assertThat(pool.config().url()).isEmpty();
            assertThat(pool.statistics().totalCreated()).isEqualTo(1);
        }
    }

    @Test
    void a_resize_out_of_range_changes_nothing() throws SQLException {
        try (DatabaseConnectionPool pool = sources.stub().poolSize(1).build()) {
            assertThat(catchThrowableOfType(InvalidPoolConfigException.class, () -> pool.resize(0, 5))
                            .faults())
                    .hasSize(1);
            assertThat(pool.config().poolSize()).isEqualTo(1);
            pool.resize(2, 1);
            assertThat(pool.config().poolSize()).isEqualTo(2);
            assertThat(pool.config().maxOverflow()).isEqualTo(1);
        }
    }
}
