package io.rockpool.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The committed counters of a server: a key and a long each.
 *
 * <p>Threads: any; one lock, held for no longer than one read or one commit.
 */
final class FaultyServerStore {

    /** One write of a transaction, not yet visible to others. */
    record Write(Kind kind, String key, long value) {
        enum Kind {
            INSERT,
            ADD,
            DELETE
        }

        /** The key's value after this write, or null when there is none. */
        @Nullable Long applyTo(@Nullable Long before) {
            return switch (kind) {
                case INSERT -> value;
                case ADD -> before == null ? null : Long.valueOf(before + value);
                case DELETE -> null;
            };
        }
    }

    private final Map<String, Long> committed = new HashMap<>();

    /** The value as a transaction sees it: what is committed now, and its own writes on top. */
    synchronized @Nullable Long read(String key, List<Write> pending) {
        Long value = committed.get(key);
        for (Write write : pending) {
            if (write.key().equals(key)) {
                value = write.applyTo(value);
            }
        }
        return value;
    }

    synchronized int count(List<Write> pending) {
        return after(pending).size();
    }

    synchronized Map<String, Long> values() {
        return Map.copyOf(committed);
    }

    /**
     * All of the writes become visible at once, or none.
     *
     * @return the key that another transaction has inserted meanwhile, or null when the commit is done
     */
    synchronized @Nullable String commit(List<Write> pending) {
        Map<String, Long> after = new HashMap<>(committed);
        for (Write write : pending) {
            if (write.kind() == Write.Kind.INSERT && after.containsKey(write.key())) {
                return write.key();
            }
            put(after, write);
        }
        committed.clear();
        committed.putAll(after);
        return null;
    }

    private Map<String, Long> after(List<Write> pending) {
        Map<String, Long> after = new HashMap<>(committed);
        pending.forEach(write -> put(after, write));
        return after;
    }

    private static void put(Map<String, Long> values, Write write) {
        Long value = write.applyTo(values.get(write.key()));
        if (value == null) {
            values.remove(write.key());
        } else {
            values.put(write.key(), value);
        }
    }
}
