package io.rockpool.sqlite;

import io.rockpool.engine.CloseCause;
import io.rockpool.engine.EngineSettings;
import io.rockpool.engine.Holding;
import io.rockpool.engine.PoolEvents;
import io.rockpool.engine.ResourcePool;
import io.rockpool.engine.Resources;
import io.rockpool.engine.Slot;
import io.rockpool.jdbc.Database;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * The native connections to one file, from its opening to its end: lent to sessions, and taken back.
 *
 * <p>The writer is used by whoever holds the file's permit. Where there are no readers everything goes to it.
 *
 * <p>Threads: any. Lock order: a session's reader before the permit, never the other way.
 */
final class FileLanes {

    private static final Logger LOG = LoggerFactory.getLogger(FileLanes.class);

    /** A reader is lent for microseconds: most often one whose holder lost its core, which a yield gives back to it. */
    private static final int YIELDS = 3;

    private final Lanes lanes;
    final WriterGate gate;
    final FileIdentity identity;
    final Checkpoints checkpoints;
    private @Nullable ResourcePool<LaneConnection> readers; // null: a single lane
    private volatile @Nullable LaneConnection writer; // changed by the permit's holder

    private FileLanes(Lanes lanes, WriterGate gate, FileIdentity identity) {
        this.lanes = lanes;
        this.gate = gate;
        this.identity = identity;
        this.checkpoints = new Checkpoints(lanes, this);
    }

    /** Whether all goes to one connection. */
    boolean isSingle() {
        return readers == null;
    }

    /** The readers that are lent, and to whom. */
    List<Holding> readersLent() {
        ResourcePool<LaneConnection> all = readers;
        return all == null ? List.of() : all.holdings();
    }

    List<Database.LaneStanding> standing() {
        ResourcePool<LaneConnection> all = readers;
        if (all == null) {
            return List.of(new Database.LaneStanding(Database.Role.SHARED, 1, gate.statistics()));
        }
        return List.of(
                new Database.LaneStanding(Database.Role.WRITER, 1, gate.statistics()),
                new Database.LaneStanding(Database.Role.READER, all.settings().maxOverflow(), all.statistics()));
    }

    // ---- life --------------------------------------------------------------------------------------------------

    /** Opens the writer, which makes the file where it is missing; readers follow as they are needed. */
    static FileLanes open(Lanes lanes) throws SQLException {
        SQLiteConnection writer = lanes.database.connectCreating(LaneConnection.Role.WRITER);
        FileLanes opening = null;
        try {
            FileIdentity identity = FileIdentity.of(lanes.database.file());
            lanes.database.router().test(writer);
            opening = new FileLanes(lanes, WriterGate.join(identity.key(), lanes.settings, lanes.platform), identity);
            opening.writer = opening.lane(LaneConnection.Role.WRITER, writer);
            if (!lanes.database.isSingleLane(writer)) {
                opening.readers = opening.readers();
            }
            return opening;
        } catch (Throwable t) {
            if (opening != null) {
                opening.gate.leave();
            }
            writer.close();
            throw t;
        }
    }

    private LaneConnection lane(LaneConnection.Role role, SQLiteConnection driver) throws SQLException {
        LaneConnection lane = new LaneConnection(this, role, driver, lanes.database.cacheSize(role));
        lanes.add(lane);
        return lane;
    }

    private LaneConnection connect(LaneConnection.Role role) throws SQLException {
        identity.check(lanes, this);
        SQLiteConnection driver = role == LaneConnection.Role.PRIVATE
                ? lanes.database.connectCreating(role)
                : lanes.database.connect(role);
        try {
            identity.check(lanes, this);
            return lane(role, driver);
        } catch (Throwable t) {
            driver.close();
            throw t;
        }
    }

    private ResourcePool<LaneConnection> readers() {
        int count = Math.min(Math.max(4, Runtime.getRuntime().availableProcessors()), lanes.settings.poolSize());
        EngineSettings ofReaders = new EngineSettings( // each opened by who first needs it, and kept
                0,
                count,
                lanes.settings.borrowTimeout(),
                lanes.settings.maxRetries(),
                lanes.database.keepsSnapshots() ? Lanes.SNAPSHOT_IDLE_NANOS : lanes.settings.healthCheckInterval(),
                lanes.settings.recycleTime(),
                Long.MAX_VALUE / 4,
                lanes.settings.validationWindow(),
                lanes.settings.validationTimeout(),
                lanes.settings.openTimeout(),
                0,
                Math.max(lanes.settings.maxWaiters(), lanes.settings.poolSize() + lanes.settings.maxOverflow()),
                lanes.settings.drainTimeout(),
                lanes.settings.failOnDeadlock(),
                EngineSettings.BARGE_TIME);
        ResourcePool<LaneConnection> made =
                new ResourcePool<>(ofReaders, new Readers(), lanes.platform, new PoolEvents() {
                    @Override
                    public void closeFailed(int slot, Throwable failure) {
                        LOG.warn("pool '{}': closing a reader failed: {}", lanes.pool, failure.toString());
                    }
                });
        made.start();
        return made;
    }

