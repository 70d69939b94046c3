package io.rockpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which source a setting is taken from, and what is said of keys that nobody knows. */
class ConfigSourcesTest {

    private final TestSources sources = new TestSources();

    /** Two allowed values of a setting, for the sources to differ in. */
    private static String value(Setting setting, int number) {
        return switch (setting) {
            case URL -> StubDriver.url("source" + number);
            case DRIVER_CLASS_NAME -> StubDriver.class.getName();
            case PRESET -> number % 2 == 0 ? "high-concurrency" : "memory-constrained";
            default ->
                switch (setting.kind) {
                    case NUMBER -> Integer.toString(10 + number);
                    case DURATION -> 20 + number + "s";
                    case SWITCH -> number % 2 == 0 ? "true" : "false";
                    default -> "value" + number;
                };
        };
    }

    private PoolConfig.Entry entry(PoolBuilder builder, Setting setting) {
        if (setting != Setting.URL) {
            builder.url(StubDriver.url("source"));
        }
        return builder.config().entries().stream()
                .filter(e -> e.key().equals(setting.key))
                .findFirst()
                .orElseThrow();
    }

    private static String shown(Setting setting, String value) {
        return setting == Setting.PASSWORD ? "***" : value;
    }

    @ParameterizedTest
    @EnumSource
    void the_order_is_builder_system_property_environment_file_preset_default(Setting setting) {
        // The url must stand somewhere; it has no default that opens.
        PoolConfig.Entry standard = setting == Setting.URL ? null : entry(sources.builder(), setting);
        if (standard != null) {
            assertThat(standard.value()).isEqualTo(setting.standard);
            assertThat(standard.source()).isEqualTo("default");
        }
        for (Preset preset : Preset.values()) {
            if (preset.values.containsKey(setting.key)) {
                assertThat(entry(sources.builder().preset(preset.key()), setting))
                        .isEqualTo(new PoolConfig.Entry(
                                setting.key, preset.values.get(setting.key), "preset " + preset.key()));
            }
        }
        String preset = setting == Setting.PRESET ? "" : "high-availability";

        sources.file("rockpool." + setting.key, value(setting, 1));
        assertThat(entry(preset(preset), setting))
                .isEqualTo(new PoolConfig.Entry(
                        setting.key, shown(setting, value(setting, 1)), "rockpool.properties rockpool." + setting.key));

        List<String> names = setting.environmentNames();
        for (int i = names.size() - 1; i >= 0; i--) { // the first of the names goes before the others
            sources.environment(names.get(i), value(setting, 2 + i));
            assertThat(entry(preset(preset), setting))
                    .isEqualTo(new PoolConfig.Entry(
                            setting.key, shown(setting, value(setting, 2 + i)), "environment " + names.get(i)));
        }

        sources.system("rockpool." + setting.key, value(setting, 4));
        assertThat(entry(preset(preset), setting))
                .isEqualTo(new PoolConfig.Entry(
                        setting.key, shown(setting, value(setting, 4)), "system property rockpool." + setting.key));

        assertThat(entry(preset(preset).option(setting.key, value(setting, 5)), setting))
                .isEqualTo(new PoolConfig.Entry(setting.key, shown(setting, value(setting, 5)), "builder"));
    }

