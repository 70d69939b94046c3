/** SQLite for the pool. Nothing to import but the doctor: the pool finds its profile by the JDBC URL. */
module io.rockpool.sqlite {
    requires io.rockpool;
    requires org.slf4j;
    requires org.xerial.sqlitejdbc;
    requires static org.jspecify;

    exports io.rockpool.sqlite.doctor;

    provides io.rockpool.jdbc.DatabaseProfile with
            io.rockpool.sqlite.SqliteProfile;
}
