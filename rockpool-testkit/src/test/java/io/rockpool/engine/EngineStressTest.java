package io.rockpool.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The engine on real threads, for the orders inside a step that the simulator cannot make. Not to be replayed: a seed, set
 * by {@code -Dengine.stress.seed}, repeats what each thread asks for, not the order they come in.
 */
@Timeout(60)
class EngineStressTest {

    private static final int THREADS = 16;
    private static final long MILLI = 1_000_000L;

    private final Queue<String> violations = new ConcurrentLinkedQueue<>();

    // ---- everything at once ------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void no_order_of_calls_loses_a_slot_or_lends_one_twice(boolean local) throws Exception {
        long seed = Long.getLong("engine.stress.seed", System.nanoTime());
        System.out.println("EngineStressTest seed " + seed + (local ? " local" : " remote"));
        Life life = new Life(seed, local);
        life.run((local ? 1_000 : 2_000) * MILLI);
        assertThat(violations).as("seed " + seed).isEmpty();
    }

    /** What is lent: knows its borrower, and how often it was closed. */
    private static final class Item {
        final AtomicReference<Object> owner = new AtomicReference<>();
        final AtomicInteger closes = new AtomicInteger();
        volatile boolean resetting;
    }

    /** One lease, which several threads may try to end; just one may succeed. */
    private record Lease(Slot<Item> slot, long ticket, Item item, AtomicInteger ends) {}

    private final class Life implements Resources<Item> {
        final long seed;
        final boolean local;
        final ResourcePool<Item> pool;
        final Queue<Item> items = new ConcurrentLinkedQueue<>();
        final Queue<Lease> ended = new ConcurrentLinkedQueue<>();
        final AtomicReference<Lease> toEndTwice = new AtomicReference<>();
        final AtomicLong borrows = new AtomicLong();
        final AtomicLong timeouts = new AtomicLong();
        final AtomicLong refusals = new AtomicLong();
        final AtomicLong openErrors = new AtomicLong();
        final AtomicLong interrupts = new AtomicLong();
        final AtomicInteger inDriver = new AtomicInteger();
        final Thread[] workers = new Thread[THREADS];
        volatile boolean stop;
        volatile boolean faults = true;

        Life(long seed, boolean local) {
            this.seed = seed;
            this.local = local;
            pool = new ResourcePool<>(sizes(3, 1), this, JvmPlatform.SHARED, new PoolEvents() {});
        }

        EngineSettings sizes(int size, int overflow) {
            return new EngineSettings(
                    size,
                    overflow,
                    40 * MILLI,
                    3,
                    60 * MILLI,
                    300 * MILLI,
                    60 * MILLI,
                    25 * MILLI,
                    60 * MILLI,
                    80 * MILLI,
                    200 * MILLI,
                    14,
                    5_000 * MILLI,
                    true,
                    EngineSettings.BARGE_TIME);
        }

        void run(long nanos) throws Exception {
            pool.start();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                SplittableRandom random = new SplittableRandom(seed + i);
                workers[i] = thread("worker-" + i, () -> work(random));
                threads.add(workers[i]);
            }
            threads.add(thread("second-closer", () -> endTwice(new SplittableRandom(seed - 1))));
            threads.add(thread("operator", () -> operate(new SplittableRandom(seed - 2))));
            threads.forEach(Thread::start);
            TimeUnit.NANOSECONDS.sleep(nanos);
            stop = true;
            for (Thread thread : threads) {
                thread.join(10_000);
                assertThat(thread.isAlive())
                        .as(() -> thread + " at " + List.of(thread.getStackTrace()))
                        .isFalse();
            }
            faults = false;
            pool.resume();
            pool.resize(sizes(3, 1));
            serveAgain();
            reconcile();
        }

        Thread thread(String name, Runnable body) {
            return new Thread(
                    () -> {
                        try {
                            body.run();
                        } catch (Throwable t) {
                            violations.add(name + " ended by " + t + " at " + List.of(t.getStackTrace()));
                        }
                    },
                    name);
        }

        // ---- a caller ------------------------------------------------------------------------------------------

        void work(SplittableRandom random) {
            while (!stop) {
                Lease lease = take(random.nextInt(4) == 0);
                if (lease != null) {
                    hold(random);
                    Lease nested = random.nextInt(30) == 0 ? take(false) : null;
                    if (nested != null) {
                        end(nested, random);
                    }
                    end(lease, random);
                }
                Thread.interrupted();
            }
        }

        Lease take(boolean onlyIfIdle) {
            Slot<Item> slot;
            try {
                slot = onlyIfIdle ? pool.tryBorrow(Thread.currentThread()) : pool.borrow();
            } catch (BorrowFailure failure) {
                (failure.timedOut() ? timeouts : refusals).incrementAndGet();
                pause(MILLI / 2);
                return null;
            } catch (InterruptedException e) {
                interrupts.incrementAndGet();
                return null;
            }
            if (slot == null) {
                return null;
            }
            borrows.incrementAndGet();
            Lease lease = new Lease(slot, slot.word(), slot.resource(), new AtomicInteger());
            if (Slot.stateOf(lease.ticket) != Slot.LEASED || lease.item == null) {
                violations.add("lent in state " + Slot.stateOf(lease.ticket) + ": " + lease.item);
            } else if (!lease.item.owner.compareAndSet(null, lease)) {
                violations.add("two owners of slot " + slot.index());
            } else if (lease.item.closes.get() != 0) {
                violations.add("lent after it was closed, slot " + slot.index());
            }
            return lease;
        }

        void hold(SplittableRandom random) {
            if (random.nextInt(3) == 0) {
                pause(random.nextLong(random.nextInt(10) == 0 ? 5 * MILLI : MILLI / 5));
            }
        }

        void end(Lease lease, SplittableRandom random) {
            if (lease.slot.word() != lease.ticket) {
                violations.add("the lease of slot " + lease.slot.index() + " ended by itself");
            }
            if (!lease.item.owner.compareAndSet(lease, null)) {
                violations.add("two owners of slot " + lease.slot.index() + " at its return");
            }
            if (random.nextInt(3) == 0) {
                toEndTwice.set(lease);
            }
            endOnce(lease, random);
            ended.add(lease);
            Lease old = random.nextInt(8) == 0 ? ended.peek() : null;
            if (old != null && old != lease && old.ends.get() == 1 && pool.giveBack(old.slot, old.ticket)) {
                violations.add("a stale ticket was taken for slot " + old.slot.index());
            }
            if (ended.size() > 100) {
                Lease checked = ended.poll();
                if (checked != null && checked.ends.get() > 1) {
                    violations.add("ended " + checked.ends + " times: slot " + checked.slot.index());
                }
            }
        }

        void endOnce(Lease lease, SplittableRandom random) {
            int how = random.nextInt(20);
            if (how == 0) {
                count(lease, pool.discard(lease.slot, lease.ticket, CloseCause.BROKEN, random.nextBoolean()));
            } else if (how < 5) {
                long word = pool.beginReset(lease.slot, lease.ticket);
                count(lease, word != 0);
                if (word != 0) {
                    reset(lease, word, random);
                }
            } else {
                count(lease, pool.giveBack(lease.slot, lease.ticket));
            }
        }

        /** The watchdog may close it meanwhile, nobody may get it. */
        void reset(Lease lease, long word, SplittableRandom random) {
            lease.item.resetting = true;
            if (!lease.item.owner.compareAndSet(null, lease)) {
                violations.add("somebody owns what is being reset, slot " + lease.slot.index());
            }
            pause(random.nextInt(300) == 0 ? 100 * MILLI : random.nextLong(MILLI / 5));
            lease.item.owner.set(null);
            lease.item.resetting = false;
            pool.endReset(lease.slot, word, random.nextInt(6) == 0 ? CloseCause.RESET_FAILED : null);
        }

        void count(Lease lease, boolean ended) {
            if (ended && lease.ends.incrementAndGet() > 1) {
                violations.add("two threads ended one lease of slot " + lease.slot.index());
            }
        }

        // ---- who disturbs --------------------------------------------------------------------------------------

        void endTwice(SplittableRandom random) {
            while (!stop) {
                Lease lease = toEndTwice.getAndSet(null);
                if (lease != null) {
                    endOnce(lease, random);
                } else {
                    Thread.onSpinWait();
                    if (random.nextInt(2_000) == 0) {
                        pause(MILLI / 20); // the machine has two cores
                    }
                }
            }
        }

        void operate(SplittableRandom random) {
            while (!stop) {
                pause(random.nextLong(2 * MILLI));
                switch (random.nextInt(12)) {
                    case 0 -> pool.evict();
                    case 1 -> pool.resize(sizes(1 + random.nextInt(4), random.nextInt(3)));
                    case 2 -> pool.resize(sizes(3, 1));
                    case 3 -> {
                        pool.suspend();
                        pause(random.nextLong(2 * MILLI));
                        pool.resume();
                    }
                    case 4 -> pool.distrustIdle();
                    case 5 -> pool.statistics();
                    case 6 -> pool.holdings();
                    default -> workers[random.nextInt(THREADS)].interrupt();
                }
            }
        }

        // ---- the end -------------------------------------------------------------------------------------------

        void serveAgain() throws Exception {
            for (int i = 0; i < 20; i++) {
                Slot<Item> slot = null;
                for (long until = System.nanoTime() + 5_000 * MILLI; slot == null; ) { // the circuit may be open yet
                    try {
                        slot = pool.borrow();
                        borrows.incrementAndGet();
                    } catch (BorrowFailure failure) {
                        (failure.timedOut() ? timeouts : refusals).incrementAndGet();
                        if (System.nanoTime() - until > 0) {
                            fail("seed " + seed + ": nothing is lent any more: " + pool.statistics(), failure);
                        }
                        pause(MILLI);
                    }
                }
                assertThat(pool.giveBack(slot, slot.word())).isTrue();
            }
        }

        void reconcile() {
            for (Lease lease : ended) {
                assertThat(lease.ends).as("each lease ends once").hasValue(1);
            }
            assertThat(pool.statistics().active())
                    .as("leased when all gave back")
                    .isZero();
            assertThat(pool.waiting()).isZero();
            long begun = System.nanoTime();
            pool.close();
            assertThat(System.nanoTime() - begun)
                    .as("a close with nothing lent")
                    .isLessThan(4_000 * MILLI);
            assertThat(pool.isClosed()).isTrue();
            eventually("every abandoned call came back", () -> inDriver.get() == 0 && pool.calls.stuck() == 0);
            EngineStatistics end = pool.statistics();
            String all = "seed " + seed + ": " + end;
            System.out.println("EngineStressTest " + borrows + " borrows, " + interrupts + " interrupts, " + all);
            assertThat(end.leases()).as(all).isEqualTo(borrows.get());
            assertThat(end.timeouts()).as(all).isEqualTo(timeouts.get());
            assertThat(end.rejected()).as(all).isEqualTo(refusals.get());
            assertThat(end.total() + end.opening() + end.waiting()).as(all).isZero();
            assertThat(end.created()).as(all).isEqualTo(items.size());
            assertThat(end.closed().values().stream().mapToLong(Long::longValue).sum())
                    .as(all)
                    .isEqualTo(items.size());
            assertThat(end.misses()).as(all).isLessThanOrEqualTo(end.created());
            assertThat(end.failedOpens())
                    .as(all)
                    .isEqualTo(openErrors.get() + end.closed().getOrDefault("opened_late", 0L));
            assertThat(items).as("each opened is closed once").allMatch(item -> item.closes.get() == 1);
            assertThat(borrows.get()).as("it was a test").isGreaterThan(100);
        }

        // ---- the driver ----------------------------------------------------------------------------------------

        @Override
        public Item open() throws Exception {
            return driver(() -> {
                SplittableRandom random = fault(5, 60, 120 * MILLI);
                if (random != null && random.nextInt(3) == 0) {
                    openErrors.incrementAndGet();
                    if (random.nextBoolean()) {
                        throw new java.io.IOException("connection refused");
                    }
                    throw new AssertionError("a broken driver");
                }
                Item item = new Item();
                items.add(item);
                return item;
            });
        }

        @Override
        public boolean validate(Item item) throws Exception {
            return driver(() -> {
                SplittableRandom random = fault(10, 200, 100 * MILLI);
                if (random != null && random.nextBoolean()) {
                    throw new IllegalStateException("connection reset");
                }
                return random == null || random.nextBoolean();
            });
        }

        @Override
        public void close(Item item) throws Exception {
            driver(() -> {
                if (item.closes.incrementAndGet() != 1) {
                    violations.add("closed twice");
                }
                if (item.owner.get() != null && !item.resetting) {
                    violations.add("closed under its borrower");
                }
                if (fault(20, 100, 100 * MILLI) != null) {
                    throw new IllegalStateException("close failed");
                }
                return null;
            });
        }

        /** Null most often; else a call that is to be strange, after a pause: a short one, rarely one that is given up. */
        SplittableRandom fault(int oneIn, int hangsOneIn, long hang) {
            if (!faults) {
                return null;
            }
            ThreadLocalRandom random = ThreadLocalRandom.current();
            if (random.nextInt(hangsOneIn) == 0) {
                pause(hang);
            }
            if (random.nextInt(oneIn) != 0) {
                return null;
            }
            pause(random.nextLong(2 * MILLI));
            return new SplittableRandom(random.nextLong());
        }

        <V> V driver(Callable<V> call) throws Exception {
            inDriver.incrementAndGet();
            try {
                return call.call();
            } finally {
                inDriver.decrementAndGet();
            }
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
    }

    // ---- wake-ups ----------------------------------------------------------------------------------------------

    /** With the housekeeper's pass every 20 ms a lost wake-up is a late one; without it, nobody comes to the rescue. */
    @Test
    void no_wake_up_is_lost_where_no_housekeeper_makes_up_for_it() throws Exception {
        int threads = 3;
        ResourcePool<Integer> pool =
                new ResourcePool<>(plain(1, 0, 3_000 * MILLI), new Numbers(), new NoHousekeeper(), new PoolEvents() {});
        pool.start();
        AtomicLong arrived = new AtomicLong();
        long until = System.nanoTime() + 1_000 * MILLI;
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            all.add(new Thread(() -> {
                try {
                    while (violations.isEmpty() && System.nanoTime() - until < 0) {
                        long round = (arrived.getAndIncrement() / threads + 1) * threads;
                        while (arrived.get() < round && System.nanoTime() - until < 0) {
                            Thread.yield(); // all begin at once, so the last of a round has nobody behind it
                        }
                        Slot<Integer> slot = pool.borrow();
                        ThreadLocalRandom random = ThreadLocalRandom.current();
                        long held =
                                System.nanoTime() + random.nextLong(random.nextInt(50) == 0 ? 2 * MILLI : MILLI / 50);
                        while (System.nanoTime() - held < 0) {
                            Thread.yield();
                        }
                        pool.giveBack(slot, slot.word());
                    }
                } catch (Exception e) {
                    violations.add(e + " after " + arrived + " borrows");
                }
            }));
        }
        all.forEach(Thread::start);
        for (Thread thread : all) {
            thread.join(20_000);
        }
        System.out.println("EngineStressTest " + arrived.get() / threads + " rounds, " + pool.statistics());
        assertThat(violations).isEmpty();
        assertThat(pool.statistics().waits()).as("it was a test").isPositive();
        pool.close();
        assertThat(pool.isClosed()).isTrue();
    }

    /** Real threads and time, and no chores. */
    private static final class NoHousekeeper implements Platform {
        private final Tick tick = new Tick(System.nanoTime());

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public Tick tick() {
            return tick;
        }

        @Override
        public long random(long bound) {
            return 0;
        }

        @Override
        public void execute(Runnable task) {
            JvmPlatform.SHARED.execute(task);
        }

        @Override
        public void join(Chores chores) {}

        @Override
        public void leave(Chores chores) {}
    }

    // ---- virtual threads ---------------------------------------------------------------------------------------

    @Test
    void ten_thousand_virtual_threads_are_all_served() throws Exception {
        Method start = null;
        try {
            start = Thread.class.getMethod("startVirtualThread", Runnable.class);
            ((Thread) start.invoke(null, (Runnable) () -> {})).join();
        } catch (NoSuchMethodException | InvocationTargetException e) { // before 19, or a preview in 19 and 20
            assumeTrue(false, "this JDK has no virtual threads");
        }
        int count = 10_000;
        ResourcePool<Integer> pool = new ResourcePool<>(
                plain(10, 0, 30_000 * MILLI), new Numbers(), JvmPlatform.SHARED, new PoolEvents() {});
        pool.start();
        AtomicInteger[] owners = new AtomicInteger[10];
        Arrays.setAll(owners, i -> new AtomicInteger());
        CountDownLatch served = new CountDownLatch(count);
        long begun = System.nanoTime();
        for (int i = 0; i < count; i++) {
            start.invoke(null, (Runnable) () -> {
                try {
                    Slot<Integer> slot = pool.borrow();
                    AtomicInteger owner = owners[slot.index()];
                    if (owner.incrementAndGet() != 1) {
                        violations.add("two owners of slot " + slot.index());
                    }
                    TimeUnit.MILLISECONDS.sleep(1);
                    owner.decrementAndGet();
                    if (!pool.giveBack(slot, slot.word())) {
                        violations.add("the lease of slot " + slot.index() + " ended by itself");
                    }
                    served.countDown();
                } catch (Throwable t) {
                    violations.add(t.toString());
                }
            });
        }
        boolean all = served.await(30, TimeUnit.SECONDS);
        EngineStatistics end = pool.statistics();
        System.out.println("EngineStressTest virtual: " + (System.nanoTime() - begun) / MILLI + " ms, " + end);
        assertThat(violations).isEmpty();
        assertThat(all).as(() -> served.getCount() + " were not served: " + end).isTrue();
        assertThat(end.leases()).isEqualTo(count);
        pool.close();
        assertThat(pool.statistics().total()).isZero();
    }

    // ---- helpers -----------------------------------------------------------------------------------------------

    private static EngineSettings plain(int size, int overflow, long borrowTimeout) {
        long minute = 60_000 * MILLI;
        return new EngineSettings(
                size,
                overflow,
                borrowTimeout,
                3,
                0,
                0,
                minute,
                minute,
                minute,
                minute,
                0,
                100_000,
                minute,
                true,
                EngineSettings.BARGE_TIME);
    }

    private static final class Numbers implements Resources<Integer> {
        private final AtomicInteger last = new AtomicInteger();

        @Override
        public Integer open() {
            return last.incrementAndGet();
        }

        @Override
        public boolean validate(Integer resource) {
            return true;
        }

        @Override
        public void close(Integer resource) {}

        @Override
        public void abort(Integer resource) {}

        @Override
        public boolean local() {
            return false;
        }

        @Override
        public boolean retryable(Throwable failure) {
            return true;
        }
    }

    /** Ends early where the thread is interrupted, but not for a wake-up that the pool sent too late. */
    private static void pause(long nanos) {
        long until = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !Thread.currentThread().isInterrupted(); left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void eventually(String what, BooleanSupplier condition) {
        for (int i = 0; i < 300 && !condition.getAsBoolean(); i++) {
            pause(10 * MILLI);
        }
        assertThat(condition.getAsBoolean()).as(what).isTrue();
    }
}
