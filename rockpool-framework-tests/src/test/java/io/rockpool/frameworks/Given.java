package io.rockpool.frameworks;

import io.rockpool.DatabaseConnectionPool;
import javax.sql.DataSource;

/** What the frameworks are given: the pool as it is. One place, so that a program may put a recorder between. */
final class Given {

    private Given() {}

    static DataSource by(DatabaseConnectionPool pool) {
        return pool;
    }
}
