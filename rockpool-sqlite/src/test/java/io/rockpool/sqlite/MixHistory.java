package io.rockpool.sqlite;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** What the threads of one seed did, in the order of each, and who disturbs them. Threads: a list each; the rest any. */
final class MixHistory {

    /** One a thread, and a second one each for reads that lie beside the thread's writes. */
    final List<List<MixUnit>> orders = new ArrayList<>();

    /** What is wrong whatever the order of commits was. */
    final Queue<String> violations = new ConcurrentLinkedQueue<>();

    private final ExecutorService disturber = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "mix-disturber");
        thread.setDaemon(true);
        return thread;
    });

    MixHistory(int threads) {
        for (int i = 0; i < 2 * threads; i++) {
            orders.add(new ArrayList<>());
        }
    }

    /** Cancels again and again until the statement is over, and once more: too late, on purpose. */
    void cancel(Statement statement, AtomicBoolean over) {
        disturber.execute(() -> {
            for (int i = 0; i < 5_000 && !over.get(); i++) {
                LockSupport.parkNanos(200_000);
                cancelOnce(statement);
            }
            cancelOnce(statement);
            LockSupport.parkNanos(300_000);
            cancelOnce(statement);
        });
    }

    private static void cancelOnce(Statement statement) {
        try {
            statement.cancel();
        } catch (SQLException e) { // it is closed by now
            Thread.yield();
        }
    }

    void abort(Connection connection, long afterNanos) {
        disturber.execute(() -> {
            LockSupport.parkNanos(afterNanos);
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                violations.add("abort failed: " + e);
            }
        });
    }

    void endDisturbance() throws InterruptedException {
        disturber.shutdown();
        if (!disturber.awaitTermination(30, TimeUnit.SECONDS)) {
            violations.add("a cancel or an abort hangs");
        }
    }
}
