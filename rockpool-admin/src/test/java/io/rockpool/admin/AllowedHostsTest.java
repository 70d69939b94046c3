package io.rockpool.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.admin.AdminFixtures.Request;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** S6, H8. */
class AllowedHostsTest {

    private final AllowedHosts hosts = new AllowedHosts(List.of("DB.example.org", "[fd00::1]"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:1",
                "127.0.0.1",
                "127.0.0.1:9090",
                "[::1]",
                "[::1]:9090",
                "db.example.org:443",
                "[fd00::1]"
            })
    void a_known_name_with_any_port_is_allowed(String host) {
        assertThat(hosts.allow(to(host).build())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ":",
                ":9090",
                "evil.example",
                "localhost.",
                "localhost.evil.example",
                "localhost:",
                "localhost:x",
                "localhost:123456",
                "localhost:80:80",
                "a@localhost",
                "localhost@evil",
                "localhost/",
                "localhost ",
                "localhost,evil",
                "127.0.0.2",
                "127.1",
                "2130706433",
                "0.0.0.0",
                "[::1",
                "::1",
                "[::1]x",
                "[0:0:0:0:0:0:0:1]",
                "[::ffff:127.0.0.1]",
                "http://localhost",
                "local\u017fost",
                "localhost\0"
            })
    void any_other_host_is_refused(String host) {
        assertThat(hosts.allow(to(host).build())).isFalse();
    }

    @Test
    void no_host_and_two_hosts_are_refused() {
        assertThat(hosts.allow(to().build())).isFalse();
        assertThat(hosts.allow(to("localhost", "localhost").build())).isFalse();
        assertThat(hosts.allow(to("localhost", "evil").build())).isFalse();
    }

    @Test
    void an_origin_must_be_the_very_host_that_is_asked() {
        assertThat(hosts.allow(withOrigin("http://localhost:9090"))).isTrue();
        assertThat(hosts.allow(withOrigin("https://LOCALHOST:9090"))).isTrue();

        assertThat(hosts.allow(withOrigin("http://localhost:3000"))).isFalse();
        assertThat(hosts.allow(withOrigin("http://127.0.0.1:9090"))).isFalse();
        assertThat(hosts.allow(withOrigin("http://evil.example"))).isFalse();
        assertThat(hosts.allow(withOrigin("file://localhost:9090"))).isFalse();
        assertThat(hosts.allow(withOrigin("null"))).isFalse();
        assertThat(hosts.allow(withOrigin(""))).isFalse();
        assertThat(hosts.allow(withOrigin("http://localhost:9090", "http://localhost:9090")))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http://x", "x:80", "x.", ".x", "a b", "*", "[::1", "x/y", "x\r\n"})
    void a_configured_name_that_no_host_header_can_have_is_a_fault(String name) {
        assertThatThrownBy(() -> new AllowedHosts(List.of(name)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no host name; give a name or address alone");
    }

    private static Request to(String... host) {
        return AdminFixtures.get("/").host(host);
    }

    private static AdminRequest withOrigin(String... origins) {
        return AdminFixtures.get("/").header("Origin", origins).build();
    }
}
