package io.rockpool.admin;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The server's own two threads, and a watchdog that cuts off slow clients.
 *
 * <p>Threads: a worker runs one request at a time and says where it is; the watchdog looks twenty times within the
 * limit. Units: nanoseconds of {@link System#nanoTime()}. Errors: throws none to the caller; a client that was cut sees
 * its connection closed. Source: security goal S8, test H4, docs/security-matrix.md.
 *
 * <pre>
 *   begin -> RECEIVING --received()--> working --sending()--> SENDING -> end
 *               |  over the limit                                |  over the limit
 *               +------------- interrupt: the JDK closes the channel
 * </pre>
 *
 * An interrupt closes the channel a thread is blocked on (java.nio.channels.InterruptibleChannel). That is a limit for
 * this server alone, unlike sun.net.httpserver.maxReqTime and maxRspTime, which would cut the long downloads of every
 * other HttpServer in the process. While a request is being worked on the thread is never interrupted: the log file it
 * may be writing is a channel too.
 */
final class RequestWorkers implements Executor, AutoCloseable {

    private static final int THREADS = 2;
    private static final long LOOKS_PER_LIMIT = 20;
    private static final ThreadLocal<Watched> CURRENT = new ThreadLocal<>();

    private final long limitNanos;
    private final ExecutorService threads;
    private final ScheduledExecutorService watchdog;
    private final Set<Watched> running = ConcurrentHashMap.newKeySet();

    /** The limit holds for receiving a request's head and for sending its answer, each. */
    RequestWorkers(Duration limit) {
        limitNanos = limit.toNanos();
        AtomicInteger number = new AtomicInteger();
        threads = Executors.newFixedThreadPool(THREADS, task -> daemon(task, "" + number.incrementAndGet()));
        watchdog = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "watchdog"));
        long look = limitNanos / LOOKS_PER_LIMIT;
        var unused = watchdog.scheduleWithFixedDelay(this::cutTheSlow, look, look, TimeUnit.NANOSECONDS);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, "rockpool-admin-" + name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void execute(Runnable request) {
        threads.execute(() -> run(request));
    }

    private void run(Runnable request) {
        Watched watched = new Watched(Thread.currentThread());
        CURRENT.set(watched);
        running.add(watched);
        try {
            request.run();
        } finally {
            running.remove(watched);
            CURRENT.remove();
            watched.end();
        }
    }

    /** The calling worker has the request and will not touch its channel before {@link #sending()}. */
    static void received() throws InterruptedIOException {
        CURRENT.get().leaveChannel();
    }

    /** The calling worker begins to send. */
    static void sending() {
        CURRENT.get().useChannel();
    }

    private void cutTheSlow() {
        long now = System.nanoTime();
        running.forEach(watched -> watched.cutIfSlow(now, limitNanos));
    }

    /** Ends every thread; returns when they have ended, or after some seconds if a handler hangs. */
    @Override
    public void close() {
        watchdog.shutdownNow();
        threads.shutdownNow();
        try {
            // One wait after the other: both are told to end before the first wait.
            var unused =
                    threads.awaitTermination(5, TimeUnit.SECONDS) && watchdog.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One request under way. Its monitor decides between the worker that goes on and the watchdog that cuts. */
    private static final class Watched {
        private final Thread worker;
        private boolean usesChannel;
        private long since;
        private boolean cut;

        Watched(Thread worker) {
            this.worker = worker;
            useChannel();
        }

        synchronized void useChannel() {
            since = System.nanoTime();
            usesChannel = true;
        }

        synchronized void leaveChannel() throws InterruptedIOException {
            usesChannel = false;
            if (cut) {
                throw new InterruptedIOException("the client took too long to send its request");
            }
        }

        synchronized void cutIfSlow(long now, long limitNanos) {
            if (usesChannel && !cut && now - since > limitNanos) {
                cut = true;
                worker.interrupt();
            }
        }

        /** After this no interrupt can come; ThreadPoolExecutor clears one that came before the next request begins. */
        synchronized void end() {
            usesChannel = false;
        }
    }
}
