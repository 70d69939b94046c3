package io.rockpool.engine;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A pool of items on a platform that stands still: the subject of the cases here and of the Lincheck tests.
 *
 * <p>Threads: any. Units: nanoseconds.
 */
final class StillPool extends StillPlatform implements Resources<StillPool.Item> {

    /** What is lent: plain fields, so that what publishes it is the pool alone. */
    static final class Item {
        final int number;
        int written;
        int closes;

        Item(int number) {
            this.number = number;
        }
    }

    static final long SECOND = 1_000_000_000L;

    /** How long a driver call may take: less than what the housekeeper takes for a pause of the process. */
    static final long PATIENCE = 10_000_000L;

    /** Threads that are only identities: one home slot each in every run. */
    static final Thread A = new Identity(1);

    static final Thread B = new Identity(2);
    static final Thread C = new Identity(3);
    static final Thread D = new Identity(4);

    final ResourcePool<Item> pool;
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger live = new AtomicInteger();

    private final Upkeep<Item> upkeep; // the pool's own is never called
    private final boolean local;

    StillPool(int size, boolean local) {
        this.local = local;
        this.pool = new ResourcePool<>(settings(size), this, this, new PoolEvents() {});
        this.upkeep = new Upkeep<>(pool);
    }

    /** A local one, opened and with nothing lent. */
    static StillPool opened(int size) {
        StillPool still = new StillPool(size, true);
        still.pool.start();
        return still;
    }

    static EngineSettings settings(int size) {
        return new EngineSettings(
                size,
                0,
                SECOND,
                3,
                0,
                0,
                SECOND,
                SECOND,
                PATIENCE,
                PATIENCE,
                0,
                100,
                SECOND,
                false,
                EngineSettings.BARGE_TIME);
    }

    Slot<Item> slot(int index) {
        return pool.table.slots()[index];
    }

    /** Leases what is idle; the ticket. */
    Lease lend(Thread thread) {
        Slot<Item> slot = pool.tryBorrow(thread);
        if (slot == null) {
            throw new IllegalStateException("nothing is idle");
        }
        return new Lease(slot, slot.ticket(), slot.resource());
    }

    /** One lease, as a connection remembers it. */
    record Lease(Slot<Item> slot, long ticket, Item item) {}

    /** A caller that found nothing and was queued. */
    Waiter<Item> queued(Thread thread) {
        Waiter<Item> waiter = pool.waiter(thread, SECOND);
        if (step(waiter) != null) {
            throw new IllegalStateException("it did not have to wait");
        }
        return waiter;
    }

    /** One step of a waiting borrow; a refusal counts as nothing. */
    @Nullable Slot<Item> step(Waiter<Item> waiter) {
        try {
            return pool.advance(waiter);
        } catch (BorrowFailure refused) {
            return null;
        }
    }

    /** Gives back what this slot is leased for, if it is. */
    void giveBackAny(Slot<Item> slot) {
        pool.giveBack(slot, slot.ticket());
    }

    /** One round of the housekeeper, at another time than the pool's. */
    void keepHouse(long now) {
        upkeep.run(now);
    }

    /** From now on the oldest waiter is served before any newcomer. */
    void hunger() {
        move(EngineSettings.BARGE_TIME);
        pool.passes.pass(null);
    }

    @Override
    public Item open() {
        live.incrementAndGet();
        return new Item(opened.incrementAndGet());
    }

    @Override
    public boolean validate(Item item) {
        return true;
    }

    @Override
    public void close(Item item) {
        item.closes++;
        live.decrementAndGet();
    }

    @Override
    public void abort(Item item) {}

    @Override
    public boolean local() {
        return local;
    }

    @Override
    public boolean retryable(Throwable failure) {
        return true;
    }

    private static final class Identity extends Thread {
        private final long id;

        Identity(long id) {
            super("thread-" + id);
            this.id = id;
        }

        @Override
        @SuppressWarnings("deprecation") // threadId(), which is final, is of Java 19
        public long getId() {
            return id;
        }
    }
}
