/** The admin endpoint of a Rockpool pool: a stand-alone server and a servlet over one handler. */
module io.rockpool.admin {
    requires transitive io.rockpool;
    requires com.fasterxml.jackson.core;
    requires jdk.httpserver;
    requires org.slf4j;
    requires static jakarta.servlet;
    requires static org.jspecify;

    exports io.rockpool.admin;
}
