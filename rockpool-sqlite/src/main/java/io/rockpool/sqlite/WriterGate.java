package io.rockpool.sqlite;

import io.rockpool.engine.BorrowFailure;
import io.rockpool.engine.EngineSettings;
import io.rockpool.engine.EngineStatistics;
import io.rockpool.engine.Holding;
import io.rockpool.engine.Platform;
import io.rockpool.engine.PoolEvents;
import io.rockpool.engine.ResourcePool;
import io.rockpool.engine.Resources;
import io.rockpool.engine.Slot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one permit to write to a database file, for all pools of the JVM that have it open.
 *
 * <p>Writers wait here, in Java and strictly in their order, so that SQLite's own lock is never contended from within. A file is known
 * by its identity, not its name. The permit is the one resource of an engine pool: fair, cancellable, with its holder
 * known, and a second borrow by its holder refused at once.
 *
 * <p>Threads: any.
 */
final class WriterGate implements Resources<WriterGate.Permit> {

    /** Held by whoever may write. */
    static final class Permit {
        /** What its holder runs, or ran last. */
        volatile @Nullable String sql;

        /** Where its holder took it for a transaction. */
        volatile @Nullable Throwable takenAt;

        volatile @Nullable Session session;

        volatile @Nullable Thread holder;
    }

    private static final Map<Object, WriterGate> GATES = new HashMap<>(); // guarded by itself

    /**
     * Commits of this JVM, twice: odd while one is being made. Two equal even values, read before and after, mean that
     * nothing was committed from here in between.
     */
    private final AtomicLong epoch = new AtomicLong();

    /** Connections that commit without the permit: the driver's own, in a caller's hands. */
    private final AtomicInteger unseen = new AtomicInteger();

    /** Connections with attached files, which may commit to any. */
    private static final AtomicInteger ATTACHED = new AtomicInteger();

    /** Raised with each change of the schema from here. */
    private final AtomicLong schemaEpoch = new AtomicLong();

    private final Object file;
    private final ResourcePool<Permit> permits;
    private volatile @Nullable Permit permit;
    private int users; // guarded by GATES

    private WriterGate(Object file, EngineSettings settings, Platform platform) {
        this.file = file;
        this.permits = new ResourcePool<>(ofOne(settings), this, platform, new PoolEvents() {});
    }

    private static EngineSettings ofOne(EngineSettings s) {
        return new EngineSettings(
                1,
                0,
                s.borrowTimeout(),
                0,
                0,
                0,
                s.overflowLinger(),
                s.validationWindow(),
                s.validationTimeout(),
                s.openTimeout(),
                0,
                Math.max(s.maxWaiters(), s.poolSize() + s.maxOverflow()),
                s.drainTimeout(),
                s.failOnDeadlock(),
                0); // whoever is overtaken here waits for many writes
    }

    /** The file's gate; ended by {@link #leave}. The first pool's settings are the gate's. */
    static WriterGate join(Object file, EngineSettings settings, Platform platform) {
        synchronized (GATES) {
            WriterGate gate = GATES.get(file);
            if (gate == null) {
                gate = new WriterGate(file, settings, platform);
                gate.permits.start();
                GATES.put(file, gate);
            }
            gate.users++;
            return gate;
        }
    }

    /** This pool writes no more. */
    void leave() {
        synchronized (GATES) {
            if (--users > 0) {
                return;
            }
            GATES.remove(file, this);
        }
        permits.beginClose();
    }

    // ---- the permit --------------------------------------------------------------------------------------------

    /** The permit, or null where it is held or others wait for it. */
    @Nullable Slot<Permit> tryTake() {
        return permits.tryBorrow(Thread.currentThread());
    }

    /** The permit, or null where {@code givenUp} said so first. */
    @Nullable Slot<Permit> take(long timeout, BooleanSupplier givenUp) throws BorrowFailure, InterruptedException {
        return permits.borrow(timeout, givenUp);
    }

    /** Gives the permit back; a stale ticket does nothing. */
    void giveBack(Slot<Permit> slot, long ticket) {
        if (slot.word() == ticket) {
            slot.resource().holder = null;
            permits.giveBack(slot, ticket);
        }
    }

    /** The session that holds the permit, where this thread took it. */
    @Nullable Session sessionOfThisThread() {
        Permit now = permit;
        return now != null && now.holder == Thread.currentThread() ? now.session : null;
    }

    List<Holding> holdings() {
        return permits.holdings();
    }

    EngineStatistics statistics() {
        return permits.statistics();
    }

    // ---- epochs ------------------------------------------------------------------------------------------------

    long epoch() {
        return epoch.get();
    }

    /** A commit is about to be made; by the permit's holder. */
    void committing() {
        epoch.updateAndGet(e -> e | 1); // odd, also where an error of the JVM has left it so
    }

    /** It was made, or has failed. */
    void committed() {
        epoch.updateAndGet(e -> (e | 1) + 1);
    }

    /** A connection of this JVM that commits without the permit comes, or has gone. */
    void unseenCommits(int change) {
        if (change < 0) {
            epoch.addAndGet(2); // before the number: a snapshot from before its commits matches no more
        }
        unseen.addAndGet(change);
    }

    /** A connection that commits to files of other gates as well comes, or has gone. */
    static void attachedCommits(int change) {
        if (change < 0) {
            synchronized (GATES) {
                GATES.values().forEach(gate -> gate.epoch.addAndGet(2));
            }
        }
        ATTACHED.addAndGet(change);
    }

    /** Whether the epoch tells of every commit. */
    boolean seesCommits() {
        return unseen.get() + ATTACHED.get() == 0;
    }

    long schemaEpoch() {
        return schemaEpoch.get();
    }

    void schemaChanged() {
        schemaEpoch.incrementAndGet();
    }

    // ---- resources ---------------------------------------------------------------------------------------------

    @Override
    public Permit open() {
        Permit made = new Permit();
        permit = made;
        return made;
    }

    @Override
    public boolean validate(Permit permit) {
        return true;
    }

    @Override
    public void close(Permit permit) {}

    @Override
    public void abort(Permit permit) {}

    @Override
    public boolean local() {
        return true;
    }

    @Override
    public boolean retryable(Throwable failure) {
        return false;
    }
}
