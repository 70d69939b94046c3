package io.rockpool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {

    @ParameterizedTest
    @CsvSource({
        "pool-sise, pool-size",
        "poolsize, pool-size",
        "max-overfow, max-overflow",
        "ulr, url",
        "user, url",
        "usernam, username",
        "leak-treshold, leak-threshold",
        "recycle, recycle-time"
    })
    void the_name_with_the_fewest_letters_to_change_is_nearest(String misspelt, String meant) {
        assertThat(Nearest.of(misspelt, Setting.keys())).isEqualTo(meant);
    }

    @Test
    void of_two_as_near_the_first_is_told() {
        assertThat(Nearest.of("ac", List.of("ab", "ad"))).isEqualTo("ab");
    }
}
