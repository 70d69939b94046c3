package io.rockpool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A setting's names, forms and bounds. */
class SettingTest {

    private static final long MS = 1_000_000L;
    private static final long S = 1_000 * MS;
    private static final long M = 60 * S;
    private static final long H = 60 * M;
    private static final long D = 24 * H;

    private final List<String> faults = new ArrayList<>();

    private Object parse(Setting setting, String text) {
        return setting.parse(text, "test", faults::add);
    }

    @ParameterizedTest
    @CsvSource({
        "POOL_SIZE, DB_POOL_SIZE, 10",
        "POOL_TIMEOUT, DB_POOL_TIMEOUT, 30s",
        "MAX_RETRIES, DB_POOL_MAX_RETRIES, 3",
        "HEALTH_CHECK_INTERVAL, DB_POOL_HEALTH_CHECK_INTERVAL, 300s",
        "MAX_OVERFLOW, DB_POOL_MAX_OVERFLOW, 5",
        "RECYCLE_TIME, DB_POOL_RECYCLE_TIME, 3600s"
    })
    void the_origins_six_keep_their_names_and_defaults(Setting setting, String environment, String standard) {
        assertThat(setting.environmentNames()).containsExactly(environment, "ROCKPOOL_" + setting.name());
        assertThat(setting.standard).isEqualTo(standard);
    }

    @ParameterizedTest
    @EnumSource
    void its_default_is_allowed(Setting setting) {
        parse(setting, setting.standard);
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void it_is_found_in_every_spelling(Setting setting) {
        String[] words = setting.key.split("-");
        StringBuilder camel = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            camel.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
        }
        for (String spelling : List.of(setting.key, camel.toString(), setting.key.replace('-', '_'), setting.name())) {
            assertThat(Setting.of(spelling)).as(spelling).isEqualTo(setting);
        }
    }

    @Test
    void what_is_no_setting_is_not_found() {
        assertThat(Setting.of("pool-sise")).isNull();
        assertThat(Setting.of("")).isNull();
    }

    /** Least, most, and one beyond each, written here a second time on purpose. */
    private static Stream<Arguments> bounds() {
        return Stream.of(
                Arguments.of(Setting.POOL_SIZE, 1L, 10_000L, false),
                Arguments.of(Setting.MAX_OVERFLOW, 0L, 10_000L, false),
                Arguments.of(Setting.MAX_RETRIES, 1L, 100L, false),
                Arguments.of(Setting.MAX_WAITERS, 1L, 1_000_000L, false),
                Arguments.of(Setting.POOL_TIMEOUT, 0L, H, false),
                Arguments.of(Setting.HEALTH_CHECK_INTERVAL, S, 24 * H, true),
                Arguments.of(Setting.RECYCLE_TIME, S, 30 * D, true),
                Arguments.of(Setting.OVERFLOW_LINGER, 0L, H, false),
                Arguments.of(Setting.VALIDATION_WINDOW, 0L, H, false),
                Arguments.of(Setting.VALIDATION_TIMEOUT, 100 * MS, 5 * M, false),
                Arguments.of(Setting.OPEN_TIMEOUT, 100 * MS, 10 * M, false),
                Arguments.of(Setting.LEAK_THRESHOLD, 100 * MS, 24 * H, true),
                Arguments.of(Setting.DRAIN_TIMEOUT, 0L, H, false));
    }

    private static String text(Setting setting, long value) {
        return setting.kind == Setting.Kind.NUMBER ? Long.toString(value) : value / MS + "ms";
    }

    private static long step(Setting setting) {
        return setting.kind == Setting.Kind.NUMBER ? 1 : MS;
    }

