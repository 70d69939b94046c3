package io.rockpool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerCallsTest {

    private final TestPlatform platform = new TestPlatform();
    private final WorkerCalls calls = new WorkerCalls(platform, false, 4);
    private final List<Integer> ran = new ArrayList<>();

    private void submit(int from, int to) {
        for (int i = from; i <= to; i++) {
            int call = i;
            calls.submit(() -> ran.add(call));
        }
    }

    private void runAll() {
        while (!platform.tasks.isEmpty()) {
            platform.tasks.poll().run();
        }
    }

    @Test
    void a_local_resources_calls_run_at_once_in_the_caller() {
        WorkerCalls local = new WorkerCalls(platform, true, 4);
        local.submit(() -> ran.add(1));
        assertThat(ran).containsExactly(1);
        assertThat(platform.tasks).isEmpty();
    }

    @Test
    void four_run_at_a_time_and_the_rest_follows_in_order() {
        submit(1, 10);
        assertThat(platform.tasks).hasSize(4);
        platform.tasks.poll().run();
        assertThat(ran).as("a worker takes what is queued").containsExactly(1, 5, 6, 7, 8, 9, 10);
        runAll();
        assertThat(ran).containsExactly(1, 5, 6, 7, 8, 9, 10, 2, 3, 4);
        submit(11, 20);
        assertThat(platform.tasks).as("all places are free again").hasSize(4);
    }

    @Test
    void a_call_that_throws_does_not_cost_its_place() {
        Thread me = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = me.getUncaughtExceptionHandler();
        List<Throwable> told = new ArrayList<>();
        me.setUncaughtExceptionHandler((thread, failure) -> told.add(failure));
        try {
            for (int i = 0; i < 4; i++) {
                calls.submit(() -> {
                    throw new IllegalStateException("ours");
                });
            }
            submit(1, 1);
            runAll();
        } finally {
            me.setUncaughtExceptionHandler(before);
        }
        assertThat(told).hasSize(4);
        assertThat(ran).containsExactly(1);
        submit(2, 9);
        assertThat(platform.tasks).hasSize(4);
    }

    @Test
    void an_abandoned_call_makes_room_for_another() {
        submit(1, 6);
        calls.abandoned(); // the first hangs
        assertThat(calls.stuck()).isEqualTo(1);
        assertThat(platform.tasks).hasSize(5);
        platform.tasks.pollLast().run();
        assertThat(ran).containsExactly(5, 6);
    }

    @Test
    void one_that_comes_back_gives_the_extra_place_up() {
        submit(1, 5);
        calls.abandoned(); // 1 hangs, 5 gets its place: five workers
        calls.cameBack();
        assertThat(calls.stuck()).isZero();
        runAll();
        assertThat(ran).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
        submit(6, 20);
        assertThat(platform.tasks).as("four places, as at the start").hasSize(4);
    }

    @Test
    void after_eight_that_hang_the_pool_opens_no_more_until_one_comes_back() {
        for (int i = 0; i < 7; i++) {
            calls.abandoned();
        }
        assertThat(calls.tooManyStuck()).isFalse();
        calls.abandoned();
        assertThat(calls.tooManyStuck()).isTrue();
        calls.cameBack();
        assertThat(calls.tooManyStuck()).isFalse();
    }

    @Test
    void a_local_resource_that_hangs_starts_no_thread() {
        WorkerCalls local = new WorkerCalls(platform, true, 4);
        local.abandoned();
        assertThat(platform.tasks).isEmpty();
        assertThat(local.stuck()).isEqualTo(1);
    }

    @Test
    void a_worker_that_cannot_be_started_costs_neither_its_place_nor_the_call() {
        FailingPlatform none = new FailingPlatform();
        WorkerCalls failing = new WorkerCalls(none, false, 4);
        Thread me = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = me.getUncaughtExceptionHandler();
        me.setUncaughtExceptionHandler((thread, t) -> assertThat(t).isInstanceOf(OutOfMemoryError.class));
        try {
            for (int i = 0; i < 10; i++) {
                failing.submit(() -> ran.add(1));
            }
            assertThat(ran).isEmpty();
            none.works = true;
            failing.retry();
            assertThat(ran).hasSize(10);
        } finally {
            me.setUncaughtExceptionHandler(before);
        }
    }

    /** Every thread the system has is in use. */
    private static final class FailingPlatform implements Platform {
        private boolean works;
        private final Tick tick = new Tick(0);

        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public Tick tick() {
            return tick;
        }

        @Override
        public long random(long bound) {
            return 0;
        }

        @Override
        public void execute(Runnable task) {
            if (works) {
                task.run();
                return;
            }
            throw new OutOfMemoryError("unable to create native thread");
        }

        @Override
        public void join(Chores chores) {}

        @Override
        public void leave(Chores chores) {}
    }
}
