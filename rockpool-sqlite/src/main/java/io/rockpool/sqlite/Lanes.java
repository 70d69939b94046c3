package io.rockpool.sqlite;

import io.rockpool.engine.CloseCause;
import io.rockpool.engine.EngineSettings;
import io.rockpool.engine.Platform;
import io.rockpool.engine.PoolEvents;
import io.rockpool.engine.ResourcePool;
import io.rockpool.engine.Resources;
import io.rockpool.engine.Slot;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * The native connections of one pool to its file: one that writes, and some that only read.
 *
 * <pre>
 *   sessions (poolSize + maxOverflow)     readers: min(max(4, processors), poolSize)    one read-only each
 *          |--- a statement that reads ------^
 *          '--- a statement that writes ---> the file's permit, then this pool's writer
 * </pre>
 *
 * A database that is no file in WAL mode, or is locked exclusively, has a single lane: everything goes to the writer.
 * Opened with the first session, writer first, since only it can make the file; closed with the last, readers first.
 *
 * <p>Threads: any. Lock order: a session's reader before the permit, never the other way.
 */
final class Lanes implements Platform.Chores {

    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

    /** When an idle reader ends the snapshot that it keeps, so that the WAL is never pinned by it. */
    static final long SNAPSHOT_IDLE_NANOS = 50_000_000L;

    final String pool;
    final SqliteDatabase database;
    final Platform platform;
    private final EngineSettings settings;
    private final ReentrantLock lifecycle = new ReentrantLock();
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet(); // changed under lifecycle
    private boolean ending; // under lifecycle
    private boolean hasOpened; // under lifecycle: from then on the file is there, or was deleted
    private boolean joined; // under lifecycle: the platform's housekeeping
    private final List<LaneConnection> open = new CopyOnWriteArrayList<>();
    private volatile @Nullable Opened opened;

    /** When another process's lock was last in the way; 0: never. */
    volatile long lockedByAnother;

    /** What there is between the first session's opening and the last one's end. */
    static final class Opened {
        final WriterGate gate;
        final FileIdentity identity;
        final Checkpoints checkpoints;
        private @Nullable ResourcePool<LaneConnection> readers; // null: a single lane
        private volatile @Nullable LaneConnection writer; // changed by the permit's holder

        private Opened(WriterGate gate, FileIdentity identity, Lanes lanes) {
            this.gate = gate;
            this.identity = identity;
            this.checkpoints = new Checkpoints(lanes, this);
        }
    }

    Lanes(SqliteDatabase database, String pool, EngineSettings settings, Platform platform) {
        this.database = database;
        this.pool = pool;
        this.settings = settings;
        this.platform = platform;
    }

    // ---- life --------------------------------------------------------------------------------------------------

    /** A session begins; the first opens the lanes. */
    Session enter() throws SQLException {
        lifecycle.lock();
        try {
            if (sessions.isEmpty() && opened == null) {
                if (hasOpened) {
                    database.checkFileExists();
                }
                opened = openLocked();
                hasOpened = true;
                joinLocked();
                rehearse();
            }
            Session session = new Session(this);
            sessions.add(session);
            return session;
        } finally {
            lifecycle.unlock();
        }
    }

    private void rehearse() throws SQLException {
        try {
            Rehearsal.hold(this);
        } catch (Throwable t) {
            endLocked();
            throw t;
        }
    }

