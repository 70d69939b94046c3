package io.rockpool.sqlite;

import io.rockpool.jdbc.ConnectionSettings;
import io.rockpool.jdbc.Database;
import io.rockpool.jdbc.DatabaseProfile;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * SQLite, through org.xerial's driver.
 *
 * <p>Chosen for {@code jdbc:sqlite:PATH}. Its options stand in {@link SqliteOptions} and {@link Pragma}; set them as {@code rockpool.sqlite.KEY} or
 * as URL parameters. Source: docs/design/0005-sqlite-profile.md.
 */
public final class SqliteProfile implements DatabaseProfile {

    public static final String PREFIX = "jdbc:sqlite:";

    /** Called by the service loader. */
    public SqliteProfile() {}

    @Override
    public String name() {
        return "sqlite";
    }

    @Override
    public boolean accepts(String url) {
        return url.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
    }

    @Override
    public Map<String, String> options() {
        return SqliteOptions.defaults();
    }

    @Override
    public Database database(ConnectionSettings settings, Consumer<String> fault) {
        Floor.check(fault);
        SqliteUrl url = SqliteUrl.parse(settings.url(), fault);
        Map<String, String> options = new TreeMap<>(settings.options());
        options.putAll(url.options());
        return new SqliteDatabase(settings, SqliteOptions.of(url.file(), options, fault), fault);
    }

    /** A key as it stands in a URL, {@code busy_timeout}, as the option's, {@code busy-timeout}. */
    static String optionKey(String parameter) {
        return parameter.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
