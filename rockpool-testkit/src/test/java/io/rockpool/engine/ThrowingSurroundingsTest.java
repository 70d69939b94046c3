package io.rockpool.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rockpool.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listeners and platforms that throw between two steps of a slot, and what the engine makes of it. */
class ThrowingSurroundingsTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final ManualClock clock = new ManualClock();
    private final AtomicInteger opened = new AtomicInteger();

    private ResourcePool<Integer> pool(int size, int overflow, boolean local, Platform platform, PoolEvents events) {
        EngineSettings settings = new EngineSettings(
                size,
                overflow,
                SECOND,
                3,
                0,
                0,
                60 * SECOND,
                SECOND,
                SECOND,
                2 * SECOND,
                0,
                100_000,
                SECOND,
                true,
                EngineSettings.BARGE_TIME);
        Resources<Integer> resources = new Resources<>() {
            @Override
            public Integer open() {
                return opened.incrementAndGet();
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
                return local;
            }

            @Override
            public boolean retryable(Throwable failure) {
                return true;
            }
        };
        return new ResourcePool<>(settings, resources, platform, events);
    }

    private static final class Throwing implements PoolEvents {
        @Override
        public void opened(int slot) {
            throw new AssertionError("planted");
        }

        @Override
        public void closed(int slot, CloseCause cause) {
            throw new AssertionError("planted");
        }

        @Override
        public void leakReturned(int slot, long heldNanos) {
            throw new AssertionError("planted");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_listener_that_throws_an_error_costs_no_slot_and_no_close(boolean local) {
        quietly(() -> {
            ResourcePool<Integer> pool = pool(2, 1, local, clock, new Throwing());
            pool.start();
            for (int i = 0; i < 20; i++) {
                Slot<Integer> slot = pool.tryBorrow(Thread.currentThread());
                assertThat(slot).isNotNull();
                slot.mark(Slot.LEAK_TOLD);
                long word = pool.beginReset(slot, slot.ticket());
                pool.endReset(slot, word, i % 2 == 0 ? null : CloseCause.RESET_FAILED);
            }
            assertThat(pool.statistics().active()).isZero();
            assertThat(pool.statistics().stuck()).isZero();
            pool.beginClose();
            clock.advance(Duration.ofSeconds(2));
            assertThat(pool.isClosed()).isTrue();
        });
    }

    @Test
    void a_driver_call_that_could_not_be_started_is_started_later() {
        quietly(() -> {
            Platform platform = new FailsAtFirst(clock, new AtomicInteger(6), new AtomicInteger(), new ArrayList<>());
            ResourcePool<Integer> pool = pool(4, 0, false, platform, new PoolEvents() {});
            pool.start();
            clock.advance(Duration.ofSeconds(1));
            assertThat(pool.statistics().idle()).isEqualTo(4);
            assertThat(pool.statistics().stuck()).isZero();
            pool.beginClose();
            clock.advance(Duration.ofSeconds(1));
            assertThat(pool.isClosed()).isTrue();
        });
    }

    @Test
    void what_several_passes_left_behind_is_done_although_the_housekeeper_fails_as_well() {
        FailsAtFirst platform = new FailsAtFirst(clock, new AtomicInteger(), new AtomicInteger(3), new ArrayList<>());
        ResourcePool<Integer> pool = pool(1, 0, true, platform, new PoolEvents() {});
        List<Waiter<Integer>> waiters = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Waiter<Integer> waiter = pool.waiter(Thread.currentThread(), SECOND);
            waiters.add(waiter);
            assertThatThrownBy(() -> pool.passes.take(afterwards -> afterwards.wake(waiter)))
                    .hasMessage("planted");
        }
        assertThatThrownBy(pool.passes::finishLeftBehind).hasMessage("planted");
        assertThat(platform.woken).isEmpty();

        pool.passes.finishLeftBehind();
        assertThat(platform.woken).containsExactlyInAnyOrderElementsOf(waiters);

        pool.passes.finishLeftBehind();
        assertThat(platform.woken).hasSize(2);
    }

    @Test
    void thousands_of_waiters_on_a_local_resource_need_no_deep_stack() {
        ResourcePool<Integer> pool = pool(1, 3_000, true, clock, new PoolEvents() {});
        pool.start();
        pool.suspend();
        List<Waiter<Integer>> waiters = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            Waiter<Integer> waiter = pool.waiter(new Thread(() -> {}), SECOND);
            assertThat(step(pool, waiter)).isNull();
            waiters.add(waiter);
        }
        clock.pause(Duration.ofMillis(5));
        pool.resume();
        for (Waiter<Integer> waiter : waiters) {
            Slot<Integer> slot = step(pool, waiter);
            assertThat(slot).isNotNull();
            pool.giveBack(slot, slot.ticket());
        }
        pool.beginClose();
        assertThat(pool.isClosed()).isTrue();
    }

    @Test
    void a_lease_that_a_closing_pool_took_away_has_no_ticket() {
        ResourcePool<Integer> pool = pool(1, 0, false, clock, new PoolEvents() {});
        pool.start();
        Slot<Integer> slot = pool.tryBorrow(Thread.currentThread());
        assertThat(slot).isNotNull();
        pool.beginClose();
        clock.advance(Duration.ofSeconds(3));
        assertThat(slot.ticket()).isEqualTo(-1);
        assertThat(pool.giveBack(slot, slot.ticket())).isFalse();
        assertThat(pool.statistics().closed()).containsExactly(java.util.Map.entry("pool_closed", 1L));
    }

    private static Slot<Integer> step(ResourcePool<Integer> pool, Waiter<Integer> waiter) {
        try {
            return pool.advance(waiter);
        } catch (BorrowFailure e) {
            throw new AssertionError(e);
        }
    }

    /** Runs it with an uncaught-exception handler that swallows what was planted. */
    private static void quietly(Runnable test) {
        Thread me = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = me.getUncaughtExceptionHandler();
        me.setUncaughtExceptionHandler((thread, t) -> assertThat(t).hasMessage("planted"));
        try {
            test.run();
        } finally {
            me.setUncaughtExceptionHandler(before);
        }
    }

    /** A platform that cannot start its first threads, nor make its first wake-ups. */
    private record FailsAtFirst(ManualClock clock, AtomicInteger starts, AtomicInteger wakeUps, List<Waiter<?>> woken)
            implements Platform {
        @Override
        public long nanos() {
            return clock.nanos();
        }

        @Override
        public Tick tick() {
            return clock.tick();
        }

        @Override
        public long random(long bound) {
            return clock.random(bound);
        }

        @Override
        public void execute(Runnable task) {
            if (starts.getAndDecrement() > 0) {
                throw new OutOfMemoryError("planted");
            }
            clock.execute(task);
        }

        @Override
        public void unpark(Waiter<?> waiter) {
            if (wakeUps.getAndDecrement() > 0) {
                throw new StackOverflowError("planted");
            }
            woken.add(waiter);
        }

        @Override
        public void join(Chores chores) {
            clock.join(chores);
        }

        @Override
        public void leave(Chores chores) {
            clock.leave(chores);
        }
    }
}
