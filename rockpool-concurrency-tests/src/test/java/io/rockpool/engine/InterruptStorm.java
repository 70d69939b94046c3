package io.rockpool.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Real threads that borrow from a pool of one and are interrupted while they wait: whoever is interrupted has left the
 * queue, and no slot is lost with it.
 *
 * <p>Exit: 0 all is well, 1 it is not, and what is wrong is printed.
 */
public final class InterruptStorm {

    public static final int VIOLATED = 1;

    private static final int THREADS = 6;
    private static final long MILLI = 1_000_000L;
    private static final int BORROWS = 3_000;

    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong interrupted = new AtomicLong();
    private final ResourcePool<Object> pool;

    private InterruptStorm() {
        long second = 1_000 * MILLI;
        pool = new ResourcePool<>(
                new EngineSettings(
                        1,
                        0,
                        2 * second,
                        3,
                        0,
                        0,
                        second,
                        second,
                        second,
                        second,
                        0,
                        100,
                        second,
                        false,
                        EngineSettings.BARGE_TIME),
                new Objects(),
                JvmPlatform.SHARED,
                new PoolEvents() {});
    }

    public static void main(String[] arguments) throws InterruptedException {
        String violated = new InterruptStorm().rage();
        System.out.println(violated == null ? "nothing was violated" : "violated: " + violated);
        System.exit(violated == null ? 0 : VIOLATED);
    }

    private String rage() throws InterruptedException {
        pool.start();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(new Thread(this::borrow, "borrower-" + i));
        }
        threads.forEach(Thread::start);
        while (threads.stream().anyMatch(Thread::isAlive)) {
            threads.get(ThreadLocalRandom.current().nextInt(THREADS)).interrupt();
            Thread.sleep(0, 100_000);
        }
        EngineStatistics end = pool.statistics();
        System.out.println(begun + " borrows, " + interrupted + " interrupted, " + end);
        if (interrupted.get() == 0) {
            return "nobody was interrupted";
        }
        return end.active() == 0 && end.waiting() == 0 && end.timeouts() == 0
                ? null
                : "a slot or a place is lost: " + end;
    }

    private void borrow() {
        long timeouts = 0;
        while (begun.getAndIncrement() < BORROWS && timeouts == 0) {
            try {
                Slot<Object> slot = pool.borrow();
                long until = System.nanoTime() + MILLI / 10;
                while (System.nanoTime() - until < 0) {
                    Thread.onSpinWait();
                }
                pool.giveBack(slot, slot.ticket());
            } catch (InterruptedException e) {
                Thread.interrupted(); // the flag is kept by the pool
                interrupted.incrementAndGet();
            } catch (BorrowFailure e) {
                timeouts++;
            }
        }
    }

    private static final class Objects implements Resources<Object> {
        @Override
        public Object open() {
            return new Object();
        }

        @Override
        public boolean validate(Object resource) {
            return true;
        }

        @Override
        public void close(Object resource) {}

        @Override
        public void abort(Object resource) {}

        @Override
        public boolean local() {
            return true;
        }

        @Override
        public boolean retryable(Throwable failure) {
            return true;
        }
    }
}
