package io.rockpool.sqlite;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * The compiled statements of one lane connection, least recently used first.
 *
 * <p>A statement in use is compiled a second time for whoever wants the same text meanwhile; a closed one, after an error,
 * is dropped. Threads: the lane's holder. Cost of a hit: one look into a hash table.
 */
final class StatementCache {

    private final SQLiteConnection connection;
    private final int size;
    private final LinkedHashMap<String, LaneStatement> kept;
    private @Nullable LaneStatement last;
    private long hits;
    private long misses;

    /** @param size how many are kept; 0: none */
    StatementCache(SQLiteConnection connection, int size) {
        this.connection = connection;
        this.size = size;
        this.kept = new LinkedHashMap<>(16, 0.75f, true);
    }

    /** A statement for the caller alone, until {@link #giveBack}. */
    @SuppressWarnings("ReferenceEquality") // the same string, most often a literal: no need to hash it
    LaneStatement take(String sql) throws SQLException {
        LaneStatement known = last;
        if (known == null || known.sql != sql) {
            known = kept.get(sql);
        }
        if (known != null && !known.inUse && known.isUsable()) {
            hits++;
            known.inUse = true;
            last = known;
            return known;
        }
        misses++;
        LaneStatement fresh = new LaneStatement(connection, sql);
        fresh.inUse = true;
        if (size > 0 && (known == null || !known.isUsable())) {
            keep(fresh);
        }
        return fresh;
    }

    private void keep(LaneStatement statement) throws SQLException {
        statement.kept = true;
        LaneStatement dead = kept.put(statement.sql, statement);
        if (dead != null) {
            drop(dead);
        }
        if (kept.size() > size) {
            for (Map.Entry<String, LaneStatement> eldest : kept.entrySet()) {
                if (!eldest.getValue().inUse) {
                    kept.remove(eldest.getKey());
                    drop(eldest.getValue());
                    return;
                }
            }
        }
    }

    private void drop(LaneStatement statement) throws SQLException {
        statement.kept = false;
        if (statement == last) {
            last = null;
        }
        if (!statement.inUse) {
            statement.close();
        }
    }

    void giveBack(LaneStatement statement) throws SQLException {
        statement.inUse = false;
        if (!statement.kept) {
            statement.close();
        } else if (!statement.isUsable()) {
            kept.remove(statement.sql, statement);
            drop(statement);
        }
    }

    /** Forgets all: the schema has changed. Those in use are closed when they come back. */
    void clear() throws SQLException {
        for (LaneStatement statement : kept.values()) {
            drop(statement);
        }
        kept.clear();
        last = null;
    }

    long hits() {
        return hits;
    }

    long misses() {
        return misses;
    }
}
