/** What tests of a pool need: a driver with scripted faults, time moved by hand, a simulator. */
module io.rockpool.testkit {
    requires transitive io.rockpool;
    requires static org.jspecify;

    exports io.rockpool.testkit;

    provides java.sql.Driver with
            io.rockpool.testkit.FaultyDriver;
}
