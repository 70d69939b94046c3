package io.rockpool.engine;

import java.util.Locale;

/** Why a resource was closed. */
@SuppressWarnings("EnumOrdinal") // a mark lives in memory only
public enum CloseCause {
    /** The pool closed. */
    POOL_CLOSED,
    /** It was older than the recycle time. */
    RECYCLED,
    /** It was an overflow one and idle for the linger time. */
    OVERFLOW_IDLE,
    /** It was evicted by call. */
    EVICTED,
    /** The pool became smaller. */
    RESIZED,
    /** It failed a validation. */
    INVALID,
    /** An error showed that it is broken. */
    BROKEN,
    /** Its rollback or reset failed when it was given back. */
    RESET_FAILED,
    /** Session state was changed that cannot be undone with certainty. */
    SESSION_STATE,
    /** Its user aborted it. */
    ABORTED,
    /** A driver call on it hung and was abandoned. */
    STUCK,
    /** It was opened after its opening had been given up. */
    OPENED_LATE,
    /** A step on it ended half-way, in an Error of the JVM. */
    LOST;

    private static final CloseCause[] ALL = values();

    int mark() {
        return ordinal() + 1;
    }

    static CloseCause ofMark(int mark) {
        return ALL[(mark & Slot.EVICT) - 1];
    }

    /** The name in statistics: lower case with underscores. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
