package io.rockpool.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rockpool.DatabaseConnectionPool;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The admin endpoint of one pool on its own port, off until {@link Builder#start()}.
 *
 * <pre>{@code
 * String token = AdminToken.generate();
 * try (AdminServer admin = AdminServer.builder(pool).port(9090).token(token).start()) {
 *     System.err.println("admin token: " + token);   // GET /admin/connection_pool_stats, Authorization: Bearer TOKEN
 * }
 * }</pre>
 *
 * <p>Threads: safe for all; it works on two daemon threads of its own, never on the pool's. Errors: {@code start}
 * throws {@link IllegalArgumentException} with every fault of the settings, {@link IOException} if the port is taken.
 *
 * <p>Limits: 16 connections, one request each; 100 headers and 8 KB of them; no body is read. Sending a request may
 * take 5 s and so may taking the answer, then the connection is closed.
 *
 * <p>What the JDK's server cannot do: its limits on connections, headers and idle time are system properties of the
 * whole process, {@code jdk.httpserver.maxConnections} and {@code sun.net.httpserver.*}; they are set here where unset,
 * and without effect if the process has made an {@code HttpServer} before. Two slow clients can hold both workers for
 * 5 s. Its own answer to a request it cannot parse (400, 404, 501 and a fixed text) lacks the security headers. Source:
 * security goals S1 and S8, docs/security-matrix.md.
 */
public final class AdminServer implements AutoCloseable {

    private final AdminHandler handler;
    private final AdminToken token;
    private final RequestWorkers workers;
    private final HttpServer http;
    private final InetSocketAddress address;
    private final AtomicBoolean closed = new AtomicBoolean();

    private AdminServer(InetSocketAddress address, AdminHandler handler, AdminToken token, Duration slowAfter)
            throws IOException {
        this.handler = handler;
        this.token = token;
        JdkServerLimits.setWhereUnset();
        http = listen(address);
        this.address = http.getAddress();
        workers = new RequestWorkers(slowAfter);
        http.setExecutor(workers);
        http.createContext("/", this::serve);
        startAsDaemon();
    }

    /** Begins the settings of a server for this pool. */
    public static Builder builder(DatabaseConnectionPool pool) {
        return new Builder(() -> PoolSnapshot.of(pool));
    }

    static Builder builder(Supplier<PoolSnapshot> pool) {
        return new Builder(pool);
    }

    /** Where it listens; the real port if 0 was asked for. */
    public InetSocketAddress address() {
        return address;
    }

    /** Where the pool's statistics are, with the real port. */
    public URI statsUri() {
        return URI.create(
                "http://" + hostName(address.getAddress()) + ":" + address.getPort() + AdminHandler.STATS_PATH);
    }

    /** The token, to rotate or revoke it. */
    public AdminToken token() {
        return token;
    }

    /** Closes the port and every connection, and ends the threads. A second close does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            http.stop(0);
            workers.close();
        }
    }

    /** A loopback address as a Host header has it. */
    private static String hostName(InetAddress loopback) {
        return loopback instanceof Inet6Address ? "[::1]" : loopback.getHostAddress();
    }

    private static HttpServer listen(InetSocketAddress address) throws IOException {
        try {
            // A failed bind inside HttpServer.create leaves its channel open; one that fails here leaves nothing.
            new ServerSocket(address.getPort(), 1, address.getAddress()).close();
            return HttpServer.create(address, 0);
        } catch (BindException e) {
            throw new IOException(
                    "the admin server cannot listen on " + address.getAddress().getHostAddress() + " port "
                            + address.getPort() + ": " + e.getMessage() + ". The port must be free and allowed to this"
                            + " user; stop what uses it, choose another with port(...), or let port(0) find one",
                    e);
        }
    }

    /** The JDK's dispatcher inherits being a daemon: the endpoint must not keep a finished program alive. */
    private void startAsDaemon() {
        Thread starter = new Thread(http::start, "rockpool-admin-start");
        starter.setDaemon(true);
        starter.start();
        try {
            starter.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            RequestWorkers.received();
            AdminResponse response = handler.handle(AdminRequest.of(
                    exchange.getRemoteAddress().getAddress().getHostAddress(),
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders()));
            RequestWorkers.sending();
            send(exchange, response);
        }
    }

    private static void send(HttpExchange exchange, AdminResponse response) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        response.headers().forEach(headers::set);
        // One request a connection: nothing smuggled behind the first is read, and no idle one holds a place.
        headers.set("Connection", "close");
        if (exchange.getRequestMethod().equals("HEAD")) {
            headers.set("Content-Length", Integer.toString(response.body().length));
            exchange.sendResponseHeaders(response.status(), -1);
        } else {
            exchange.sendResponseHeaders(response.status(), response.body().length);
            exchange.getResponseBody().write(response.body());
        }
    }

    /** The settings of an {@link AdminServer}. Threads: for one thread. */
    public static final class Builder {

        private final Supplier<PoolSnapshot> pool;
        private final List<String> allowedHosts = new ArrayList<>();
        private int port = 9090;
        private String bindAddress = "127.0.0.1";
        private @Nullable String tokenText;
        private @Nullable AdminToken sharedToken;
        private LongSupplier nanos = System::nanoTime;
        private Duration slowAfter = Duration.ofSeconds(5);

        private Builder(Supplier<PoolSnapshot> pool) {
            this.pool = pool;
        }

        /** The TCP port, 0 to 65535, default 9090; 0 takes any free one. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /** The loopback address to listen on: 127.0.0.1, the default, or ::1. No other, since there is no TLS yet. */
        public Builder bindAddress(String address) {
            this.bindAddress = address;
            return this;
        }

        /** The bearer token, under the rule of {@link AdminToken#of(String)}. Required: there is no default. */
        public Builder token(String token) {
            this.tokenText = token;
            this.sharedToken = null;
            return this;
        }

        /** A token that other endpoints use too. */
        public Builder token(AdminToken token) {
            this.sharedToken = token;
            this.tokenText = null;
            return this;
        }

        /**
         * One more name that requests may carry in their Host header, without port; for a TLS proxy in front. Loopback
         * names are always allowed, any other is refused.
         */
        public Builder allowHost(String name) {
            allowedHosts.add(name);
            return this;
        }

        Builder clock(LongSupplier nanos) {
            this.nanos = nanos;
            return this;
        }

        Builder slowAfter(Duration limit) {
            this.slowAfter = limit;
            return this;
        }

        /** Starts to listen. */
        public AdminServer start() throws IOException {
            List<String> faults = new ArrayList<>();
            InetSocketAddress address = address(faults);
            AdminToken token = token(faults);
            AllowedHosts hosts = hosts(address, faults);
            if (address == null || token == null || hosts == null) {
                throw new IllegalArgumentException("admin server: " + String.join("; ", faults));
            }
            return new AdminServer(address, new AdminHandler(pool, token, hosts, nanos), token, slowAfter);
        }

        private @Nullable InetSocketAddress address(List<String> faults) {
            boolean portFits = port >= 0 && port <= 65535;
            if (!portFits) {
                faults.add("port is " + port + "; it must be 0 to 65535, where 0 takes any free one");
            }
            InetAddress address = loopback(faults);
            return portFits && address != null ? new InetSocketAddress(address, port) : null;
        }

        private @Nullable InetAddress loopback(List<String> faults) {
            try {
                InetAddress address = InetAddress.getByName(bindAddress);
                if (!bindAddress.isEmpty() && address.isLoopbackAddress()) {
                    return address;
                }
            } catch (UnknownHostException e) {
                // The same fault, and the same way out.
            }
            faults.add("bindAddress is '" + AuditLog.printable(bindAddress) + "'; it must be a loopback address"
                    + " (127.0.0.1 or ::1) because this server has no TLS and the token would cross the network in"
                    + " clear. Put a TLS proxy before it and name the proxy's host with allowHost(...)");
            return null;
        }

        private @Nullable AdminToken token(List<String> faults) {
            if (sharedToken != null) {
                return sharedToken;
            }
            if (tokenText == null) {
                faults.add("no token is set; there is no default one. Set one with token(AdminToken.generate())"
                        + " and show it once");
                return null;
            }
            try {
                return AdminToken.of(tokenText);
            } catch (IllegalArgumentException e) {
                faults.add(e.getMessage());
                return null;
            }
        }

        private @Nullable AllowedHosts hosts(@Nullable InetSocketAddress address, List<String> faults) {
            List<String> names = new ArrayList<>(allowedHosts);
            if (address != null) {
                names.add(hostName(address.getAddress()));
            }
            try {
                return new AllowedHosts(names);
            } catch (IllegalArgumentException e) {
                faults.add("allowHost: " + e.getMessage());
                return null;
            }
        }
    }
}
