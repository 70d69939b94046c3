package io.rockpool;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A borrowed connection: JDBC's own interface, and what the pool knows of the physical connection behind it.
 *
 * <p>{@link #close()} gives the connection back: open statements are closed, an unfinished transaction is rolled back,
 * what the lease changed is undone. A second close does nothing. Every other method of a given-back connection, and of
 * the statements, result sets and metadata made from it, throws with SQLState 08003.
 *
 * <p>Threads: one at a time. Another thread may close it once no call is under way, and {@link #abort} it at any moment.
 */
public interface ConnectionWrapper extends Connection {

    /** Time since the physical connection was opened. */
    Duration age() throws SQLException;

    /**
     * How long the physical connection had been idle when this lease began, to the precision of the pool's tick (20 ms);
     * zero for the first lease of a connection.
     */
    Duration idleFor() throws SQLException;

    /** How many leases the physical connection has served, this one included. */
    long useCount() throws SQLException;

    /**
     * Whether this lease is in force and no error so far has shown the physical connection to be broken. Asks the pool,
     * not the database; {@link #isValid(int)} asks the database.
     */
    boolean isHealthy();

    /** The role of the connection behind this lease. */
    Lane lane() throws SQLException;
}
