package io.rockpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "500ms, PT0.5S",
        "30s, PT30S",
        "30, PT30S",
        "5m, PT5M",
        "1h, PT1H",
        "2d, PT48H",
        "' 5 M ', PT5M",
        "1H, PT1H",
        "-3s, PT-3S",
        "0, PT0S",
        "PT1.5S, PT1.5S",
        "pt2m, PT2M"
    })
    void people_write_them_in_many_ways(String text, Duration duration) {
        assertThat(Durations.parse(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s",
                "1w",
                "1.5s",
                "1e3",
                "0x10",
                "five",
                "1 2s",
                "9999999999999",
                "200000d",
                "P1Y",
                "PT",
                "p"
            })
    void what_is_none_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Durations.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT0.0005S", "PT0.000000001S", "PT0.25S", "PT1H", "PT720H", "PT-1S", "PT27777H"})
    void what_is_written_reads_back_the_same(Duration duration) {
        assertThat(Durations.parse(Durations.write(duration))).isEqualTo(duration);
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 0s", "PT0.25S, 250ms", "PT1.5S, 1500ms", "PT90S, 90s", "PT5M, 5m", "PT2H, 2h", "PT720H, 30d"})
    void they_are_shown_in_the_largest_unit_that_is_whole(Duration duration, String shown) {
        assertThat(Durations.show(duration)).isEqualTo(shown);
        assertThat(Durations.parse(shown)).isEqualTo(duration);
    }
}
