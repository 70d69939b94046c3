package io.rockpool.sqlite;

import io.rockpool.engine.Slot;
import io.rockpool.jdbc.Database;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The lanes that a session holds, and which of them a statement runs on.
 *
 * <pre>
 *   its state at a statement           the statement runs on
 *   in a transaction                   the transaction's lane: the writer, or a reader where it only reads
 *   with a lane of its own             that one; writes with the file's permit
 *   read-only                          a reader, in one snapshot until the lease or the state ends
 *   autocommit, the text reads         a reader, until the result set is closed
 *   autocommit, anything else          the writer, for the statement and its result set
 * </pre>
 *
 * A lane is held for a transaction and for each open result set, and goes back when nothing is left.
 *
 * <p>Threads: the session's; {@link #giveUp} of a broken session from any, one at a time.
 */
final class HeldLanes {

    private final Session session;
    private final Lanes lanes;
    private @Nullable LaneConnection reader; // the latest, while it has open result sets
    private @Nullable LaneConnection writer; // while a statement in autocommit holds it
    private @Nullable LaneConnection own; // with temporary objects, settings, …
    private @Nullable LaneConnection held; // all that are held, linked
    private long writes; // statements that wrote, in autocommit
    private long writesAtReader; // when the latest reader was taken

    /** A slot on its way from or to the engine, and its word: whoever closes a broken session gives it up. */
    @Nullable Slot<?> passing;

    long passingWord;

    HeldLanes(Session session) {
        this.session = session;
        this.lanes = session.lanes;
    }

    /** The lane for a statement, held until {@link #letGo}. */
    LaneConnection take(Route route) throws SQLException {
        LaneConnection lane = session.transaction().laneFor(route);
        if (lane == null) {
            lane = laneInAutocommit(route);
        } else if (route.kind == Route.Kind.SESSION) {
            lane.personal = true;
        }
        hold(lane);
        if (route.attaches) {
            lane.commitsElsewhere();
        }
        return lane;
    }

    private LaneConnection laneInAutocommit(Route route) throws SQLException {
        if (session.isReadOnly()) {
            session.transaction().beginSnapshot();
            LaneConnection snapshot =
                    Objects.requireNonNull(session.transaction().lane());
            snapshot.personal |= route.kind == Route.Kind.SESSION;
            return snapshot;
        }
        if (route.kind == Route.Kind.SESSION) {
            return own();
        }
        LaneConnection mine = own;
        if (mine != null) {
            if (!route.reads()) {
                permitFor(mine, false);
                committing(mine);
            }
            return mine;
        }
        LaneConnection present = writer;
        if (present != null) {
            return present; // held by its own open result set
        }
        if (route.reads()) {
            return readerInAutocommit();
        }
        return writerInAutocommit();
    }

    private LaneConnection readerInAutocommit() throws SQLException {
        LaneConnection present = reader;
        if (present != null && writes == writesAtReader) {
            return present; // what is open there is as new as what this session has seen
        }
        LaneConnection lane =
                held == null ? lanes.now().reader(session) : lanes.now().tryReader(session);
        if (lane == null) {
            return writerInAutocommit(); // never wait for a reader with one in hand
        }
        if (lane.role != LaneConnection.Role.READER) { // a single lane
            writer = lane;
            return lane;
        }
        reader = lane;
        writesAtReader = writes;
        if (session.database.keepsSnapshots()) {
            try {
                lane.renewSnapshot(lane.home.gate);
            } catch (SQLException e) {
                dropped(lane);
                throw e;
            }
        }
        return lane;
    }

    private LaneConnection writerInAutocommit() throws SQLException {
        SessionTransaction outer =
                session.database.nestsWriters() ? lanes.now().transactionOfThisThread(session) : null;
        LaneConnection outers = outer == null ? null : outer.lane();
        if (outers != null) {
            return outers; // a part of this thread's other transaction
        }
        LaneConnection lane = lanes.now().writer(session, false);
        writer = lane;
        committing(lane);
        writes++;
        return lane;
    }

    /** Gives a lane back that was taken in vain. */
    private void dropped(LaneConnection lane) throws SQLException {
        lane.broken = true;
        hold(lane);
        letGo(lane);
    }

    private static void committing(LaneConnection lane) {
        if (!lane.commits) {
            lane.commits = true;
            lane.home.gate.committing();
        }
    }

