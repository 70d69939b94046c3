package io.rockpool.examples.incentive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private final AtomicLong nanos = new AtomicLong();
    private final Sessions sessions = new Sessions(Caller.TOKEN, nanos::get);

    @Test
    void a_session_lasts_while_it_is_used_and_ends_when_idle() {
        Sessions.Session session = sessions.login(Caller.TOKEN);
        for (int i = 0; i < 5; i++) {
            pass(Sessions.IDLE_TIMEOUT.minusNanos(1));
            assertThat(sessions.find(session.id())).isEqualTo(session);
        }
        pass(Sessions.IDLE_TIMEOUT);
        assertThat(sessions.find(session.id())).isNull();
    }

    @Test
    void each_sign_in_has_its_own_secrets() {
        Sessions.Session one = sessions.login(Caller.TOKEN);
        Sessions.Session two = sessions.login(Caller.TOKEN);
        assertThat(one.id()).isNotEqualTo(two.id()).hasSize(43);
        assertThat(one.accepts(one.csrf())).isTrue();
        assertThat(one.accepts(two.csrf())).isFalse();
        assertThat(one.accepts(null)).isFalse();
        assertThat(sessions.find("")).isNull();
        assertThat(sessions.find(null)).isNull();
        assertThat(one).hasToString("Session[secret]");
    }

    @Test
    void guessing_is_stopped_for_a_minute() {
        for (int i = 0; i < Sessions.WRONG_TOKENS_PER_MINUTE; i++) {
            assertThatThrownBy(() -> sessions.login("guess")).hasMessageContaining("not the admin token");
        }
        assertThatThrownBy(() -> sessions.login(Caller.TOKEN)).hasMessageContaining("wait a minute");
        pass(Duration.ofMinutes(1));
        assertThat(sessions.login(Caller.TOKEN)).isNotNull();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
