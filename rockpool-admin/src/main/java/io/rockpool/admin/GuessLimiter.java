package io.rockpool.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Slows down the guessing of tokens: per source and over all sources.
 *
 * <p>Threads: any; one lock, held for some map work. Units: nanoseconds of the clock given; seconds in answers.
 * Errors: throws none. Memory: at most {@value #MAX_SOURCES} sources, the one that failed longest ago is forgotten.
 * Source: security goal S4, test H5, docs/security-matrix.md.
 *
 * <pre>
 *   failures of one source     1..5   6    7    8    9   10   11   ...
 *   locked after it, seconds   -..1   2    4    8   16   32   64   ... at most 300
 * </pre>
 *
 * The five free ones and the next five fill the first 31 s; the eleventh comes after 63 s at the earliest: never more
 * than ten guesses of one source in a minute. Success wipes nothing out: on a machine where all callers share
 * 127.0.0.1, the owner's own requests would else give a guesser new attempts. Only a quiet quarter of an hour does.
 */
final class GuessLimiter {

    static final int MAX_SOURCES = 1024;
    static final int GLOBAL_FAILURES_PER_MINUTE = 100;

    private static final int FREE_FAILURES = 5;
    private static final long LONGEST_LOCK_SECONDS = 300;
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final long FORGOTTEN_AFTER = 15 * MINUTE;

    /** What a request presented. {@code NONE}, no credentials at all, is no guess and is not counted. */
    enum Guess {
        NONE,
        WRONG,
        RIGHT
    }

    private static final class Failures {
        int count;
        long lastAt;
        long lockedUntil;
    }

    private final LongSupplier nanos;

    // In the order of use, so that the eldest entry is the one to forget. Guarded by this.
    private final Map<String, Failures> sources = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
            return size() > MAX_SOURCES;
        }
    };

    // When each of the last hundred failures was, oldest at nextRecent. Guarded by this.
    private final long[] recent = new long[GLOBAL_FAILURES_PER_MINUTE];
    private int nextRecent;
    private int recentCount;

    GuessLimiter(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Judges one request: 0 if it is heard, else the seconds its source must wait; then even the right token is
     * refused. When the whole server's hundred a minute are used up, a source that has failed is not heard, and one
     * that has not is: the right token still works from there.
     */
    synchronized long judge(String source, Guess guess) {
        long now = nanos.getAsLong();
        Failures failures = remembered(source, now);
        if (failures != null && failures.lockedUntil - now > 0) {
            return secondsUp(failures.lockedUntil - now);
        }
        long globalWait = globalWait(now);
        if (failures != null && globalWait > 0) {
            return secondsUp(globalWait);
        }
        if (guess == Guess.WRONG) {
            countFailure(source, now);
            return globalWait > 0 ? secondsUp(globalWait) : 0;
        }
        return 0;
    }

    synchronized int trackedSources() {
        return sources.size();
    }

    private @Nullable Failures remembered(String source, long now) {
        Failures failures = sources.get(source);
        if (failures != null && now - failures.lastAt >= FORGOTTEN_AFTER) {
            sources.remove(source);
            return null;
        }
        return failures;
    }

    private void countFailure(String source, long now) {
        Failures failures = sources.computeIfAbsent(source, s -> new Failures());
        failures.count++;
        failures.lastAt = now;
        failures.lockedUntil = now + lockSeconds(failures.count) * SECOND;
        recent[nextRecent] = now;
        nextRecent = (nextRecent + 1) % recent.length;
        recentCount = Math.min(recentCount + 1, recent.length);
    }

    private static long lockSeconds(int failures) {
        if (failures < FREE_FAILURES) {
            return 0;
        }
        int doublings = Math.min(failures - FREE_FAILURES, 20);
        return Math.min(1L << doublings, LONGEST_LOCK_SECONDS);
    }

    /** Nanoseconds until the oldest of the last hundred failures is a minute old; 0 if there were fewer. */
    private long globalWait(long now) {
        return recentCount < recent.length ? 0 : Math.max(0, recent[nextRecent] + MINUTE - now);
    }

    private static long secondsUp(long nanos) {
        return (nanos + SECOND - 1) / SECOND;
    }
}
