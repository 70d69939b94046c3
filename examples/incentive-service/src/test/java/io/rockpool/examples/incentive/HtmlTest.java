package io.rockpool.examples.incentive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class HtmlTest {
    @Test
    void values_are_escaped_and_markup_is_not() {
        assertThat(Html.of("<b title=\"{}\">{}</b>{}", "\"'&<>", 7, Html.of("<i>{}</i>", "<")))
                .isEqualTo(new Html("<b title=\"&quot;&#39;&amp;&lt;&gt;\">7</b><i>&lt;</i>"));
    }

    @Test
    void a_value_that_looks_like_a_gap_is_not_filled() {
        assertThat(Html.of("{} {}", "{}", "x").markup()).isEqualTo("{} x");
    }

    @Test
    void a_template_with_the_wrong_number_of_values_is_a_programming_error() {
        assertThatThrownBy(() -> Html.of("{}")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Html.of("", 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
