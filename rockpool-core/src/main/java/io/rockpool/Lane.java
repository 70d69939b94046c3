package io.rockpool;

/**
 * The role of the connection that serves a lease.
 *
 * <p>A pool whose connections are all alike lends {@link #SHARED} ones.
 */
public enum Lane {
    /** Reads and writes; every connection of the pool has this role. */
    SHARED,
    /** The one connection that writes. */
    WRITER,
    /** One of the connections that only read. */
    READER
}