    private PoolBuilder preset(String preset) {
        return preset.isEmpty() ? sources.builder() : sources.builder().preset(preset);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rockpool.pool-size",
                "rockpool.poolSize",
                "rockpool.pool_size",
                "rockpool.POOL_SIZE",
                "rockpool.pool-pool-size"
            })
    void a_property_may_be_spelt_in_many_ways(String name) {
        assertThat(sources.system(name, "42").stub().config().poolSize()).isEqualTo(42);
        sources.system.clear();
        assertThat(sources.file(name, "43").stub().config().poolSize()).isEqualTo(43);
    }

    @Test
    void the_origins_longer_names_are_properties_too() {
        assertThat(sources.system("rockpool.pool-max-overflow", "7")
                        .stub()
                        .config()
                        .maxOverflow())
                .isEqualTo(7);
    }

    @Test
    void properties_of_others_are_none_of_ours() {
        sources.system("rockpoolx", "1").system("pool-size", "nonsense").file("spring.pool-size", "nonsense");
        assertThat(sources.stub().config().poolSize()).isEqualTo(10);
    }

    // ---- unknown keys ------------------------------------------------------------------------------------------

    private List<String> faults(PoolBuilder builder) {
        return catchThrowableOfType(InvalidPoolConfigException.class, builder::config)
                .faults();
    }

    @Test
    void a_key_that_nobody_knows_is_a_fault_with_the_nearest_name_in_every_source() {
        sources.system("rockpool.poolSise", "5")
                .file("rockpool.recycle-tiem", "5s")
                .environment("DB_POOL_SIZ", "5")
                .environment("ROCKPOOL_LEAK_TRESHOLD", "5s");
        assertThat(faults(sources.stub().option("max-overfow", "5")))
                .containsExactlyInAnyOrder(
                        "rockpool.pool-sise is no setting of this pool; did you mean rockpool.pool-size?",
                        "rockpool.recycle-tiem is no setting of this pool; did you mean rockpool.recycle-time?",
                        "rockpool.max-overfow is no setting of this pool; did you mean rockpool.max-overflow?",
                        "environment variable DB_POOL_SIZ is no setting of this pool; did you mean DB_POOL_SIZE?",
                        "environment variable ROCKPOOL_LEAK_TRESHOLD is no setting of this pool; did you mean"
                                + " ROCKPOOL_LEAK_THRESHOLD?");
    }

    @Test
    void a_misspelt_url_is_told_beside_the_missing_one() {
        assertThat(faults(sources.system("rockpool.ulr", "jdbc:teststub:x").builder()))
                .hasSize(2)
                .anySatisfy(f -> assertThat(f).startsWith("url is not set"))
                .anySatisfy(f -> assertThat(f).endsWith("did you mean rockpool.url?"));
    }

    @Test
    void an_unknown_keys_value_is_not_told() {
        assertThat(faults(sources.system("rockpool.pasword", "canary7")
                        .environment("ROCKPOOL_PASWORD", "canary7")
                        .stub()))
                .hasSize(2)
                .allSatisfy(f -> assertThat(f).doesNotContain("canary7"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DB_POOL_SERVICE_HOST",
                "DB_POOL_SERVICE_PORT",
                "DB_POOL_SERVICE_PORT_HTTP",
                "DB_POOL_PORT",
                "DB_POOL_PORT_5432_TCP",
                "DB_POOL_PORT_5432_TCP_PROTO",
                "DB_POOL_PORT_5432_TCP_PORT",
                "DB_POOL_PORT_5432_TCP_ADDR",
                "DB_POOL_PRIMARY_SERVICE_HOST",
                "DB_POOL_PRIMARY_PORT_5432_UDP_ADDR",
                "ROCKPOOL_SERVICE_HOST",
                "ROCKPOOL_DEMO_PORT"
            })
    void what_kubernetes_sets_for_a_service_of_that_name_is_no_fault(String variable) {
        assertThat(sources.environment(variable, "tcp://10.0.0.1:5432")
                        .stub()
                        .config()
                        .poolSize())
                .isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DB_POOL_PORTS", "DB_POOL_SERVICE", "DB_POOL_SERVICE_HOSTS"})
    void what_only_begins_like_kubernetes_is_a_fault(String variable) {
        assertThat(faults(sources.environment(variable, "x").stub())).hasSize(1);
    }

    @Test
    void the_file_the_admin_endpoint_and_the_driver_have_keys_of_their_own() {
        sources.system("rockpool.config", "x.properties")
                .system("rockpool.admin.port", "1")
                .system("rockpool.driver.anything", "1")
                .environment("ROCKPOOL_ADMIN_TOKEN", "t")
                .environment("ROCKPOOL_SKIP_BROWSER", "1")
                .environment("DB_HOST", "x");
        assertThat(sources.stub().config().poolSize()).isEqualTo(10);
    }

    @Test
    void a_key_that_only_begins_like_those_is_a_fault() {
        assertThat(faults(sources.system("rockpool.confg", "x")
                        .system("rockpool.configuration", "x")
                        .stub()))
                .hasSize(2);
    }
}
