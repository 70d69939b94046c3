package io.rockpool.sqlite;

import io.rockpool.engine.BorrowFailure;
import io.rockpool.engine.Slot;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * Moves the WAL into the database file, so that no committer has to.
 *
 * <p>PASSIVE while writers go on, by a connection of its own on a worker thread. Where the WAL has grown long all the same, once
 * with the permit in hand, so that it is taken over to its end and the next writer begins it anew; at {@link
 * Limits#truncateBytes} it is cut as well. A checkpoint that waits for readers stops writers for as long, so none waits but
 * the milliseconds of {@link SqliteDatabase#NATIVE_WAIT_MILLIS}: whoever pins the WAL is named, and it is tried again.
 *
 * <p>Threads: {@link #tick} by the housekeeper; the work by one worker at a time.
 */
final class Checkpoints {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    /**
     * When it does what.
     *
     * @param commits after which the WAL is looked at
     * @param quietNanos time after which it is looked at where there were fewer
     * @param longFrames from which it is taken over with the permit in hand
     * @param pinnedFrames from which a reader that pins it is named
     * @param truncateBytes size of the WAL from which it is cut
     */
    record Limits(long commits, long quietNanos, long longFrames, long pinnedFrames, long truncateBytes) {
        static final Limits USUAL = new Limits(500, 1_000_000_000L, 4_000, 64_000, TRUNCATE_BYTES);
    }

    /** Frames at which a committer does it after all; housekeeping is late then. */
    static final long BACKSTOP_FRAMES = 16_000;

    /** The WAL's {@code journal_size_limit}. */
    static final long TRUNCATE_BYTES = 64L << 20;

    private static final int MOST_MILLIS_TO_CLOSE = 1_000;

    private final Lanes lanes;
    private final FileLanes home;
    private final AtomicBoolean working = new AtomicBoolean();
    private @Nullable SQLiteConnection own; // by the worker
    private volatile boolean closed;
    volatile Limits limits = Limits.USUAL;
    private final AtomicLong seenEpoch = new AtomicLong(); // by the housekeeper, or by the worker while there is one
    private long seenAt; // by the housekeeper
    private volatile long retryAt;
    private volatile long logFrames;
    private volatile long pinnedTold;

    Checkpoints(Lanes lanes, FileLanes home) {
        this.lanes = lanes;
        this.home = home;
        this.seenAt = lanes.platform.tick().now();
    }

    /** Frames in the WAL at the last look. */
    long logFrames() {
        return logFrames;
    }

    /** Frames in the WAL when a reader that pins it was last named; 0: nobody pins it. */
    long pinnedTold() {
        return pinnedTold;
    }

    void tick(long now) {
        long commits = (home.gate.epoch() - seenEpoch.get()) / 2;
        boolean due = commits >= limits.commits || (commits > 0 && now - seenAt >= limits.quietNanos);
        if (!due || now - retryAt < 0 || closed || !working.compareAndSet(false, true)) {
            return;
        }
        seenEpoch.set(home.gate.epoch());
        seenAt = now;
        lanes.platform.execute(this::work);
    }

    private void work() {
        try {
            if (!closed) {
                checkpoint();
            }
        } catch (SQLException e) {
            retryAt = lanes.platform.tick().now() + limits.quietNanos;
            LOG.debug("pool '{}': a checkpoint failed, and is tried again: {}", lanes.pool, e.toString());
        } finally {
            if (closed) {
                closeOwn();
            }
            working.set(false);
        }
    }

    private void checkpoint() throws SQLException {
        SQLiteConnection connection = own;
        if (!home.identity.isSame()) {
            return; // another file is none of ours
        }
        if (connection == null) {
            connection = lanes.database.connect(LaneConnection.Role.PRIVATE);
            own = connection;
        }
        long[] passive = run(connection, "PASSIVE");
        logFrames = passive[1];
        if (passive[1] >= limits.longFrames) {
            takeOver(connection);
        }
    }

    /**
     * With the permit in hand nobody adds to the WAL, so a passive checkpoint reaches its end, if no reader is behind. From
     * then on readers begin on the file alone; those still on the WAL have the few milliseconds of a native wait to end.
     */
    private void takeOver(SQLiteConnection connection) throws SQLException {
        Slot<WriterGate.Permit> permit = null;
        try {
            permit = home.gate.take(1_000_000_000L, () -> closed);
            if (permit == null) {
                return;
            }
            permit.resource().sql = "(checkpoint)";
            long[] result = run(connection, "PASSIVE");
            boolean whole = result[1] == result[2];
            if (whole) {
                pinnedTold = 0;
                home.gate.committed(); // so that no reader keeps its snapshot, which pins the WAL, for its next read
                seenEpoch.addAndGet(2); // that was no commit
                result = run(connection, result[1] * 4096 >= limits.truncateBytes ? "TRUNCATE" : "RESTART");
            }
            logFrames = result[1];
            if (!whole && result[1] >= limits.pinnedFrames) {
                tellWhoPins(result);
            }
        } catch (BorrowFailure e) {
            LOG.debug("pool '{}': no turn for a checkpoint among the writers", lanes.pool);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (permit != null) {
                home.gate.giveBack(permit, permit.ticket());
            }
        }
    }

    /** busy, frames in the WAL, frames moved. */
    private static long[] run(SQLiteConnection connection, String mode) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
            return row.next() ? new long[] {row.getLong(1), row.getLong(2), row.getLong(3)} : new long[3];
        }
    }

    private void tellWhoPins(long[] result) {
        if (result[1] < pinnedTold * 2) {
            return; // told; again when it has doubled
        }
        pinnedTold = result[1];
        LOG.warn(
                "pool '{}': the WAL has {} pages, and only {} could be moved into the file.{}",
                lanes.pool,
                result[1],
                result[2],
                pinning());
    }

    /** Who reads an old state, as far as this pool knows. */
    String pinning() {
        String held = LaneWaits.holders(home.readersLent());
        return held.isEmpty() ? " Another process, or a connection that is no reader, holds on to an old state." : held;
    }

    /** The last checkpoint of a pool's life, by its writer. */
    static void finish(LaneConnection writer, String pool) throws SQLException {
        try (Statement statement = writer.driver.createStatement()) {
            statement.execute("PRAGMA analysis_limit=400");
            statement.execute("PRAGMA optimize");
        }
        long[] result = run(writer.driver, "TRUNCATE");
        if (result[0] != 0) {
            LOG.debug("pool '{}': the WAL is in use by others and stays", pool);
        }
    }

    void close() {
        closed = true;
        for (int i = 0; i < MOST_MILLIS_TO_CLOSE; i++) { // else the worker closes it, later than the pool
            if (working.compareAndSet(false, true)) {
                closeOwn();
                return;
            }
            LockSupport.parkNanos(1_000_000L);
        }
    }

    private void closeOwn() {
        SQLiteConnection connection = own;
        own = null;
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.warn("pool '{}': closing a connection failed: {}", lanes.pool, e.toString());
            }
        }
    }
}