    /** Tells the gate that the lane's commit is over: closing a broken lane may still commit what its open rows wrote. */
    private void committed(LaneConnection lane) {
        if (lane.commits) {
            if (lane.broken) {
                lanes.closeQuietly(lane);
            }
            lane.commits = false;
            lane.home.gate.committed();
        }
    }

    /** A reader, or the writer with its permit, for a session.transaction(). */
    LaneConnection takeForTransaction(boolean writes) throws SQLException {
        if (writes) {
            this.writes++; // what is open on a reader is older than what this session will have seen
        }
        LaneConnection mine = own;
        LaneConnection lane;
        if (mine != null) {
            lane = mine;
            if (writes) {
                permitFor(mine, true);
            }
        } else if (!writes) {
            lane = lanes.now().reader(session);
            try {
                lane.endKeptSnapshot();
            } catch (SQLException e) {
                dropped(lane);
                throw e;
            }
        } else if (writer != null) {
            lane = writer;
        } else {
            lane = lanes.now().writer(session, true);
        }
        hold(lane);
        return lane;
    }

    private void permitFor(LaneConnection mine, boolean forTransaction) throws SQLException {
        if (mine.slot == null) {
            mine.home.permit(mine, session, forTransaction);
        }
    }

    /** Whether a transaction can begin on a reader and go on on the writer. */
    boolean mayReadLazily() throws SQLException {
        return session.database.isLazyRead() && own == null && !lanes.now().isSingle();
    }

    /** A lane of this session alone, until its lease ends. */
    LaneConnection own() throws SQLException {
        LaneConnection mine = own;
        if (mine == null) {
            mine = lanes.now().privateLane();
            own = mine;
        }
        return mine;
    }

    void hold(LaneConnection lane) {
        if (lane.holds++ == 0) {
            lane.nextHeld = held;
            held = lane;
            lane.holder = session;
        }
        passing = null;
    }

    /** One reason less to hold the lane; with the last it goes back. */
    void letGo(LaneConnection lane) throws SQLException {
        if (--lane.holds > 0) {
            return;
        }
        passing = lane.slot;
        passingWord = lane.ticket;
        Session holder = lane.holder; // another one of this thread, whose transaction this was a savepoint of
        (holder == null ? this : holder.held()).unlink(lane);
        if (!lane.broken) {
            session.changes().settle(lane);
        }
        committed(lane);
        if (lane.personal && lane.role != LaneConnection.Role.PRIVATE && !lane.broken) {
            own = lane; // before it leaves its slot: whatever happens, someone closes it
            lane.home.adopt(lane);
        } else {
            lane.home.giveBack(lane);
        }
        passing = null;
    }

    private void unlink(LaneConnection lane) {
        if (lane == reader) {
            reader = null;
        }
        if (lane == writer) {
            writer = null;
        }
        if (held == lane) {
            held = lane.nextHeld;
        } else {
            for (LaneConnection l = held; l != null; l = l.nextHeld) {
                if (l.nextHeld == lane) {
                    l.nextHeld = lane.nextHeld;
                    break;
                }
            }
        }
        lane.nextHeld = null;
    }

    /** Closes every lane this session holds; nothing native is left of it. What an error stops is done at the next call. */
    synchronized void giveUp() {
        giveUpPassing();
        session.transaction().forget();
        LaneConnection lane;
        while ((lane = held) != null) {
            lane.broken = true;
            passing = lane.slot;
            passingWord = lane.ticket;
            unlink(lane);
            lane.holds = 0;
            lane.broken = true;
            committed(lane);
            lane.home.giveUp(lane);
            passing = null;
        }
        closeOwn();
    }

    private void giveUpPassing() {
        Slot<?> lost = passing;
        if (lost != null) {
            lanes.giveUp(lost, passingWord);
            passing = null;
        }
    }

    void closeOwn() {
        LaneConnection mine = own;
        if (mine != null) {
            mine.home.giveUp(mine);
            own = null;
        }
    }

    Database.Role role() throws SQLException {
        LaneConnection lane = session.transaction().lane();
        if (lane == null) {
            lane = writer != null ? writer : reader;
        }
        if (lanes.now().isSingle() || own != null) {
            return Database.Role.SHARED;
        }
        boolean reads = lane == null ? session.isReadOnly() : lane.role == LaneConnection.Role.READER;
        return reads ? Database.Role.READER : Database.Role.WRITER;
    }
}
