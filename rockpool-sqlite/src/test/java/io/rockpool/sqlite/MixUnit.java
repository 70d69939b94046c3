package io.rockpool.sqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What succeeds or fails as a whole: an autocommit statement, or a transaction.
 *
 * <p>Threads: the caller's, then the oracle's after a join. Times: {@code System.nanoTime}.
 */
final class MixUnit {

    enum Kind {
        AUTOCOMMIT,
        /** Autocommit off; ends with commit, rollback, close or autocommit on. */
        TRANSACTION,
        /** BEGIN … COMMIT, or SAVEPOINT … RELEASE, by text. */
        TEXT
    }

    /** A lease, as its units see it. */
    static final class Lease {
        final int thread;
        final int number;

        /** Has a session of its own: temp objects, pragmas, attached databases. */
        boolean dirty;

        boolean readOnly;

        /** Something was cancelled in it, so that any later statement of it may be, too. */
        volatile boolean disturbed;

        volatile boolean aborted;

        /** Gives the rest of the script up: the connection is gone. */
        boolean over;

        Lease(int thread, int number) {
            this.thread = thread;
            this.number = number;
        }
    }

    final Lease lease;
    final Kind kind;

    /** What its rows in the log are marked with; 0: writes none. Negative: the item that it deletes. */
    long tag;

    final List<MixStep> steps = new ArrayList<>();

    /** Touches nothing that others see or change: applied once, in the order of its thread. */
    boolean own;

    /** Whose result is unknown, though no exception says so: a row of a batch that failed. */
    boolean doubtful;

    /** Reads of one number must be of one position; 0: none. */
    int snapshot;

    /** Whatever was acknowledged before this moment must be seen by it; 0: before its first step. */
    long since;

    // By the oracle.
    long first;

    MixUnit(Lease lease, Kind kind, long tag) {
        this.lease = lease;
        this.kind = kind;
        this.tag = tag;
    }

    MixUnit add(MixStep step) {
        steps.add(step);
        return this;
    }

    MixUnit own() {
        own = true;
        return this;
    }

    boolean logged() {
        return first > 0;
    }

    long start() {
        return steps.get(0).start;
    }

    long end() {
        return steps.get(steps.size() - 1).end;
    }

    /** Where it stood in the order of commits, as far as it was told, or -1. */
    long position() {
        return steps.stream()
                .mapToLong(MixStep::position)
                .filter(position -> position >= 0)
                .findFirst()
                .orElse(-1);
    }

    /** Whether its caller was told that it is stored. */
    boolean acknowledged() {
        MixStep last = steps.get(steps.size() - 1);
        return !doubtful && !last.failed() && (kind != Kind.TRANSACTION || last.commits());
    }

    boolean pureRead() {
        return steps.stream().noneMatch(step -> step.writes);
    }

    @Override
    public String toString() {
        return "lease " + lease.thread + "/" + lease.number
                + (lease.dirty ? " dirty" : "")
                + (lease.readOnly ? " read-only" : "")
                + (lease.aborted ? " aborted" : "")
                + " " + kind + " tag " + tag + (first > 0 ? " logged at " + first : "") + "\n      "
                + steps.stream().map(MixStep::toString).collect(Collectors.joining("\n      "));
    }
}