    /** Readers first: the last connection to a file empties the WAL, and a reader could not. */
    void close() {
        if (readers != null) {
            readers.beginClose();
        }
        checkpoints.close();
        LaneConnection writing = writer;
        Slot<WriterGate.Permit> permit = gate.tryTake();
        try {
            if (writing != null) {
                if (permit != null && readers != null && !writing.broken && identity.isSame()) {
                    Checkpoints.finish(writing, lanes.pool);
                }
                lanes.shut(writing);
            }
        } catch (SQLException e) {
            LOG.warn("pool '{}': closing the writer failed: {}", lanes.pool, e.toString());
        } finally {
            if (permit != null) {
                gate.giveBack(permit, permit.ticket());
            }
            gate.leave();
        }
    }

    // ---- lending -----------------------------------------------------------------------------------------------

    /** A reader for the session, waited for where all are lent; the writer, where there is a single lane. */
    LaneConnection reader(Session session) throws SQLException {
        identity.checkNow(lanes, this);
        ResourcePool<LaneConnection> all = readers;
        if (all == null) {
            return writer(session, false);
        }
        Slot<LaneConnection> slot = tryOften(all);
        if (slot == null) {
            identity.check(lanes, this); // it may have to open one
            slot = session.waits().reader(all);
        }
        session.held().passing = slot;
        session.held().passingWord = slot.word;
        return taken(slot);
    }

    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it: whoever finds none then waits
    private static @Nullable Slot<LaneConnection> tryOften(ResourcePool<LaneConnection> all) {
        Slot<LaneConnection> slot = all.tryBorrow(Thread.currentThread());
        for (int i = 0; slot == null && i < YIELDS; i++) {
            Thread.yield();
            slot = all.tryBorrow(Thread.currentThread());
        }
        return slot;
    }

    /** An idle reader, or null. */
    @Nullable LaneConnection tryReader(Session session) throws SQLException {
        ResourcePool<LaneConnection> all = readers;
        Slot<LaneConnection> slot = all == null ? null : all.tryBorrow(Thread.currentThread());
        if (slot == null) {
            return null;
        }
        session.held().passing = slot;
        session.held().passingWord = slot.word;
        return taken(slot);
    }

    private static LaneConnection taken(Slot<LaneConnection> slot) {
        LaneConnection lane = slot.resource();
        lane.slot = slot;
        lane.ticket = slot.ticket();
        return lane;
    }

    /** This pool's writer, with the file's permit. */
    LaneConnection writer(Session session, boolean forTransaction) throws SQLException {
        Slot<WriterGate.Permit> permit = permit(session, forTransaction);
        try {
            LaneConnection writing = writer;
            if (writing != null && writing.broken) {
                lanes.closeQuietly(writing); // its transaction must not outlive its permit
                writing = null;
            }
            if (writing == null) {
                writing = connect(LaneConnection.Role.WRITER);
                writer = writing;
            }
            writing.slot = permit;
            writing.ticket = permit.ticket();
            return writing;
        } catch (Throwable t) {
            gate.giveBack(permit, permit.ticket());
            throw t;
        }
    }

    /** The permit for a session whose own connection writes. */
    void permit(LaneConnection mine, Session session, boolean forTransaction) throws SQLException {
        Slot<WriterGate.Permit> permit = permit(session, forTransaction);
        mine.slot = permit;
        mine.ticket = permit.ticket();
    }

    private Slot<WriterGate.Permit> permit(Session session, boolean forTransaction) throws SQLException {
        Slot<WriterGate.Permit> slot = gate.tryTake();
        if (slot == null) {
            slot = session.waits().permit(gate);
        }
        session.held().passing = slot;
        session.held().passingWord = slot.word;
        try {
            identity.check(lanes, this);
        } catch (Throwable t) {
            gate.giveBack(slot, slot.ticket());
            session.held().passing = null;
            throw t;
        }
        WriterGate.Permit permit = slot.resource();
        permit.sql = session.sql();
        permit.takenAt = forTransaction ? new Throwable("the writer was taken here") : null;
        permit.session = session;
        permit.holder = Thread.currentThread();
        return slot;
    }

