package io.rockpool.benchmarks;

import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A database that is slow to connect to and quick to answer; it counts its connections. Threads: any. */
final class SpikeDatabase implements ScriptedDriver.Database {

    private final long openingNanos;
    private final long queryNanos;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    SpikeDatabase(Duration opening, Duration query) {
        this.openingNanos = opening.toNanos();
        this.queryNanos = query.toNanos();
    }

    /** Connections opened so far, and those under way. */
    int asked() {
        return asked.get();
    }

    /** Connections opened so far. */
    int opened() {
        return opened.get();
    }

    /** Connections that are open. */
    int live() {
        return opened.get() - closed.get();
    }

    @Override
    public Connection connect() {
        asked.incrementAndGet();
        Pause.nanos(openingNanos);
        opened.incrementAndGet();
        return new ScriptedConnection() {

            private final AtomicBoolean open = new AtomicBoolean(true);

            @Override
            void roundTrip() {
                Pause.nanos(queryNanos);
            }

            @Override
            public void close() {
                if (open.getAndSet(false)) {
                    closed.incrementAndGet();
                }
            }
        };
    }
}