    private Opened openLocked() throws SQLException {
        SQLiteConnection writer = database.connectCreating(LaneConnection.Role.WRITER);
        Opened opening = null;
        try {
            FileIdentity identity = FileIdentity.of(database.file());
            database.router().test(writer);
            opening = new Opened(WriterGate.join(identity.key(), settings, platform), identity, this);
            opening.writer = lane(opening, LaneConnection.Role.WRITER, writer);
            if (!database.isSingleLane(writer)) {
                opening.readers = readers(opening);
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

    private LaneConnection lane(Opened home, LaneConnection.Role role, SQLiteConnection driver) throws SQLException {
        LaneConnection lane = new LaneConnection(home, role, driver, database.cacheSize(role));
        open.add(lane);
        return lane;
    }

    private LaneConnection connect(Opened home, LaneConnection.Role role) throws SQLException {
        home.identity.check(this, home);
        SQLiteConnection driver =
                role == LaneConnection.Role.PRIVATE ? database.connectCreating(role) : database.connect(role);
        try {
            home.identity.check(this, home);
            return lane(home, role, driver);
        } catch (Throwable t) {
            driver.close();
            throw t;
        }
    }

    private ResourcePool<LaneConnection> readers(Opened home) {
        int count = Math.min(Math.max(4, Runtime.getRuntime().availableProcessors()), settings.poolSize());
        EngineSettings ofReaders = new EngineSettings( // each opened by who first needs it, and kept
                0,
                count,
                settings.borrowTimeout(),
                settings.maxRetries(),
                database.keepsSnapshots() ? SNAPSHOT_IDLE_NANOS : settings.healthCheckInterval(),
                settings.recycleTime(),
                Long.MAX_VALUE / 4,
                settings.validationWindow(),
                settings.validationTimeout(),
                settings.openTimeout(),
                0,
                Math.max(settings.maxWaiters(), settings.poolSize() + settings.maxOverflow()),
                settings.drainTimeout(),
                settings.failOnDeadlock());
        ResourcePool<LaneConnection> readers =
                new ResourcePool<>(ofReaders, new Readers(home), platform, new PoolEvents() {
                    @Override
                    public void closeFailed(int slot, Throwable failure) {
                        LOG.warn("pool '{}': closing a reader failed: {}", pool, failure.toString());
                    }
                });
        readers.start();
        return readers;
    }

    /** A session ended; the last one closes the lanes. */
    void leave(Session session) {
        lifecycle.lock();
        try {
            if (sessions.remove(session)) {
                endLocked();
            }
        } finally {
            lifecycle.unlock();
        }
    }

    /** The pool closes: a database in memory need not outlive its sessions any more. */
    void ending() {
        lifecycle.lock();
        try {
            ending = true;
            endLocked();
        } finally {
            lifecycle.unlock();
        }
    }

    private void joinLocked() {
        if (!joined) {
            platform.join(this);
            joined = true;
        }
    }

    private void endLocked() {
        if (!sessions.isEmpty() || (database.file() == null && !ending)) {
            return;
        }
        if (joined) {
            joined = false;
            platform.leave(this);
        }
        Opened closing = opened;
        opened = null;
        if (closing != null) {
            close(closing);
        }
    }

    /** Readers first: the last connection to a file empties the WAL, and a reader could not. */
    private void close(Opened closing) {
        if (closing.readers != null) {
            closing.readers.beginClose();
        }
        closing.checkpoints.close();
        LaneConnection writer = closing.writer;
        Slot<WriterGate.Permit> permit = closing.gate.tryTake();
        try {
            if (writer != null) {
                if (permit != null && closing.readers != null && !writer.broken && closing.identity.isSame()) {
                    Checkpoints.finish(writer, pool);
                }
                shut(writer);
            }
        } catch (SQLException e) {
            LOG.warn("pool '{}': closing the writer failed: {}", pool, e.toString());
        } finally {
            if (permit != null) {
                closing.gate.giveBack(permit, permit.ticket());
            }
            closing.gate.leave();
        }
    }

    /** The lanes of now; after the file was replaced, those of the new one. */
    private Opened opened() throws SQLException {
        Opened now = opened;
        return now != null ? now : reopened();
    }

    private Opened reopened() throws SQLException {
        lifecycle.lock();
        try {
            Opened now = opened;
            if (now == null) {
                if (sessions.isEmpty()) {
                    throw new SQLNonTransientConnectionException(
                            "pool '" + pool + "' is closed; build a new pool", "08003");
                }
                database.checkFileExists();
                now = openLocked();
                opened = now;
            }
            return now;
        } finally {
            lifecycle.unlock();
        }
    }

    /** The file was deleted or replaced: every connection to the old one is closed as soon as it is free. */
    void forsake(Opened old) {
        lifecycle.lock();
        try {
            if (opened != old) {
                return;
            }
            opened = null;
            for (LaneConnection lane : open) {
                if (lane.home == old) {
                    lane.broken = true;
                }
            }
        } finally {
            lifecycle.unlock();
        }
        close(old); // outside the lock: it may last as long as what runs there, and the new file needs nobody to wait
    }

    // ---- lending -----------------------------------------------------------------------------------------------

    /** Whether all goes to one connection. */
    boolean isSingle() throws SQLException {
        return opened().readers == null;
    }

    /** A reader for the session, waited for where all are lent; the writer, where there is a single lane. */
    LaneConnection reader(Session session) throws SQLException {
        Opened now = opened();
        now.identity.checkNow(this, now);
        ResourcePool<LaneConnection> readers = now.readers;
        if (readers == null) {
            return writer(session, false);
        }
        Slot<LaneConnection> slot = readers.tryBorrow(Thread.currentThread());
        if (slot == null) {
            now.identity.check(this, now); // it may have to open one
            slot = session.waits().reader(readers);
        }
        session.held().passing = slot;
        session.held().passingWord = slot.word;
        return taken(slot);
    }

    /** An idle reader, or null. */
    @Nullable LaneConnection tryReader(Session session) throws SQLException {
        ResourcePool<LaneConnection> readers = opened().readers;
        Slot<LaneConnection> slot = readers == null ? null : readers.tryBorrow(Thread.currentThread());
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
        Opened now = opened();
        Slot<WriterGate.Permit> permit = permit(now, session, forTransaction);
        try {
            LaneConnection writer = now.writer;
            if (writer != null && writer.broken) {
                closeQuietly(writer); // its transaction must not outlive its permit
                writer = null;
            }
            if (writer == null) {
                writer = connect(now, LaneConnection.Role.WRITER);
                now.writer = writer;
            }
            writer.slot = permit;
            writer.ticket = permit.ticket();
            return writer;
        } catch (Throwable t) {
            now.gate.giveBack(permit, permit.ticket());
            throw t;
        }
    }

    /** The permit for a session whose own connection writes. */
    void permit(LaneConnection mine, Session session, boolean forTransaction) throws SQLException {
        Slot<WriterGate.Permit> permit = permit(mine.home, session, forTransaction);
        mine.slot = permit;
        mine.ticket = permit.ticket();
    }

    private Slot<WriterGate.Permit> permit(Opened home, Session session, boolean forTransaction) throws SQLException {
        home.identity.check(this, home);
        Slot<WriterGate.Permit> slot = home.gate.tryTake();
        if (slot == null) {
            slot = session.waits().permit(home.gate);
            try {
                home.identity.check(this, home); // it may have gone while this waited
            } catch (Throwable t) {
                home.gate.giveBack(slot, slot.ticket());
                session.held().passing = null;
                throw t;
            }
        }
        session.held().passing = slot;
        session.held().passingWord = slot.word;
        WriterGate.Permit permit = slot.resource();
        permit.sql = session.sql();
        permit.takenAt = forTransaction ? new Throwable("the writer was taken here") : null;
        permit.session = session;
        permit.holder = Thread.currentThread();
        return slot;
    }

    /** The transaction that this thread has on the writer already, through another session of this pool; or null. */
    @Nullable SessionTransaction transactionOfThisThread(Session asking) throws SQLException {
        Session holding = opened().gate.sessionOfThisThread();
        return holding == null || holding == asking || holding.lanes != this || holding.isEnding()
                ? null
                : holding.transaction();
    }

    /** A connection of the session's own. */
    LaneConnection privateLane() throws SQLException {
        return connect(opened(), LaneConnection.Role.PRIVATE);
    }

    /** For the driver's answers that need no database. */
    SQLiteConnection anyDriver() throws SQLException {
        return database.memory();
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
        Opened home = lane.home;
        if (was == LaneConnection.Role.READER && home.readers != null) {
            home.readers.discard((Slot<LaneConnection>) slot, lane.ticket, CloseCause.SESSION_STATE, false);
        } else {
            home.writer = null;
            home.gate.giveBack((Slot<WriterGate.Permit>) slot, lane.ticket);
        }
    }

    /** Gives a lane back, or its permit; a broken one is closed. */
    @SuppressWarnings("unchecked")
    void giveBack(LaneConnection lane) {
        Slot<?> slot = lane.slot;
        Opened home = lane.home;
        switch (lane.role) {
            case READER -> {
                if (slot == null || home.readers == null) {
                    return;
                }
                Slot<LaneConnection> lent = (Slot<LaneConnection>) slot;
                if (lane.broken) {
                    home.readers.discard(lent, lane.ticket, CloseCause.BROKEN, false);
                } else {
                    home.readers.giveBack(lent, lane.ticket);
                }
            }
            case WRITER -> {
                if (lane.broken) {
                    closeQuietly(lane);
                    home.writer = null;
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
            closeQuietly(lane);
        }
        giveBack(lane);
    }

    /** Gives up a slot that was on its way when its session broke; a stale word does nothing. */
    @SuppressWarnings("unchecked")
    void giveUp(Slot<?> slot, long word) {
        if (slot.word() != word) {
            return;
        }
        if (slot.resource() instanceof LaneConnection lane) {
            lane.broken = true;
            if (lane.home.readers != null) {
                lane.home.readers.discard((Slot<LaneConnection>) slot, word, CloseCause.BROKEN, false);
            }
            return;
        }
        Opened home = opened;
        LaneConnection writer = home == null ? null : home.writer;
        if (home != null && writer != null) { // whatever the holder did with it last is not known
            closeQuietly(writer);
            home.writer = null;
        }
        if (home != null) {
            home.gate.giveBack((Slot<WriterGate.Permit>) slot, word);
        }
    }

    /** Before a commit: nothing is acknowledged that went to a file nobody will find. */
    void checkFile(LaneConnection lane) throws SQLException {
        lane.home.identity.check(this, lane.home);
    }

    List<LaneConnection> open() {
        return open;
    }

    void closeQuietly(LaneConnection lane) {
        try {
            shut(lane);
        } catch (SQLException e) {
            LOG.warn("pool '{}': closing a connection failed: {}", pool, e.toString());
        }
    }

    private void shut(LaneConnection lane) throws SQLException {
        open.remove(lane);
        lane.close();
    }

    // ---- housekeeping ------------------------------------------------------------------------------------------

    /** Ends statements whose timeout is over, looks after the WAL, and whether the file is still there. */
    @Override
    public void run(long now) {
        for (LaneConnection lane : open) {
            SessionStatement running = lane.running();
            if (running != null && running.isToEnd()) {
                interruptQuietly(lane, running); // again: the last one may have come before its first step
            }
        }
        for (Session session : sessions) {
            session.sweep();
        }
        Opened here = opened;
        if (here != null) {
            here.identity.look();
            if (here.readers != null) {
                here.checkpoints.tick(now);
            }
        }
    }

    private void interruptQuietly(LaneConnection lane, SessionStatement statement) {
        try {
            lane.interrupt(statement);
        } catch (SQLException e) {
            LOG.debug("pool '{}': an interrupt failed", pool, e);
        }
    }

    /** Readers as the engine's resources. */
    private final class Readers implements Resources<LaneConnection> {
        private final Opened home;

        private Readers(Opened home) {
            this.home = home;
        }

        @Override
        public LaneConnection open() throws SQLException {
            return connect(home, LaneConnection.Role.READER);
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
                shut(lane);
            }
        }

        @Override
        public void abort(LaneConnection lane) {
            try {
                lane.engine.interrupt();
            } catch (SQLException e) {
                LOG.debug("pool '{}': an interrupt failed", pool, e);
            }
        }

        @Override
        public boolean local() {
            return true;
        }

        @Override
        public boolean retryable(Throwable failure) {
            return database.retryable(failure);
        }
    }
}
