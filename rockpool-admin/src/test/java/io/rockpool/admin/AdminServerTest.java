package io.rockpool.admin;

import static io.rockpool.admin.AdminFixtures.CANARY;
import static io.rockpool.admin.AdminFixtures.TOKEN;
import static io.rockpool.admin.AdminHandler.STATS_PATH;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.admin.AdminServer.Builder;
import io.rockpool.admin.RawHttp.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AdminServerTest {

    private static final String HEAD = "Host: localhost\r\nAuthorization: Bearer " + TOKEN + "\r\n";
    private static final String RIGHT_REQUEST = "GET " + STATS_PATH + " HTTP/1.1\r\n" + HEAD + "\r\n";

    @Test
    void the_bearer_of_the_token_gets_the_statistics() throws Exception {
        try (AdminServer server = builder().start()) {
            URI uri = server.statsUri();
            HttpResponse<String> response = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(uri)
                                    .header("Authorization", "Bearer " + TOKEN)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());

            assertThat(uri).hasToString("http://127.0.0.1:" + server.address().getPort() + STATS_PATH);
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).contains(CANARY);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.2", "::1", "localhost"})
    void its_own_address_is_a_host_it_knows(String loopback) throws IOException {
        try (AdminServer server = builder().bindAddress(loopback).start()) {
            String host = server.statsUri().getAuthority();

            assertThat(RawHttp.send(server.address(), RIGHT_REQUEST.replace("localhost", host))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void head_sends_the_length_and_no_body() throws IOException {
        try (AdminServer server = builder().start()) {
            Answer answer = RawHttp.send(server.address(), RIGHT_REQUEST.replace("GET", "HEAD"));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers().get("Content-Length")).matches("[1-9][0-9]+");
            assertThat(answer.body()).isEmpty();
        }
    }

    // S1
    @Test
    void it_listens_on_loopback_alone_and_no_other_address_is_taken() throws IOException {
        try (AdminServer server = builder().start()) {
            assertThat(server.address().getAddress().isLoopbackAddress()).isTrue();
        }
        for (String address : List.of("0.0.0.0", "::", "192.0.2.1", "", "no.such.host.invalid")) {
            assertThatThrownBy(() -> builder().bindAddress(address).start())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("bindAddress is '" + address + "'")
                    .hasMessageContaining("Put a TLS proxy before it");
        }
    }

    // S2
    @Test
    void without_a_token_it_does_not_start_and_says_all_that_is_wrong() {
        assertThatThrownBy(() -> AdminServer.builder(AdminFixtures::snapshot)
                        .port(70_000)
                        .bindAddress("0.0.0.0")
                        .allowHost("http://x")
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no token is set")
                .hasMessageContaining("port is 70000")
                .hasMessageContaining("bindAddress is '0.0.0.0'")
                .hasMessageContaining("allowHost: 'http://x'");
    }

    // S2
    @Test
    void the_token_can_be_rotated_while_it_runs() throws IOException {
        try (AdminServer server = builder().start()) {
            String next = server.token().rotate();

            assertThat(RawHttp.send(server.address(), RIGHT_REQUEST).status()).isEqualTo(401);
            assertThat(RawHttp.send(server.address(), RIGHT_REQUEST.replace(TOKEN, next))
                            .status())
                    .isEqualTo(200);
        }
    }

    // S3, S7
    @Test
    void an_unknown_path_and_an_unauthorised_one_look_alike_and_tell_nothing_of_the_server() throws IOException {
        try (AdminServer server = builder().start()) {
            Answer refused =
                    RawHttp.send(server.address(), "GET " + STATS_PATH + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Answer unknown = RawHttp.send(server.address(), "GET /unknown HTTP/1.1\r\nHost: localhost\r\n\r\n");

            assertThat(refused.status()).isEqualTo(401);
            assertThat(unknown.withoutDate()).isEqualTo(refused.withoutDate());
            assertThat(refused.body()).isEqualTo("{\"success\":false,\"message\":\"not authorised\"}");
            assertThat(new TreeSet<>(refused.headers().keySet()))
                    .usingElementComparator(String.CASE_INSENSITIVE_ORDER)
                    .containsExactlyInAnyOrder(
                            "Date",
                            "Connection",
                            "Content-Length",
                            "Content-Type",
                            "WWW-Authenticate",
                            "Content-Security-Policy",
                            "X-Content-Type-Options",
                            "X-Frame-Options",
                            "Cache-Control",
                            "Referrer-Policy");
        }
    }

    // S7: the JDK's own answers have a fixed text
    @Test
    void what_the_jdk_cannot_parse_is_not_echoed() throws IOException {
        try (AdminServer server = builder().start()) {
            for (String bad : List.of(
                    "EVIL\r\n\r\n", "GET EVIL\r\n\r\n", "GET /%EVIL HTTP/1.1\r\n\r\n", "GET EVIL HTTP/1.1\r\n\r\n")) {
                Answer answer = RawHttp.send(server.address(), bad);
                assertThat(answer.status()).isIn(0, 400, 404);
                assertThat(answer.text()).doesNotContain("EVIL", "\tat ", "Server:");
            }
        }
    }

    // S1: nothing is left behind
    @Test
    void a_taken_port_is_one_clear_message_and_leaves_no_thread() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            Set<Thread> before = Thread.getAllStackTraces().keySet();

            assertThatThrownBy(() -> builder().port(taken.getLocalPort()).start())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1 port " + taken.getLocalPort())
                    .hasMessageContaining("choose another with port(...)");

            assertThat(ourThreadsSince(before)).isEmpty();
        }
    }

    @Test
    void its_threads_are_daemons_and_end_with_it() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        AdminServer server = builder().start();
        RawHttp.send(server.address(), RIGHT_REQUEST);
        RawHttp.send(server.address(), RIGHT_REQUEST);
        RawHttp.send(server.address(), RIGHT_REQUEST);
        List<Thread> threads = ourThreadsSince(before);

        assertThat(threads).allMatch(Thread::isDaemon);
        assertThat(threads.stream().map(Thread::getName))
                .contains("rockpool-admin-1", "rockpool-admin-2", "rockpool-admin-watchdog");
        server.close();
        server.close();

        for (Thread thread : threads) {
            thread.join(10_000);
            assertThat(thread.isAlive()).as(thread.getName()).isFalse();
        }
        assertThatThrownBy(() -> RawHttp.connect(server.address())).isInstanceOf(IOException.class);
    }

    // S8
    @Test
    void one_connection_serves_one_request() throws IOException {
        try (AdminServer server = builder().start()) {
            Answer answer = RawHttp.send(server.address(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" + RIGHT_REQUEST);

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.text()).doesNotContain(CANARY);
        }
    }

    // S8, H3
    @Test
    void the_seventeenth_connection_is_closed_at_once() throws IOException {
        try (AdminServer server = builder().start()) {
            List<Socket> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < 17; i++) {
                    sockets.add(RawHttp.connect(server.address()));
                }
                assertThat(RawHttp.readToEnd(sockets.get(16))).isEmpty();
                sockets.get(0).getOutputStream().write(RIGHT_REQUEST.getBytes(ISO_8859_1));
                assertThat(RawHttp.readToEnd(sockets.get(0))).contains(CANARY);
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
        }
    }

    // S8, H3
    @Test
    void header_bombs_are_cut_off() throws IOException {
        try (AdminServer server = builder().start()) {
            StringBuilder many = new StringBuilder();
            for (int i = 0; i < 100_000; i++) {
                many.append("X-").append(i).append(": y\r\n");
            }
            List<String> bombs = List.of(
                    "GET " + STATS_PATH + " HTTP/1.1\r\n" + HEAD + many + "\r\n",
                    "GET " + STATS_PATH + " HTTP/1.1\r\n" + HEAD + "X: y\r\n".repeat(100_000) + "\r\n",
                    "GET " + STATS_PATH + " HTTP/1.1\r\n" + HEAD + "X: y\r\n".repeat(101) + "\r\n",
                    "GET " + STATS_PATH + " HTTP/1.1\r\n" + HEAD + "X: " + "y".repeat(10_000_000) + "\r\n\r\n",
                    "GET " + STATS_PATH + " HTTP/1.1\r\n" + HEAD + "y".repeat(10_000_000),
                    "GET /" + "y".repeat(65_536) + " HTTP/1.1\r\n" + HEAD + "\r\n",
                    "y".repeat(10_000_000));
            for (String bomb : bombs) {
                Answer answer = RawHttp.send(server.address(), bomb);
                assertThat(answer.status()).isIn(0, 400, 401);
                assertThat(answer.text()).doesNotContain(CANARY);
            }
            assertThat(RawHttp.send(server.address(), RIGHT_REQUEST).status()).isEqualTo(200);
        }
    }

    // S8, H3
    @Test
    void an_endless_body_is_not_read_to_its_end() throws IOException {
        try (AdminServer server = builder().start()) {
            String chunk = "400\r\n" + "z".repeat(1024) + "\r\n";
            assertThat(isCutOff(server, "Transfer-Encoding: chunked\r\n\r\n", chunk))
                    .isTrue();
            assertThat(isCutOff(server, "Content-Length: 9223372036854775807\r\n\r\n", chunk))
                    .isTrue();
            assertThat(RawHttp.send(server.address(), RIGHT_REQUEST).status()).isEqualTo(200);
        }
    }

    // S8, H4
    @Test
    void slow_clients_are_cut_and_the_next_request_is_served() throws IOException {
        try (AdminServer server = builder().slowAfter(Duration.ofMillis(200)).start();
                Socket half = RawHttp.connect(server.address());
                Socket line = RawHttp.connect(server.address());
                Socket body = RawHttp.connect(server.address())) {
            half.getOutputStream().write('G');
            line.getOutputStream().write((RIGHT_REQUEST.trim() + "\r\nX").getBytes(ISO_8859_1));
            body.getOutputStream()
                    .write(("POST / HTTP/1.1\r\nContent-Length: 9\r\n" + HEAD + "\r\n").getBytes(ISO_8859_1));

            assertThat(RawHttp.send(server.address(), RIGHT_REQUEST).status()).isEqualTo(200);
            assertThat(RawHttp.readToEnd(half)).isEmpty();
            assertThat(RawHttp.readToEnd(line)).isEmpty();
            assertThat(RawHttp.readToEnd(body)).doesNotContain(CANARY);
        }
    }

    // S8, H4: the JDK's idleInterval of 5 s, looked at each second
    @Test
    void a_connection_that_never_sends_a_byte_is_closed() throws IOException {
        try (AdminServer server = builder().start();
                Socket idle = RawHttp.connect(server.address())) {
            assertThat(RawHttp.readToEnd(idle)).isEmpty();
        }
    }

    /** Whether the server ends the connection before it has been sent 64 MB of body. */
    private static boolean isCutOff(AdminServer server, String bodyHeader, String chunk) throws IOException {
        byte[] bytes = chunk.getBytes(ISO_8859_1);
        try (Socket socket = RawHttp.connect(server.address())) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + STATS_PATH + " HTTP/1.1\r\n" + HEAD + bodyHeader).getBytes(ISO_8859_1));
            for (int i = 0; i < 65_536; i++) {
                out.write(bytes);
            }
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    private static List<Thread> ourThreadsSince(Set<Thread> before) {
        Set<Thread> now = new HashSet<>(Thread.getAllStackTraces().keySet());
        now.removeAll(before);
        return now.stream()
                .filter(t -> t.getName().matches("rockpool-admin.*|HTTP-Dispatcher|idle-timeout-task"))
                .toList();
    }

    private static Builder builder() {
        return AdminServer.builder(AdminFixtures::snapshot).port(0).token(TOKEN);
    }
}
