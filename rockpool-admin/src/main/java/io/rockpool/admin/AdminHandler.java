package io.rockpool.admin;

import io.rockpool.admin.GuessLimiter.Guess;
import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every decision of the admin endpoint, on any transport: who is heard, what is shown.
 *
 * <p>Threads: any. Errors: throws none; a fault inside is logged and answered 500 without a word of it. Source:
 * security goals S3 to S7, docs/security-matrix.md.
 *
 * <p>The order decides what a stranger can learn, which is nothing: the size and origin of a request, then the
 * lock-out, then the token, and only for its bearer the path and the method.
 */
final class AdminHandler {

    static final String STATS_PATH = "/admin/connection_pool_stats";

    private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);
    private static final String SCHEME = "Bearer ";

    private final Supplier<PoolSnapshot> pool;
    private final AdminToken token;
    private final AllowedHosts hosts;
    private final GuessLimiter limiter;
    private final AuditLog audit;

    AdminHandler(Supplier<PoolSnapshot> pool, AdminToken token, AllowedHosts hosts, LongSupplier nanos) {
        this(pool, token, hosts, new GuessLimiter(nanos), AuditLog.toLogger(nanos));
    }

    AdminHandler(
            Supplier<PoolSnapshot> pool, AdminToken token, AllowedHosts hosts, GuessLimiter limiter, AuditLog audit) {
        this.pool = pool;
        this.token = token;
        this.hosts = hosts;
        this.limiter = limiter;
        this.audit = audit;
    }

    AdminResponse handle(AdminRequest request) {
        AdminResponse response;
        try {
            response = answer(request);
        } catch (RuntimeException | IOException e) {
            LOG.error("the admin endpoint could not answer; the caller saw 'internal error'", e);
            response = AdminResponse.INTERNAL_ERROR;
        }
        audit.record(request, response.status());
        return response;
    }

    private AdminResponse answer(AdminRequest request) throws IOException {
        if (!request.isSmall() || !hosts.allow(request)) {
            return AdminResponse.REFUSED;
        }
        Guess guess = guess(request);
        long waitSeconds = limiter.judge(request.source(), guess);
        if (waitSeconds > 0) {
            return AdminResponse.tooManyFailures(waitSeconds);
        }
        return guess == Guess.RIGHT ? route(request) : AdminResponse.REFUSED;
    }

    private AdminResponse route(AdminRequest request) throws IOException {
        // Equality on the raw path: nothing is decoded or normalised, so there is no second spelling.
        if (!request.path().equals(STATS_PATH)) {
            return AdminResponse.NOT_FOUND;
        }
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return AdminResponse.METHOD_NOT_ALLOWED;
        }
        return AdminResponse.ok(pool.get().toJson());
    }

    /** The digest is computed and compared for every request, one without credentials too. */
    private Guess guess(AdminRequest request) {
        List<String> credentials = request.header("authorization");
        boolean right = token.matches(bearerToken(credentials));
        return credentials.isEmpty() ? Guess.NONE : right ? Guess.RIGHT : Guess.WRONG;
    }

    /** The token presented; empty, which no token is, where there is not exactly one well-formed header. */
    private static String bearerToken(List<String> credentials) {
        if (credentials.size() != 1) {
            return "";
        }
        String value = credentials.get(0);
        return value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()) ? value.substring(SCHEME.length()) : "";
    }
}
