package io.rockpool.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A pool that is only figures, a token, and a clock that moves when told. */
final class AdminFixtures {

    static final String TOKEN = "kJ8sU2mQ5xV9wZ3yB7nC1dF4gH6jL0pRtAeIoUqWxYz";
    /** In every answer that shows data, and in no other. */
    static final String CANARY = "CANARY-7f3a";

    private AdminFixtures() {}

    static PoolSnapshot snapshot() {
        Map<String, Object> stats = new LinkedHashMap<>();
        stats.put("pool_size", 10);
        stats.put("pool_hits", 5_000_000_000L);
        stats.put("hit_ratio", 0.875);
        stats.put("closed_by_cause", Map.of("age", 3L));
        Map<String, Object> metrics = new LinkedHashMap<>();
        metrics.put("efficiency", 87.5);
        metrics.put("utilization", 20.0);
        metrics.put("overflow_usage", 0.0);
        metrics.put("health_score", 100);
        return new PoolSnapshot(stats, metrics, List.of(CANARY + ": raise poolSize"));
    }

    static AdminHandler handler(LongSupplier nanos) {
        return new AdminHandler(
                AdminFixtures::snapshot, AdminToken.of(TOKEN), new AllowedHosts(List.of("db.example.org")), nanos);
    }

    /** A clock on which a quarter of an hour passes between any two looks: no failure is ever remembered. */
    static LongSupplier forgetfulClock() {
        AtomicLong minutes = new AtomicLong();
        return () -> minutes.addAndGet(16) * 60_000_000_000L;
    }

    static Request get(String path) {
        return new Request("GET", path);
    }

    /** Builds an {@link AdminRequest} from 127.0.0.1 to localhost; each header may be given more than once. */
    static final class Request {
        private final String method;
        private final String target;
        private final Map<String, List<String>> headers =
                new LinkedHashMap<>(Map.of("Host", List.of("localhost:9090")));
        private String source = "127.0.0.1";

        Request(String method, String target) {
            this.method = method;
            this.target = target;
        }

        Request token(String token) {
            return header("Authorization", "Bearer " + token);
        }

        Request header(String name, String... values) {
            headers.computeIfAbsent(name, n -> new ArrayList<>()).addAll(List.of(values));
            return this;
        }

        Request host(String... values) {
            headers.put("Host", List.of(values));
            return this;
        }

        Request from(String address) {
            source = address;
            return this;
        }

        AdminRequest build() {
            return AdminRequest.of(source, method, target, headers);
        }

        AdminResponse on(AdminHandler handler) {
            return handler.handle(build());
        }
    }
}
