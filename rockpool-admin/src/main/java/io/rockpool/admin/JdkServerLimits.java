package io.rockpool.admin;

import java.util.Map;

/**
 * The limits that the JDK's HTTP server takes from system properties only.
 *
 * <p>They hold for every {@code com.sun.net.httpserver.HttpServer} of the process, and are read once, when the first
 * one is made. So a property that is set already is left alone, and after another part of the process has made a server
 * none of these has an effect. Source: security goal S8; facts on JDK 17.0.15 and 25.0.3 in docs/security-matrix.md.
 */
final class JdkServerLimits {

    private static final Map<String, String> LIMITS = Map.of(
            // Without it an answer on a kept connection waits 44 ms for a delayed ACK.
            "sun.net.httpserver.nodelay", "true",
            "jdk.httpserver.maxConnections", "16",
            "sun.net.httpserver.maxReqHeaders", "100",
            "sun.net.httpserver.maxReqHeaderSize", "8192",
            "sun.net.httpserver.drainAmount", "16384",
            // Seconds, and the milliseconds between two looks: a connection without a request ends within 6 s.
            "sun.net.httpserver.idleInterval", "5",
            "sun.net.httpserver.clockTick", "1000");

    private JdkServerLimits() {}

    static void setWhereUnset() {
        LIMITS.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }
}
