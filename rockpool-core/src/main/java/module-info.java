/** The pool. One exported package: {@code io.rockpool}. */
module io.rockpool {
    requires transitive java.sql;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.rockpool;
    exports io.rockpool.engine to
            io.rockpool.sqlite,
            io.rockpool.testkit;
    exports io.rockpool.jdbc to
            io.rockpool.sqlite;

    uses io.rockpool.jdbc.DatabaseProfile;
}
