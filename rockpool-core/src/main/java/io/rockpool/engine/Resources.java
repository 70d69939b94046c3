package io.rockpool.engine;

/**
 * How to open, validate and close what a pool lends.
 *
 * <p>Threads: called without any lock held. For a {@link #local()} resource the calls run in the borrowing, returning or
 * housekeeping thread; else on worker threads, where each may hang: the watchdog abandons it.
 */
public interface Resources<T> {

    /** Opens one. */
    T open() throws Exception;

    /** Whether it works; an exception counts as no. */
    boolean validate(T resource) throws Exception;

    /** Closes it; what it throws is reported, and the resource counts as closed. */
    void close(T resource) throws Exception;

    /** Ends a call that hangs in it, as far as the resource can; must not wait. */
    void abort(T resource);

    /** Whether opening and validating are quick and need no network, so that the caller does them itself. */
    boolean local();

    /** Whether trying again may help after this failure to open. */
    boolean retryable(Throwable failure);
}
