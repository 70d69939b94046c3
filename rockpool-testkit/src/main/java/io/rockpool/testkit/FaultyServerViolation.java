package io.rockpool.testkit;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * A driver call that a correct pool does not make.
 *
 * <p>Threads: immutable.
 *
 * @param connectionId the physical connection; ids count from 1 in the order of opening
 * @param method the call, such as {@code Connection.commit}
 * @param thread the name of the calling thread
 * @param stack where the call came from
 */
public record FaultyServerViolation(Kind kind, int connectionId, String method, String thread, Throwable stack) {

    /** What was wrong with the call. */
    public enum Kind {
        /** The connection had been closed before, by a close that did not throw. */
        DOUBLE_CLOSE,
        /** The connection had been closed. */
        CALL_AFTER_CLOSE,
        /** The connection had been aborted. */
        CALL_AFTER_ABORT,
        /** Another thread was inside a call on the same connection. */
        CONCURRENT_CALL
    }

    @Override
    public String toString() {
        StringWriter text = new StringWriter();
        stack.printStackTrace(new PrintWriter(text, true));
        return kind + " c" + connectionId + " " + method + " by thread '" + thread + "'\n" + text;
    }
}
