package io.rockpool.admin;

import static io.rockpool.admin.AdminFixtures.CANARY;
import static io.rockpool.admin.AdminFixtures.TOKEN;
import static io.rockpool.admin.AdminHandler.STATS_PATH;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The servlet on a container made of proxies, which throw for every call that the servlet does not need. */
class AdminServletTest {

    private final AdminServlet servlet =
            new AdminServlet(AdminFixtures::snapshot, AdminToken.of(TOKEN), "app.example.org");

    @Test
    void the_bearer_of_the_token_gets_the_statistics() throws IOException {
        Answer answer = call("GET", STATS_PATH, "", TOKEN);

        assertThat(answer.status).isEqualTo(200);
        assertThat(answer.body()).contains(CANARY);
        assertThat(answer.headers).containsEntry("Cache-Control", "no-store").containsEntry("X-Frame-Options", "DENY");
        assertThat(answer.length).isEqualTo(answer.body.size());
    }

    @Test
    void the_path_counts_from_the_web_application_it_is_mounted_in() throws IOException {
        assertThat(call("GET", "/shop" + STATS_PATH, "/shop", TOKEN).status).isEqualTo(200);
        assertThat(call("GET", "/shop" + STATS_PATH, "", TOKEN).status).isEqualTo(404);
    }

    // S3, S6, H1: HttpServlet's own doOptions and doTrace would answer without asking for the token.
    @Test
    void no_method_goes_past_the_token() throws IOException {
        for (String method : List.of("GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "DELETE", "PATCH", "X")) {
            assertThat(call(method, STATS_PATH, "", "wrong-token").status).isIn(401, 429);
        }
    }

    @Test
    void head_sends_the_length_and_no_body() throws IOException {
        Answer answer = call("HEAD", STATS_PATH, "", TOKEN);

        assertThat(answer.status).isEqualTo(200);
        assertThat(answer.length).isPositive();
        assertThat(answer.body()).isEmpty();
    }

    // S6
    @Test
    void path_parameters_and_encodings_are_not_undone() throws IOException {
        for (String path : List.of(STATS_PATH + ";jsessionid=1", "/admin/%63onnection_pool_stats", "/" + STATS_PATH)) {
            assertThat(call("GET", path, "", TOKEN).status).isEqualTo(404);
        }
    }

    // S4
    @Test
    void the_containers_remote_address_is_the_source_that_is_locked() throws IOException {
        for (int i = 0; i < 5; i++) {
            call("GET", STATS_PATH, "", "wrong-token");
        }
        assertThat(call("GET", STATS_PATH, "", TOKEN).status).isEqualTo(429);
    }

    private Answer call(String method, String uri, String contextPath, String token) throws IOException {
        Map<String, List<String>> headers =
                Map.of("Host", List.of("app.example.org"), "Authorization", List.of("Bearer " + token));
        Map<String, Object> request = new HashMap<>(Map.of(
                "getMethod", method,
                "getRequestURI", uri,
                "getContextPath", contextPath,
                "getRemoteAddr", "10.1.2.3"));
        Answer answer = new Answer();
        servlet.service(
                proxy(HttpServletRequest.class, (self, call, args) -> switch (call.getName()) {
                    case "getHeaderNames" -> Collections.enumeration(headers.keySet());
                    case "getHeaders" -> Collections.enumeration(headers.get(args[0]));
                    default -> known(request.get(call.getName()), call.getName());
                }),
                proxy(HttpServletResponse.class, answer));
        return answer;
    }

    private static Object known(Object value, String call) {
        if (value == null) {
            throw new UnsupportedOperationException(call);
        }
        return value;
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static final class Answer extends ServletOutputStream implements InvocationHandler {
        private final Map<String, String> headers = new LinkedHashMap<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private int status;
        private int length = -1;

        @Override
        public Object invoke(Object self, java.lang.reflect.Method call, Object[] args) {
            switch (call.getName()) {
                case "setStatus" -> status = (int) args[0];
                case "setContentLength" -> length = (int) args[0];
                case "setHeader" -> headers.put((String) args[0], (String) args[1]);
                case "getOutputStream" -> {
                    return this;
                }
                default -> throw new UnsupportedOperationException(call.getName());
            }
            return null;
        }

        String body() {
            return body.toString(UTF_8);
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(int b) {
            body.write(b);
        }
    }
}
