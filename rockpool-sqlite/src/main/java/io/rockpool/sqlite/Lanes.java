package io.rockpool.sqlite;

import io.rockpool.engine.EngineSettings;
import io.rockpool.engine.Platform;
import io.rockpool.engine.Slot;
import io.rockpool.jdbc.Database;
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
 * The sessions of one pool, and the lanes they share: {@link FileLanes}, one that writes, and some that only read.
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
 * <p>Threads: any.
 */
final class Lanes implements Platform.Chores {

    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

    /** When an idle reader ends the snapshot that it keeps, so that the WAL is never pinned by it. */
    static final long SNAPSHOT_IDLE_NANOS = 50_000_000L;

    final String pool;
    final SqliteDatabase database;
    final Platform platform;
    final EngineSettings settings;
    private final ReentrantLock lifecycle = new ReentrantLock();
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet(); // changed under lifecycle
    private boolean ending; // under lifecycle
    private boolean hasOpened; // under lifecycle: from then on the file is there, or was deleted
    private boolean joined; // under lifecycle: the platform's housekeeping
    private final List<LaneConnection> open = new CopyOnWriteArrayList<>();
    private volatile @Nullable FileLanes opened;

    /** When another process's lock was last in the way; 0: never. */
    volatile long lockedByAnother;

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
                opened = FileLanes.open(this);
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
        FileLanes closing = opened;
        opened = null;
        if (closing != null) {
            closing.close();
        }
    }

    /** The lanes of now; after the file was replaced, those of the new one. */
    FileLanes now() throws SQLException {
        FileLanes now = opened;
        return now != null ? now : reopened();
    }

    private FileLanes reopened() throws SQLException {
        lifecycle.lock();
        try {
            FileLanes now = opened;
            if (now == null) {
                if (sessions.isEmpty()) {
                    throw new SQLNonTransientConnectionException(
                            "pool '" + pool + "' is closed; build a new pool", "08003");
                }
                database.checkFileExists();
                now = FileLanes.open(this);
                opened = now;
            }
            return now;
        } finally {
            lifecycle.unlock();
        }
    }

    /** The file was deleted or replaced: every connection to the old one is closed as soon as it is free. */
    void forsake(FileLanes old) {
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
        old.close(); // outside the lock: it may last as long as what runs there, and the new file needs nobody to wait
    }

    // ---- lending -----------------------------------------------------------------------------------------------

    /** For the driver's answers that need no database. */
    SQLiteConnection anyDriver() throws SQLException {
        return database.memory();
    }

    /** Gives up a slot that was on its way when its session broke; a stale word does nothing. */
    void giveUp(Slot<?> slot, long word) {
        FileLanes home = slot.resource() instanceof LaneConnection lane ? lane.home : opened;
        if (home != null && slot.word() == word) {
            home.giveUp(slot, word);
        }
    }

    void add(LaneConnection lane) {
        open.add(lane);
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

    void shut(LaneConnection lane) throws SQLException {
        open.remove(lane);
        lane.close();
    }

    /** How they stand now; none before the first session and after the last. */
    List<Database.LaneStanding> standing() {
        FileLanes now = opened;
        return now == null ? List.of() : now.standing();
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
        FileLanes here = opened;
        if (here != null) {
            here.identity.look();
            if (!here.isSingle()) {
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
}
