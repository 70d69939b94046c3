package io.rockpool.admin;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One answer: status, headers, JSON body.
 *
 * <p>Threads: immutable. The refusals are constants, so that every one of a kind has the same bytes.
 * Source: security goal S7, docs/security-matrix.md.
 */
final class AdminResponse {

    private static final Map<String, String> STANDARD_HEADERS = Map.of(
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Cache-Control", "no-store",
            "Referrer-Policy", "no-referrer",
            "Content-Type", "application/json; charset=utf-8");

    static final AdminResponse REFUSED = failure(401, "not authorised", Map.of("WWW-Authenticate", "Bearer"));
    static final AdminResponse NOT_FOUND = failure(404, "not found", Map.of());
    static final AdminResponse METHOD_NOT_ALLOWED = failure(405, "method not allowed", Map.of("Allow", "GET, HEAD"));
    static final AdminResponse INTERNAL_ERROR = failure(500, "internal error", Map.of());

    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;

    private AdminResponse(int status, byte[] body, Map<String, String> ownHeaders) {
        Map<String, String> all = new LinkedHashMap<>(STANDARD_HEADERS);
        all.putAll(ownHeaders);
        this.status = status;
        this.headers = Map.copyOf(all);
        this.body = body;
    }

    static AdminResponse ok(byte[] json) {
        return new AdminResponse(200, json, Map.of());
    }

    static AdminResponse tooManyFailures(long retryAfterSeconds) {
        return failure(429, "too many failed attempts", Map.of("Retry-After", Long.toString(retryAfterSeconds)));
    }

    /** The message is ours and fixed: nothing of the request is echoed. */
    private static AdminResponse failure(int status, String message, Map<String, String> ownHeaders) {
        String json = "{\"success\":false,\"message\":\"" + message + "\"}";
        return new AdminResponse(status, json.getBytes(StandardCharsets.UTF_8), ownHeaders);
    }

    int status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** The bytes themselves, not a copy; a HEAD request gets their length only. */
    byte[] body() {
        return body;
    }
}
