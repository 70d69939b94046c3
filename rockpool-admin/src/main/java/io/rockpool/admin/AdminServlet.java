package io.rockpool.admin;

import io.rockpool.DatabaseConnectionPool;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The admin endpoint of one pool inside a servlet container; map it to {@code /admin/*}.
 *
 * <p>Threads: any. Errors: {@link IOException} from the container's stream only. The container keeps the time and size
 * limits and TLS; token, lock-out, Host allow-list and headers are the same as in {@link AdminServer}. The Host names
 * of your site must be allowed by name, else only loopback names are. Behind a proxy all callers share its address, and
 * so one lock-out. Works with Servlet 5.0 and newer.
 */
public final class AdminServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final transient AdminHandler handler;

    /** A servlet for this pool, asked with this token under loopback names and these. */
    public AdminServlet(DatabaseConnectionPool pool, AdminToken token, String... allowedHosts) {
        this(() -> PoolSnapshot.of(pool), token, allowedHosts);
    }

    AdminServlet(Supplier<PoolSnapshot> pool, AdminToken token, String... allowedHosts) {
        handler = new AdminHandler(pool, token, new AllowedHosts(List.of(allowedHosts)), System::nanoTime);
    }

    /** Takes every method itself: HttpServlet's own answers to OPTIONS and TRACE would go past the token. */
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        AdminResponse answer = handler.handle(
                AdminRequest.of(request.getRemoteAddr(), request.getMethod(), target(request), headers(request)));
        response.setStatus(answer.status());
        answer.headers().forEach(response::setHeader);
        response.setContentLength(answer.body().length);
        if (!request.getMethod().equals("HEAD")) {
            response.getOutputStream().write(answer.body());
        }
    }

    /** The raw path below the web application; neither of the two calls decodes. */
    private static String target(HttpServletRequest request) {
        String uri = request.getRequestURI();
        String context = request.getContextPath();
        return uri.startsWith(context) ? uri.substring(context.length()) : uri;
    }

    private static Map<String, List<String>> headers(HttpServletRequest request) {
        Map<String, List<String>> headers = new TreeMap<>();
        for (String name : Collections.list(request.getHeaderNames())) {
            headers.computeIfAbsent(name, n -> new ArrayList<>()).addAll(Collections.list(request.getHeaders(name)));
        }
        return headers;
    }
}
