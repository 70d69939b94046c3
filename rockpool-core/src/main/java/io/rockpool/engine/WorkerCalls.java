package io.rockpool.engine;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The driver calls of one pool that run beside its callers: at most so many at a time, the rest in a queue.
 *
 * <p>A call that hangs is abandoned by the watchdog and no longer counts; from {@link #MOST_STUCK} on the pool
 * opens only now and then. A local resource's calls run at once in the calling thread. Threads: any, no pool lock held.
 */
final class WorkerCalls {

    /** Enough for all openings that may hang beside each other, and some validations and closes. */
    static final int AT_ONCE = 16;

    static final int MOST_STUCK = 8;

    private final Platform platform;
    private final boolean inCaller;
    private final int atOnce;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>(); // guarded by this, as are the counts
    private int running;
    private int stuck;

    WorkerCalls(Platform platform, boolean inCaller, int atOnce) {
        this.platform = platform;
        this.inCaller = inCaller;
        this.atOnce = atOnce;
    }

    void submit(Runnable call) {
        if (inCaller) {
            call.run();
        } else {
            submitApart(call);
        }
    }

    /** On a worker also for a local resource: for a call that ends what hangs, and may hang itself. */
    void submitApart(Runnable call) {
        synchronized (this) { // never held over a call, so that no virtual thread is pinned for long
            if (running >= atOnce + stuck) {
                queue.add(call);
                return;
            }
            running++;
        }
        start(call);
    }

    private void start(Runnable call) {
        try {
            platform.execute(() -> work(call));
        } catch (Throwable t) { // no memory for a thread: neither the place nor the call must be lost with it
            synchronized (this) {
                running--;
                queue.addFirst(call);
            }
            Uncaught.report(t);
        }
    }

    /** Starts what could not be started before; called at every tick. */
    void retry() {
        Runnable call;
        synchronized (this) {
            call = running >= atOnce + stuck ? null : queue.poll();
            if (call == null) {
                return;
            }
            running++;
        }
        start(call);
    }

    private void work(Runnable first) {
        Runnable call = first;
        while (call != null) {
            try {
                call.run();
            } catch (Throwable t) { // the calls report their own failures; this one is ours, and the worker goes on
                Uncaught.report(t);
            }
            call = nextOrStop();
        }
    }

    private synchronized @Nullable Runnable nextOrStop() {
        Runnable call = running > atOnce + stuck ? null : queue.poll();
        if (call == null) {
            running--;
        }
        return call;
    }

    /** A call hangs and was given up: another may run in its place. */
    void abandoned() {
        Runnable waiting;
        synchronized (this) {
            stuck++;
            waiting = running >= atOnce + stuck ? null : queue.poll();
            if (waiting != null) {
                running++;
            }
        }
        if (waiting != null) {
            start(waiting);
        }
    }

    /** An abandoned call came back after all. */
    synchronized void cameBack() {
        stuck--; // below zero for a moment where it comes back just before abandoned() counts it
    }

    synchronized int stuck() {
        return Math.max(0, stuck);
    }

    /** So many hang that another is no way out. */
    synchronized boolean tooManyStuck() {
        return stuck >= MOST_STUCK;
    }
}
