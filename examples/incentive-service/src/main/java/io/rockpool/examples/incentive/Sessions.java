package io.rockpool.examples.incentive;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The managers signed in, in memory only: a restart signs everyone out.
 *
 * <p>Threads: any; one lock. Units: nanoseconds of the clock given. Errors: {@link Refusal} 401 for a wrong token, 429
 * after too many of them.
 */
final class Sessions {
    static final Duration IDLE_TIMEOUT = Duration.ofMinutes(30);

    /** Enough for typing errors, too few for guessing. All callers share it: the service listens on loopback only. */
    static final int WRONG_TOKENS_PER_MINUTE = 20;

    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

    /** A manager's session; {@code csrf} is what each of their forms must send back. */
    record Session(String id, String csrf) {
        boolean accepts(@Nullable String sentCsrf) {
            return sentCsrf != null && MessageDigest.isEqual(utf8(csrf), utf8(sentCsrf));
        }

        @Override
        public String toString() {
            return "Session[secret]";
        }
    }

    private final byte[] token;
    private final LongSupplier nanoClock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Session> byId = new HashMap<>();
    private final Map<String, Long> lastUsedNanos = new HashMap<>();
    private long minuteStartNanos;
    private int wrongTokens;

    Sessions(String token, LongSupplier nanoClock) {
        this.token = utf8(token);
        this.nanoClock = nanoClock;
        this.minuteStartNanos = nanoClock.getAsLong();
    }

    /** A new session for whoever knows the token. */
    synchronized Session login(String sentToken) {
        long now = nanoClock.getAsLong();
        if (now - minuteStartNanos >= MINUTE_NANOS) {
            minuteStartNanos = now;
            wrongTokens = 0;
        }
        if (wrongTokens >= WRONG_TOKENS_PER_MINUTE) {
            throw Refusal.tooMany("token: " + wrongTokens + " wrong ones within a minute; " + WRONG_TOKENS_PER_MINUTE
                    + " are allowed: wait a minute and try again.");
        }
        // isEqual looks at every byte whatever it finds, so that the time it takes tells nothing.
        if (!MessageDigest.isEqual(token, utf8(sentToken))) {
            wrongTokens++;
            throw Refusal.notSignedIn("token: that is not the admin token; it must be the one given or printed at the "
                    + "first start: copy it from there.");
        }
        dropIdleLocked(now);
        Session session = new Session(secret(), secret());
        byId.put(session.id(), session);
        lastUsedNanos.put(session.id(), now);
        return session;
    }

    /** The session with this id, used now; null if there is none or it was idle for too long. */
    synchronized @Nullable Session find(@Nullable String id) {
        long now = nanoClock.getAsLong();
        dropIdleLocked(now);
        @Nullable Session session = id == null ? null : byId.get(id);
        if (session != null) {
            lastUsedNanos.put(session.id(), now);
        }
        return session;
    }

    synchronized void logout(Session session) {
        byId.remove(session.id());
        lastUsedNanos.remove(session.id());
    }

    private void dropIdleLocked(long now) {
        lastUsedNanos.values().removeIf(used -> now - used >= IDLE_TIMEOUT.toNanos());
        byId.keySet().retainAll(lastUsedNanos.keySet());
    }

    private String secret() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
