package io.rockpool.engine;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** What happens off the hot path, counted. Threads: any. Borrows are counted in their slots, by their owners. */
@SuppressWarnings("EnumOrdinal") // counters in an array, never stored
final class PoolCounters {

    /** What failed. */
    enum Failure {
        OPEN,
        VALIDATION,
        RESET,
        STUCK
    }

    final WaitTimes waits = new WaitTimes();
    final AtomicLong created = new AtomicLong();
    final AtomicLong timeouts = new AtomicLong();
    final AtomicLong rejected = new AtomicLong();
    final AtomicLong leaks = new AtomicLong();
    private final AtomicLongArray closed = new AtomicLongArray(CloseCause.values().length);
    private final AtomicLongArray failed = new AtomicLongArray(Failure.values().length);

    void closed(CloseCause cause) {
        closed.incrementAndGet(cause.ordinal());
    }

    void failed(Failure failure) {
        failed.incrementAndGet(failure.ordinal());
    }

    long failures(Failure failure) {
        return failed.get(failure.ordinal());
    }

    Map<String, Long> closedByCause() {
        Map<String, Long> map = new LinkedHashMap<>();
        for (CloseCause cause : CloseCause.values()) {
            if (closed.get(cause.ordinal()) > 0) {
                map.put(cause.key(), closed.get(cause.ordinal()));
            }
        }
        return map;
    }

    Map<String, Long> failuresByCause() {
        Map<String, Long> map = new LinkedHashMap<>();
        for (Failure failure : Failure.values()) {
            if (failures(failure) > 0) {
                map.put(failure.name().toLowerCase(Locale.ROOT), failures(failure));
            }
        }
        return map;
    }
}
