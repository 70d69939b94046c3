package io.rockpool.jdbc;

import java.util.Map;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a database.
 *
 * @param url the JDBC URL; empty where a data source opens the connections
 * @param username the user, or null for none
 * @param password asked at each opening, so that a rotated password is used from the next connection on
 * @param driverClassName the driver's class, or null for the one that accepts the URL
 * @param driverProperties properties passed to the driver
 * @param options the profile's options that were set, by key without prefix
 * @param dataSource opens the connections in place of a driver, or null
 */
public record ConnectionSettings(
        String url,
        @Nullable String username,
        Supplier<@Nullable String> password,
        @Nullable String driverClassName,
        Map<String, String> driverProperties,
        Map<String, String> options,
        @Nullable DataSource dataSource) {

    /** Without the secrets. */
    @Override
    public String toString() {
        return "ConnectionSettings[" + Redaction.url(url) + "]";
    }
}
