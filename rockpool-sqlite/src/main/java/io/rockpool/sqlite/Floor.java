package io.rockpool.sqlite;

import java.util.function.Consumer;
import org.sqlite.SQLiteJDBCLoader;

/**
 * The oldest versions the pool runs on.
 *
 * <p>SQLite before 3.51.3 can corrupt a WAL database when two connections checkpoint and write at once; the driver before
 * 3.53.2 carries known vulnerabilities. Source: sqlite.org's release notes; docs/design/0005-sqlite-profile.md.
 */
public final class Floor {

    public static final String SQLITE = "3.51.3";
    public static final String DRIVER = "3.53.2";

    private Floor() {}

    static void check(Consumer<String> fault) {
        String driver = SQLiteJDBCLoader.getVersion();
        if (isOlder(driver, DRIVER)) {
            fault.accept("the driver org.xerial:sqlite-jdbc is " + driver + "; it must be " + DRIVER
                    + " or newer (known vulnerabilities before); raise its version in the build");
        }
    }

    /** Compares dotted numbers; what is no number counts as 0. */
    public static boolean isOlder(String version, String floor) {
        String[] have = version.split("\\.", -1);
        String[] need = floor.split("\\.", -1);
        for (int i = 0; i < need.length; i++) {
            int h = i < have.length && have[i].matches("\\d{1,9}") ? Integer.parseInt(have[i]) : 0;
            int n = Integer.parseInt(need[i]);
            if (h != n) {
                return h < n;
            }
        }
        return false;
    }
}
