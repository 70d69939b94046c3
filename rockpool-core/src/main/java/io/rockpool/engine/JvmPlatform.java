package io.rockpool.engine;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The real platform: {@code System.nanoTime}, one housekeeping thread for all pools of the JVM, and worker threads for
 * driver calls that may hang.
 *
 * <p>Threads: all are daemons and end by themselves: the housekeeper when the last pool leaves, a worker after ten idle
 * seconds. They carry no context class loader of an application, so that a redeploy leaves nothing behind.
 */
public final class JvmPlatform implements Platform {

    /** The platform that all pools of this JVM share. */
    public static final JvmPlatform SHARED = new JvmPlatform();

    private static final int WORKER_IDLE_SECONDS = 10;

    /** Many ticks; a listener of the pool that closes may keep the housekeeper longer, and is not waited for. */
    private static final int MOST_MILLIS_TO_END = 200;

    private final Tick tick = new Tick(System.nanoTime());
    private final List<Chores> pools = new CopyOnWriteArrayList<>();
    private final ReentrantLock lifecycle = new ReentrantLock();
    private volatile @Nullable Thread housekeeper; // written under lifecycle
    private final AtomicInteger workerNumber = new AtomicInteger();
    private final ThreadPoolExecutor workers = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE, // each pool bounds its own calls; a hung one must not take another's thread
            WORKER_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> daemon(task, "rockpool-worker-" + workerNumber.incrementAndGet()));

    private JvmPlatform() {
        Uncaught.load();
    }

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
        return ThreadLocalRandom.current().nextLong(bound);
    }

    @Override
    public void execute(Runnable task) {
        workers.execute(task);
    }

    @Override
    public void join(Chores chores) {
        lifecycle.lock();
        try {
            tick.move(System.nanoTime());
            pools.add(chores);
            if (housekeeper == null || !housekeeper.isAlive()) {
                housekeeper = daemon(this::keepHouse, "rockpool-housekeeper"); // before it starts, and looks
                housekeeper.start(); // where it cannot, the next pool tries again
            }
        } finally {
            lifecycle.unlock();
        }
    }

    /** The last to leave waits for the housekeeper's end: an application server may take its classes away next. */
    @Override
    public void leave(Chores chores) {
        Thread ending = null;
        lifecycle.lock();
        try {
            pools.remove(chores);
            if (pools.isEmpty() && housekeeper != null) {
                ending = housekeeper;
                housekeeper = null;
            }
        } finally {
            lifecycle.unlock();
        }
        if (ending != null) {
            LockSupport.unpark(ending);
            awaitEnd(ending);
        }
    }

    private static void awaitEnd(Thread ending) {
        if (ending == Thread.currentThread()) {
            return;
        }
        try {
            ending.join(MOST_MILLIS_TO_END);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void keepHouse() {
        while (housekeeper == Thread.currentThread()) {
            try {
                tickOnce(System.nanoTime());
                Thread.interrupted(); // a flag left by a listener would end every sleep at once
                LockSupport.parkNanos(this, Tick.PERIOD);
            } catch (Throwable t) { // not even a full heap may stop the clock of all pools
                rest(t);
            }
        }
    }

    private void rest(Throwable t) {
        try {
            Uncaught.report(t);
            LockSupport.parkNanos(this, Tick.PERIOD);
        } catch (Throwable again) { // nor that there is no memory to tell of it
            Thread.onSpinWait();
        }
    }

    private void tickOnce(long now) {
        tick.move(now);
        for (Chores chores : pools) {
            try {
                chores.run(now);
            } catch (Throwable t) { // one pool's trouble must not keep the others waiting
                Uncaught.report(t);
            }
        }
    }

    @Override
    public boolean isOwnThread() {
        return Thread.currentThread() instanceof OwnThread;
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new OwnThread(task, name);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        return thread;
    }

    /** Known by its class, so that work told on it is not waited for on it. */
    private static final class OwnThread extends Thread {
        private OwnThread(Runnable task, String name) {
            super(null, task, name, 0, false);
        }
    }
}
