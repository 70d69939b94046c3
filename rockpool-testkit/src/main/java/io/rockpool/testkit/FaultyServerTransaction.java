package io.rockpool.testkit;

import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The work of one connection that others do not see yet.
 *
 * <p>Threads: the caller holds the session's lock. Errors: {@link SQLException} with the states of
 * {@link FaultSqlState}.
 */
final class FaultyServerTransaction {

    /** A mark in the pending writes. */
    private record Mark(int id, Optional<String> name, int writes) implements Savepoint {
        @Override
        public int getSavepointId() throws SQLException {
            if (name.isPresent()) {
                throw FaultSqlState.exception(FaultSqlState.BAD_VALUE, "a savepoint with a name has no id");
            }
            return id;
        }

        @Override
        public String getSavepointName() throws SQLException {
            return name.orElseThrow(
                    () -> FaultSqlState.exception(FaultSqlState.BAD_VALUE, "a savepoint without a name has an id"));
        }
    }

    private final FaultyServerStore store;
    private final List<FaultyServerStore.Write> pending = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private boolean open;
    private int lastMark;

    FaultyServerTransaction(FaultyServerStore store) {
        this.store = store;
    }

    boolean isOpen() {
        return open;
    }

    int pendingWrites() {
        return pending.size();
    }

    /** A statement outside of auto-commit mode opens a transaction unless one is open. */
    void open() {
        open = true;
    }

    void begin() throws SQLException {
        if (open) {
            throw FaultSqlState.exception(
                    FaultSqlState.WRONG_TRANSACTION_STATE, "cannot start a transaction within a transaction");
        }
        open = true;
    }

    @Nullable Long read(String key) {
        return store.read(key, pending);
    }

    int count() {
        return store.count(pending);
    }

    /** Kept until the commit; visible to all at once when no transaction is open. */
    void write(FaultyServerStore.Write write) throws SQLException {
        pending.add(write);
        if (!open) {
            commit();
        }
    }

    /** Makes the pending writes visible; a commit that fails rolls back. */
    void commit() throws SQLException {
        String duplicate;
        try {
            duplicate = store.commit(pending);
        } finally {
            rollback();
        }
        if (duplicate != null) {
            throw FaultSqlState.exception(
                    FaultSqlState.DUPLICATE_KEY, "another transaction has inserted the key '" + duplicate + "'");
        }
    }

    void rollback() {
        pending.clear();
        marks.clear();
        open = false;
    }

    Savepoint mark(@Nullable String name) {
        open = true;
        Mark mark = new Mark(++lastMark, Optional.ofNullable(name), pending.size());
        marks.add(mark);
        return mark;
    }

    void rollbackTo(Savepoint savepoint) throws SQLException {
        Mark mark = known(savepoint);
        marks.subList(marks.indexOf(mark) + 1, marks.size()).clear();
        pending.subList(mark.writes(), pending.size()).clear();
    }

    void release(Savepoint savepoint) throws SQLException {
        marks.subList(marks.indexOf(known(savepoint)), marks.size()).clear();
    }

    private Mark known(Savepoint savepoint) throws SQLException {
        if (savepoint instanceof Mark mark && marks.contains(mark)) {
            return mark;
        }
        throw FaultSqlState.exception("3B001", "no such savepoint in this transaction: " + savepoint);
    }
}
