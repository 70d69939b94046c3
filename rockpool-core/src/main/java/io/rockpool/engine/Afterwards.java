package io.rockpool.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a pass under the lock decided and has to be done once the lock is free: wake-ups first, then driver calls (I3). */
final class Afterwards<T> {

    private final List<Waiter<T>> wake = new ArrayList<>(2);
    private @Nullable List<Runnable> calls;

    void wake(@Nullable Waiter<T> waiter) {
        if (waiter != null) {
            wake.add(waiter);
        }
    }

    void call(Runnable driverCall) {
        if (calls == null) {
            calls = new ArrayList<>(2);
        }
        calls.add(driverCall);
    }

    void run(Platform platform) {
        for (int i = 0; i < wake.size(); i++) {
            platform.unpark(wake.get(i));
        }
        if (calls != null) {
            for (Runnable call : calls) {
                try {
                    call.run();
                } catch (Throwable t) { // the slots of the next calls wait for theirs
                    Uncaught.report(t);
                }
            }
        }
    }
}
