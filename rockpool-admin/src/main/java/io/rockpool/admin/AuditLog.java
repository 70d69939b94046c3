package io.rockpool.admin;

import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.LoggerFactory;

/**
 * One line for each request served or refused, in the logger {@code io.rockpool.admin.audit}.
 *
 * <p>Threads: any. Units: nanoseconds of the clock given. What came from outside is escaped and cut, so one event is
 * one line whatever it contains; the query and every header are left out, since a token might be there. Served requests
 * are all logged; of refused ones one a second, with the number left out since. Source: security goals S16 and S19.
 */
final class AuditLog {

    private static final int MAX_FIELD = 128;
    private static final long SECOND = 1_000_000_000L;

    private final Consumer<String> lines;
    private final LongSupplier nanos;

    // Guarded by this.
    private long lastRefusalAt;
    private boolean refusedBefore;
    private long leftOut;

    AuditLog(Consumer<String> lines, LongSupplier nanos) {
        this.lines = lines;
        this.nanos = nanos;
    }

    static AuditLog toLogger(LongSupplier nanos) {
        return new AuditLog(LoggerFactory.getLogger("io.rockpool.admin.audit")::info, nanos);
    }

    void record(AdminRequest request, int status) {
        if (status == 200) {
            lines.accept("served " + line(request, status));
            return;
        }
        long unheard = refusalsSinceLastLine();
        if (unheard >= 0) {
            lines.accept("refused " + line(request, status) + (unheard == 0 ? "" : " and_unlogged=" + unheard));
        }
    }

    /** The refusals left out since the last line, or -1 if this one is left out too. */
    private synchronized long refusalsSinceLastLine() {
        long now = nanos.getAsLong();
        if (refusedBefore && now - lastRefusalAt < SECOND) {
            leftOut++;
            return -1;
        }
        long count = leftOut;
        leftOut = 0;
        lastRefusalAt = now;
        refusedBefore = true;
        return count;
    }

    private static String line(AdminRequest request, int status) {
        return "status=" + status + " source=" + printable(request.source()) + " method=" + printable(request.method())
                + " path=" + printable(request.path());
    }

    /** Printable ASCII without blanks, the rest as {@code \\uXXXX}, cut at 128 characters. */
    static String printable(String text) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), MAX_FIELD) + 3);
        for (int i = 0; i < text.length(); i++) {
            if (out.length() >= MAX_FIELD) {
                return out.append("...").toString();
            }
            char c = text.charAt(i);
            if (c > ' ' && c < 0x7f && c != '\\') {
                out.append(c);
            } else {
                out.append(String.format("\\u%04x", (int) c));
            }
        }
        return out.toString();
    }
}
