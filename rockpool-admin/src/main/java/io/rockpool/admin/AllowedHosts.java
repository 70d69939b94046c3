package io.rockpool.admin;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The host names under which the endpoint may be asked: loopback, and those configured.
 *
 * <p>Stops DNS rebinding (a foreign name that resolves to 127.0.0.1) and pages of other origins. Threads: immutable.
 * Errors: {@link IllegalArgumentException} for a name that no Host header can have. Source: security goal S6, test H8.
 */
final class AllowedHosts {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\\[[0-9a-f:.]{2,45}]");
    private static final Pattern PORT = Pattern.compile("(:[0-9]{1,5})?");

    private final Set<String> names = new HashSet<>(List.of("localhost", "127.0.0.1", "[::1]"));

    AllowedHosts(Iterable<String> more) {
        for (String name : more) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!NAME.matcher(lower).matches()) {
                throw new IllegalArgumentException("'" + AuditLog.printable(name) + "' is no host name; give a name"
                        + " or address alone, without scheme, port or final dot, an IPv6 address in brackets");
            }
            names.add(lower);
        }
    }

    /** Whether exactly one Host was sent and is known, and the Origin, if there is one, is that same host. */
    boolean allow(AdminRequest request) {
        List<String> hosts = request.header("host");
        if (hosts.size() != 1) {
            return false;
        }
        String host = hosts.get(0).toLowerCase(Locale.ROOT);
        List<String> origins = request.header("origin");
        return isKnown(host) && (origins.isEmpty() || (origins.size() == 1 && isOriginOf(origins.get(0), host)));
    }

    private boolean isKnown(String host) {
        int nameEnd = host.startsWith("[") ? host.indexOf(']') + 1 : host.indexOf(':');
        String name = nameEnd < 0 ? host : host.substring(0, nameEnd);
        return names.contains(name)
                && PORT.matcher(host.substring(name.length())).matches();
    }

    /** Another port of the same machine is another origin. */
    private static boolean isOriginOf(String origin, String host) {
        String lower = origin.toLowerCase(Locale.ROOT);
        return lower.equals("http://" + host) || lower.equals("https://" + host);
    }
}