    /** The transaction that this thread has on the writer already, through another session of this pool; or null. */
    @Nullable SessionTransaction transactionOfThisThread(Session asking) throws SQLException {
        Session holding = gate.sessionOfThisThread();
        return holding == null || holding == asking || holding.lanes != lanes || holding.isEnding()
                ? null
                : holding.transaction();
    }

    /** A connection of the session's own. */
    LaneConnection privateLane() throws SQLException {
        return connect(LaneConnection.Role.PRIVATE);
    }

    /** What the session changed of the lane stays with it alone: the lane becomes its own, and another takes its place. */
    @SuppressWarnings("unchecked")
    void adopt(LaneConnection lane) {
        Slot<?> slot = lane.slot;
        LaneConnection.Role was = lane.role;
        lane.role = LaneConnection.Role.PRIVATE;
        lane.slot = null;
        if (slot == null) {
            return;
        }
        if (was == LaneConnection.Role.READER && readers != null) {
            readers.discard((Slot<LaneConnection>) slot, lane.ticket, CloseCause.SESSION_STATE, false);
        } else {
            writer = null;
            gate.giveBack((Slot<WriterGate.Permit>) slot, lane.ticket);
        }
    }

    /** Gives a lane back, or its permit; a broken one is closed. */
    @SuppressWarnings("unchecked")
    void giveBack(LaneConnection lane) {
        Slot<?> slot = lane.slot;
        switch (lane.role) {
            case READER -> {
                if (slot == null || readers == null) {
                    return;
                }
                Slot<LaneConnection> lent = (Slot<LaneConnection>) slot;
                if (lane.broken) {
                    readers.discard(lent, lane.ticket, CloseCause.BROKEN, false);
                } else {
                    readers.giveBack(lent, lane.ticket);
                }
            }
            case WRITER -> {
                if (lane.broken) {
                    lanes.closeQuietly(lane);
                    writer = null;
                }
                givePermitBack(lane);
            }
            case PRIVATE -> givePermitBack(lane);
        }
    }

    @SuppressWarnings("unchecked")
    private static void givePermitBack(LaneConnection lane) {
        Slot<?> slot = lane.slot;
        lane.slot = null;
        if (slot != null) {
            lane.home.gate.giveBack((Slot<WriterGate.Permit>) slot, lane.ticket);
        }
    }

    /** Closes a lane that its session held when it was aborted, or its own; then whatever it kept from others is free. */
    void giveUp(LaneConnection lane) {
        lane.broken = true;
        if (lane.role == LaneConnection.Role.PRIVATE) {
            lanes.closeQuietly(lane);
        }
        giveBack(lane);
    }

    /** Gives up a slot that was on its way when its session broke. */
    @SuppressWarnings("unchecked")
    void giveUp(Slot<?> slot, long word) {
        if (slot.resource() instanceof LaneConnection lane) {
            lane.broken = true;
            if (readers != null) {
                readers.discard((Slot<LaneConnection>) slot, word, CloseCause.BROKEN, false);
            }
            return;
        }
        LaneConnection writing = writer;
        if (writing != null) { // whatever the holder did with it last is not known
            lanes.closeQuietly(writing);
            writer = null;
        }
        gate.giveBack((Slot<WriterGate.Permit>) slot, word);
    }

    /** Readers as the engine's resources. */
    private final class Readers implements Resources<LaneConnection> {
        @Override
        public LaneConnection open() throws SQLException {
            return connect(LaneConnection.Role.READER);
        }

        /** Ends the snapshot that an idle reader keeps; that it works is known from its last statement. */
        @Override
        public boolean validate(LaneConnection lane) throws SQLException {
            lane.endKeptSnapshot();
            return !lane.broken;
        }

        @Override
        public void close(LaneConnection lane) throws SQLException {
            if (lane.role != LaneConnection.Role.PRIVATE) { // else a session has made it its own
                lanes.shut(lane);
            }
        }

        @Override
        public void abort(LaneConnection lane) {
            try {
                lane.engine.interrupt();
            } catch (SQLException e) {
                LOG.debug("pool '{}': an interrupt failed", lanes.pool, e);
            }
        }

        @Override
        public boolean local() {
            return true;
        }

        @Override
        public boolean retryable(Throwable failure) {
            return lanes.database.retryable(failure);
        }
    }
}
