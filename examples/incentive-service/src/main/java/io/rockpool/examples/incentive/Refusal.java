package io.rockpool.examples.incentive;

/**
 * A request the service will not carry out, with the HTTP status and the one sentence its caller reads.
 *
 * <p>Thrown inside a transaction it rolls that transaction back. It has no stack trace: it is an answer, not a fault.
 */
final class Refusal extends RuntimeException {
    private final int status;

    private Refusal(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    /** The input breaks a rule; the message names the value, the rule and the fix. */
    static Refusal badInput(String message) {
        return new Refusal(400, message);
    }

    static Refusal notSignedIn(String message) {
        return new Refusal(401, message);
    }

    static Refusal forbidden(String message) {
        return new Refusal(403, message);
    }

    static Refusal unknown(String message) {
        return new Refusal(404, message);
    }

    /** The input is fine, but not in the present state of the service. */
    static Refusal conflict(String message) {
        return new Refusal(409, message);
    }

    static Refusal tooMany(String message) {
        return new Refusal(429, message);
    }

    int status() {
        return status;
    }

    /** As {@link #getMessage()}, which is never null here. */
    String sentence() {
        return String.valueOf(getMessage());
    }
}
