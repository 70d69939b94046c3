package io.rockpool.cli;

/** A command cannot do its work, for a reason outside the program; the message says it and what to do. */
final class CannotRun extends Exception {
    private static final long serialVersionUID = 1L;

    CannotRun(String message) {
        super(message);
    }

    CannotRun(String message, Throwable cause) {
        super(message, cause);
    }
}
