package io.rockpool.admin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One request as it came, before anything in it is believed.
 *
 * <p>Threads: immutable. Header names are lower-case; nothing is decoded, joined or trimmed.
 *
 * @param source the peer's address as the transport saw it; X-Forwarded-* is never read
 * @param method as sent
 * @param path the raw request target without its query
 * @param headers every value of every header
 */
record AdminRequest(String source, String method, String path, Map<String, List<String>> headers) {

    private static final int MAX_HEADERS = 100;
    private static final int MAX_HEADER_CHARS = 8192;

    AdminRequest {
        Map<String, List<String>> lowerCase = new HashMap<>();
        headers.forEach((name, values) -> lowerCase
                .computeIfAbsent(name.toLowerCase(Locale.ROOT), n -> new ArrayList<>())
                .addAll(values));
        headers = lowerCase;
    }

    /** From a request target that may carry a query, which no route reads. */
    static AdminRequest of(String source, String method, String target, Map<String, List<String>> headers) {
        int query = target.indexOf('?');
        return new AdminRequest(source, method, query < 0 ? target : target.substring(0, query), headers);
    }

    /** Every value sent under this lower-case name. */
    List<String> header(String name) {
        return headers.getOrDefault(name, List.of());
    }

    /** Whether the head keeps S8's limits, on any transport: 100 headers, 8 KB in all. */
    boolean isSmall() {
        int count = 0;
        long chars = path.length();
        for (Map.Entry<String, List<String>> header : headers.entrySet()) {
            for (String value : header.getValue()) {
                count++;
                chars += header.getKey().length() + value.length();
            }
        }
        return count <= MAX_HEADERS && chars <= MAX_HEADER_CHARS;
    }
}
