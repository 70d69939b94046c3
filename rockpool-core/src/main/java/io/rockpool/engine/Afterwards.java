package io.rockpool.engine;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What a pass under the lock decided and has to be done once the lock is free: wake-ups first, then driver calls (I3).
 *
 * <p>Threads: one at a time. A run that ended in an Error, for want of stack or memory, may be taken up by another thread.
 */
final class Afterwards<T> {

    /** A call on behalf of a slot that was moved to this word for it. */
    private record Due<T>(Slot<T> slot, long word, Runnable call) {}

    private final ArrayDeque<Waiter<T>> wake = new ArrayDeque<>(2);
    private @Nullable ArrayDeque<Due<T>> calls;

    /** Another one that was left behind. */
    @Nullable Afterwards<T> next;

    void wake(Waiter<T> waiter) {
        wake.add(waiter);
    }

    void call(Slot<T> slot, long word, Runnable driverCall) {
        if (calls == null) {
            calls = new ArrayDeque<>(2);
        }
        calls.add(new Due<>(slot, word, driverCall));
    }

    void run(Platform platform) {
        Waiter<T> waiter;
        while ((waiter = wake.peek()) != null) {
            platform.unpark(waiter);
            wake.poll(); // after: better woken twice than never
        }
        Due<T> due;
        while (calls != null && (due = calls.poll()) != null) {
            try {
                due.call.run();
            } catch (Throwable t) { // the slots of the next calls wait for theirs
                if (due.slot.word == due.word) {
                    due.slot.lost = due.word;
                }
                Uncaught.report(t);
            }
        }
    }
}