    @ParameterizedTest
    @MethodSource("bounds")
    void its_bounds_are_allowed(Setting setting, long least, long most, boolean zeroIsOff) {
        assertThat(parse(setting, text(setting, least))).isEqualTo(least);
        assertThat(parse(setting, text(setting, most))).isEqualTo(most);
        assertThat(faults).isEmpty();
        if (zeroIsOff) {
            assertThat(parse(setting, "0")).isEqualTo(0L);
            assertThat(faults).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("bounds")
    void one_beyond_a_bound_is_a_fault(Setting setting, long least, long most, boolean zeroIsOff) {
        String low = text(setting, least - step(setting));
        String high = text(setting, most + step(setting));
        parse(setting, low);
        parse(setting, high);
        if (least > 0 && !zeroIsOff) {
            parse(setting, "0");
        }
        assertThat(faults).hasSize(least > 0 && !zeroIsOff ? 3 : 2);
        assertThat(faults.get(0)).startsWith(setting.key + " is " + low + " (from test)");
        assertThat(faults.get(1)).startsWith(setting.key + " is " + high + " (from test)");
    }

    @Test
    void every_number_and_duration_is_among_the_bounds() {
        List<Object> covered = bounds().map(a -> a.get()[0]).toList();
        assertThat(Stream.of(Setting.values())
                        .filter(s -> s.kind == Setting.Kind.NUMBER || s.kind == Setting.Kind.DURATION))
                .isSubsetOf(covered.stream().map(Setting.class::cast).toList());
    }

    @Test
    void a_plain_number_is_seconds() {
        assertThat(parse(Setting.POOL_TIMEOUT, "7")).isEqualTo(7 * S);
        assertThat(parse(Setting.RECYCLE_TIME, " 3600 ")).isEqualTo(H);
    }

    @ParameterizedTest
    @CsvSource({
        "POOL_SIZE, ten",
        "POOL_SIZE, 1.5",
        "POOL_SIZE, 99999999999999999999",
        "POOL_SIZE, ''",
        "POOL_TIMEOUT, soon",
        "POOL_TIMEOUT, 5 weeks",
        "POOL_TIMEOUT, 999999999999d",
        "POOL_TIMEOUT, P1Y",
        "FAIL_ON_DEADLOCK, yes",
        "FAIL_ON_DEADLOCK, TRUE",
        "POOL_NAME, ''"
    })
    void a_value_of_no_form_is_a_fault_with_value_source_rule_and_fix(Setting setting, String text) {
        Object value = setting.parse(text, "environment X", faults::add);
        assertThat(faults)
                .singleElement()
                .satisfies(fault -> assertThat(fault)
                        .startsWith(setting.key + " is '" + text + "' (from environment X); it must be ")
                        .contains("; use " + setting.standard));
        assertThat(value).isEqualTo(parse(setting, setting.standard));
    }

    @ParameterizedTest
    @EnumSource(names = {"POOL_SIZE", "POOL_TIMEOUT", "FAIL_ON_DEADLOCK"})
    void a_fault_shows_no_password_that_landed_in_the_wrong_setting(Setting setting) {
        parse(setting, "jdbc:postgresql://app:canary7@db/x?password=canary7");
        assertThat(faults).singleElement().asString().doesNotContain("canary7");
    }

    @Test
    void a_password_keeps_its_spaces() {
        assertThat(parse(Setting.PASSWORD, " a b ")).isEqualTo(" a b ");
    }

    @ParameterizedTest
    @EnumSource
    void a_name_with_line_breaks_is_a_fault(LineBreak lineBreak) {
        parse(Setting.POOL_NAME, "orders" + lineBreak.text + "INFO all is well");
        assertThat(faults)
                .singleElement()
                .asString()
                .startsWith("pool-name is 'orders")
                .doesNotContain(lineBreak.text);
    }

    enum LineBreak {
        LF("\n"),
        CRLF("\r\n"),
        LINE_SEPARATOR("\u2028"),
        ESCAPE("\u001b");

        final String text;

        LineBreak(String text) {
            this.text = text;
        }
    }

    @Test
    void a_name_has_64_characters_at_most() {
        parse(Setting.POOL_NAME, "x".repeat(64));
        assertThat(faults).isEmpty();
        parse(Setting.POOL_NAME, "x".repeat(65));
        assertThat(faults).hasSize(1);
    }

    // ---- presets -----------------------------------------------------------------------------------------------

    @Test
    void presets_change_exactly_these_figures() {
        assertThat(Preset.HIGH_CONCURRENCY.values)
                .isEqualTo(Map.of(
                        "pool-size", "20",
                        "max-overflow", "10",
                        "pool-timeout", "10s",
                        "max-waiters", "20000",
                        "health-check-interval", "120s"));
        assertThat(Preset.MEMORY_CONSTRAINED.values)
                .isEqualTo(Map.of(
                        "pool-size", "3",
                        "max-overflow", "2",
                        "overflow-linger", "10s",
                        "recycle-time", "1800s",
                        "sqlite.cache-size", "2000",
                        "sqlite.mmap-size", "0"));
        assertThat(Preset.HIGH_AVAILABILITY.values)
                .isEqualTo(Map.of(
                        "max-retries", "5",
                        "health-check-interval", "60s",
                        "recycle-time", "1800s",
                        "validation-window", "250ms",
                        "validation-timeout", "2s",
                        "open-timeout", "5s",
                        "leak-threshold", "30s"));
        assertThat(Preset.names()).isEqualTo("high-concurrency, memory-constrained, high-availability");
    }

    @ParameterizedTest
    @EnumSource
    void a_presets_values_are_allowed(Preset preset) {
        preset.values.forEach((key, value) -> {
            Setting setting = Setting.of(key);
            if (setting == null) {
                assertThat(key).startsWith("sqlite.");
            } else {
                parse(setting, value);
            }
        });
        assertThat(faults).isEmpty();
    }
}
