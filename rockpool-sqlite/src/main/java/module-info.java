/** SQLite for the pool: its profile. Nothing to import: the pool finds it by the JDBC URL. */
module io.rockpool.sqlite {
    requires io.rockpool;
    requires org.slf4j;
    requires org.xerial.sqlitejdbc;
    requires static org.jspecify;

    exports io.rockpool.sqlite;

    provides io.rockpool.jdbc.DatabaseProfile with
            io.rockpool.sqlite.SqliteProfile;
}
