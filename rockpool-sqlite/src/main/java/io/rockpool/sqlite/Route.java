package io.rockpool.sqlite;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an SQL text: which lane may run it, and what it leaves behind. Made by {@link Router}, shared by all.
 *
 * <p>Threads: any.
 */
final class Route {

    /** What a text does, as far as lanes are concerned. */
    enum Kind {
        /** Reads the database, and nothing else. */
        READ,
        /** Changes the database, or might. */
        WRITE,
        /** Changes the connection: temporary objects, attached files, settings. */
        SESSION,
        BEGIN,
        COMMIT,
        ROLLBACK,
        SAVEPOINT,
        RELEASE,
        /** Back to a savepoint. */
        ROLLBACK_TO,
        /** Several statements. */
        SCRIPT
    }

    final String sql;
    final Kind kind;

    /** Whether it is a plain INSERT, UPDATE, DELETE or REPLACE: its count is the rows it changed. */
    final boolean changesRows;

    /** Whether it may give a row id. */
    final boolean inserts;

    /** Whether it may update in place of inserting, and then gives no row id. */
    final boolean mayUpsert;

    /** Whether it changes the schema. */
    final boolean changesSchema;

    /** Whether its words do not tell what it is, but its program would. */
    final boolean unclear;

    /** Whether it asks what an earlier statement changed: {@code changes()}, {@code last_insert_rowid()}. */
    final boolean asksForChanges;

    /** Whether its connection may write to other files from then on. */
    final boolean attaches;

    /** The savepoint it names. */
    final @Nullable String savepoint;

    /** The statements of a script. */
    final List<Route> parts;

    private Route(Builder b) {
        this.sql = b.sql;
        this.kind = b.kind;
        this.changesRows = b.changesRows;
        this.inserts = b.inserts;
        this.mayUpsert = b.inserts && Router.contains(b.sql, "conflict");
        this.changesSchema = b.changesSchema;
        this.unclear = b.unclear;
        this.asksForChanges = b.asksForChanges;
        this.attaches = b.attaches;
        this.savepoint = b.savepoint;
        this.parts = List.copyOf(b.parts);
    }

    /** The same for a text that differs in literals alone, and comes once. */
    Route as(String text) {
        Builder b = new Builder(text, kind);
        b.changesRows = changesRows;
        b.inserts = inserts;
        b.changesSchema = changesSchema;
        return b.build();
    }

    /** The same as a write: a reader has refused it. */
    Route writing() {
        return new Builder(sql, Kind.WRITE).build();
    }

    boolean reads() {
        return kind == Kind.READ;
    }

    /** Whether it begins, ends or divides a transaction. */
    boolean controlsTransaction() {
        return switch (kind) {
            case BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE, ROLLBACK_TO -> true;
            default -> false;
        };
    }

    /** Collects the fields. */
    static final class Builder {
        private final String sql;
        private final Kind kind;
        private boolean changesRows;
        private boolean inserts;
        private boolean changesSchema;
        private boolean unclear;
        private boolean asksForChanges;
        private boolean attaches;
        private @Nullable String savepoint;
        private List<Route> parts = List.of();

        Builder(String sql, Kind kind) {
            this.sql = sql;
            this.kind = kind;
        }

        Builder rows(boolean inserting) {
            changesRows = true;
            inserts = inserting;
            return this;
        }

        Builder schema() {
            changesSchema = true;
            return this;
        }

        Builder unclear() {
            unclear = true;
            return this;
        }

        Builder asksForChanges(boolean asks) {
            asksForChanges = asks;
            return this;
        }

        Builder attaches() {
            attaches = true;
            return this;
        }

        Builder savepoint(String name) {
            savepoint = name;
            return this;
        }

        Builder parts(List<Route> all) {
            parts = all;
            return this;
        }

        Route build() {
            return new Route(this);
        }
    }
}
