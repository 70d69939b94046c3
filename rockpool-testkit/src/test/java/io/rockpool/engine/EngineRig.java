package io.rockpool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.testkit.ManualClock;
import io.rockpool.testkit.Timeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An engine that lends integers, with time moved by hand; closes it and checks that nothing is left. */
final class EngineRig implements AutoCloseable, Resources<Integer> {

    final ManualClock clock = new ManualClock();
    final List<String> told = new ArrayList<>();
    final ResourcePool<Integer> pool;
    final Timeline<Integer> timeline;
    int opened;
    int live;
    boolean down;
    boolean sick;
    private final boolean local;

    EngineRig(int size, int overflow) {
        this(size, overflow, false);
    }

    EngineRig(int size, int overflow, boolean local) {
        this(settings(size, overflow, EngineSettings.BARGE_TIME), local);
    }

    /** Without barging. */
    static EngineRig strictlyFair(int size) {
        return new EngineRig(settings(size, 0, 0), true);
    }

    private static EngineSettings settings(int size, int overflow, long bargeTime) {
        return new EngineSettings(
                size,
                overflow,
                seconds(2),
                3,
                seconds(300),
                seconds(3600),
                seconds(60),
                TimeUnit.MILLISECONDS.toNanos(500),
                seconds(5),
                seconds(10),
                seconds(60),
                100,
                seconds(10),
                true,
                bargeTime);
    }

    private EngineRig(EngineSettings settings, boolean local) {
        this.local = local;
        pool = new ResourcePool<>(settings, this, clock, new PoolEvents() {
            @Override
            public void leakSuspected(Holding holding) {
                told.add("leak " + holding.holder().getName());
            }

            @Override
            public void leakReturned(int slot, long heldNanos) {
                told.add("returned after " + TimeUnit.NANOSECONDS.toSeconds(heldNanos) + " s");
            }

            @Override
            public void circuitOpened(Throwable failure) {
                told.add("down: " + failure.getMessage());
            }

            @Override
            public void circuitClosed() {
                told.add("up");
            }

            @Override
            public void stuck(int slot, String call, long nanos) {
                told.add("stuck " + call);
            }
        });
        timeline = new Timeline<>(pool);
    }

    EngineRig started() {
        pool.start();
        return this;
    }

    static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    Timeline<Integer>.Person person(String name) {
        return timeline.person(name);
    }

    EngineStatistics statistics() {
        return pool.statistics();
    }

    @Override
    public Integer open() throws Exception {
        if (down) {
            throw new java.io.IOException("connection refused");
        }
        live++;
        return ++opened;
    }

    @Override
    public boolean validate(Integer resource) {
        return !sick;
    }

    @Override
    public void close(Integer resource) {
        live--;
    }

    @Override
    public void abort(Integer resource) {}

    @Override
    public boolean local() {
        return local;
    }

    @Override
    public boolean retryable(Throwable failure) {
        return true;
    }

    /** Everybody must have given back. */
    @Override
    public void close() {
        assertQuiescent();
    }

    void assertQuiescent() {
        down = false;
        clock.runHeldCalls();
        pool.beginClose();
        clock.advance(Duration.ofSeconds(1));
        EngineStatistics end = statistics();
        assertThat(end.active()).as("leased at the end").isZero();
        assertThat(pool.isClosed()).isTrue();
        assertThat(live).as("live at the end").isZero();
        assertThat(end.created()).isEqualTo(opened);
        assertThat(clock.pools()).isZero();
    }
}
