package io.rockpool.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AdminTokenTest {

    // S2
    @Test
    void a_generated_token_is_256_random_bits_that_travel_in_a_header() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            String token = AdminToken.generate();
            assertThat(token).matches("[A-Za-z0-9_-]{43}");
            assertThat(seen.add(token)).isTrue();
        }
    }

    // S3
    @Test
    void only_the_very_same_text_matches() {
        String text = AdminToken.generate();
        AdminToken token = AdminToken.of(text);

        assertThat(token.matches(text)).isTrue();
        assertThat(token.matches("")).isFalse();
        assertThat(token.matches(text.substring(1))).isFalse();
        assertThat(token.matches(text + " ")).isFalse();
        assertThat(token.matches(text + "\0")).isFalse();
    }

    // S2
    @Test
    void a_rotated_token_ends_the_old_one_at_once() {
        AdminToken token = AdminToken.of(AdminFixtures.TOKEN);

        String next = token.rotate();

        assertThat(token.matches(AdminFixtures.TOKEN)).isFalse();
        assertThat(token.matches(next)).isTrue();
    }

    // S2
    @Test
    void a_revoked_token_lets_no_one_in_until_it_is_replaced() {
        AdminToken token = AdminToken.of(AdminFixtures.TOKEN);

        token.revoke();
        assertThat(token.matches(AdminFixtures.TOKEN)).isFalse();
        assertThat(token.matches("")).isFalse();

        token.replace("another-long-token");
        assertThat(token.matches("another-long-token")).isTrue();
    }

    // S2, H9
    @Test
    void a_token_that_is_easy_to_guess_is_refused_with_rule_and_fix_but_not_shown() {
        for (String bad :
                new String[] {"", "canary", "canary canary canary", "canary\u00e9canary-canary", "canary\n".repeat(5)
                }) {
            assertThatThrownBy(() -> AdminToken.of(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(bad.length() + " characters")
                    .hasMessageContaining("16 to 256 printable ASCII characters without spaces")
                    .hasMessageContaining("ROCKPOOL_ADMIN_TOKEN")
                    .hasMessageNotContaining("canary");
        }
        assertThatThrownBy(() -> AdminToken.of("x".repeat(257))).isInstanceOf(IllegalArgumentException.class);
        assertThat(AdminToken.of("x".repeat(16)).matches("x".repeat(16))).isTrue();
    }

    // S10, H9
    @Test
    void its_text_form_hides_it() {
        assertThat(AdminToken.of(AdminFixtures.TOKEN)).hasToString("AdminToken[***]");
    }
}
