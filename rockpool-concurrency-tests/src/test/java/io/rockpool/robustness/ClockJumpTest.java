package io.rockpool.robustness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rockpool.engine.EngineSettings;
import io.rockpool.engine.PoolEvents;
import io.rockpool.engine.ResourcePool;
import io.rockpool.engine.Resources;
import io.rockpool.testkit.ManualClock;
import io.rockpool.testkit.Timeline;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pause of the whole JVM, for minutes: nothing that was in order before is taken for broken, late or lost after it.
 *
 * <p>In virtual time, where the pause is a jump of the clock between two ticks, and with a real stop of a child JVM, of
 * {@code -Drobustness.pause.seconds}, 3 by default. Source: class 22 of docs/proofs/robustness.md.
 */
@Timeout(300)
class ClockJumpTest {

    private static final Duration PAUSE = Duration.ofMinutes(5);
    private static final Duration TICK = Duration.ofMillis(20);
    private static final long STOP_SECONDS = Long.getLong("robustness.pause.seconds", 3);

    private final ManualClock clock = new ManualClock();
    private final Numbers numbers = new Numbers();
    private ResourcePool<Integer> pool;
    private Timeline<Integer> timeline;

    @BeforeEach
    void start() {
        EngineSettings settings = new EngineSettings(
                4,
                0,
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
                EngineSettings.BARGE_TIME);
        pool = new ResourcePool<>(settings, numbers, clock, new PoolEvents() {});
        timeline = new Timeline<>(pool);
    }

    @AfterEach
    void nothingIsLeft() {
        clock.runHeldCalls();
        pool.beginClose();
        clock.advance(Duration.ofSeconds(1));
        assertThat(pool.isClosed()).isTrue();
        assertThat(numbers.opened).isEqualTo(numbers.closed);
        assertThat(pool.statistics().active()).isZero();
    }

    @Test
    void leases_go_on_and_idle_connections_stay() {
        // one          two
        // borrows      borrows
        //      pause, for minutes
        // gives back   gives back
        pool.start();
        var one = timeline.person("one").borrows();
        var two = timeline.person("two").borrows();
        clock.pause(PAUSE);
        clock.advance(TICK);
        assertThat(one.has() && two.has()).isTrue();
        clock.advance(Duration.ofSeconds(2)); // the scans and the health checks that fell due
        assertThat(one.has() && two.has()).isTrue();
        assertThat(one.givesBack() && two.givesBack()).isTrue();
        assertThat(pool.statistics().closed()).isEmpty();
        assertThat(pool.statistics().created()).isEqualTo(4);
    }

    @Test
    void a_waiter_is_answered_when_the_pause_ends() {
        // holders        early              late
        // borrow all
        //                borrows (2 s)      borrows (1 h)
        //      pause, for minutes
        //                hears of timeout
        // one gives back
        //                                   gets it
        pool.start();
        List<Timeline<Integer>.Person> holders = List.of(
                timeline.person("a").borrows(),
                timeline.person("b").borrows(),
                timeline.person("c").borrows(),
                timeline.person("d").borrows());
        var early = timeline.person("early").borrows(Duration.ofSeconds(2));
        var late = timeline.person("late").borrows(Duration.ofHours(1));
        clock.pause(PAUSE);
        assertThat(early.wakes().failure()).isNotNull();
        assertThat(early.failure().timedOut()).isTrue();
        assertThat(late.isWaiting()).isTrue();
        clock.advance(TICK);
        assertThat(late.isWaiting()).isTrue();
        holders.get(0).givesBack();
        assertThat(late.wakes().has()).isTrue();
        late.givesBack();
        holders.subList(1, 4).forEach(holder -> assertThat(holder.givesBack()).isTrue());
        assertThat(pool.statistics().closed()).isEmpty();
    }

    @Test
    void what_idled_through_the_pause_is_validated_before_it_is_lent() {
        pool.start();
        clock.pause(PAUSE);
        clock.advance(TICK);
        numbers.sick = true; // the server has dropped them all meanwhile
        clock.holdCalls();
        var borrower = timeline.person("borrower").borrows();
        assertThat(borrower.isWaiting()).as("for the validation").isTrue();
        numbers.sick = false;
        clock.runHeldCalls();
        assertThat(borrower.wakes().has()).isTrue();
        assertThat(numbers.validations).isPositive();
        borrower.givesBack();
    }

    @Test
    void a_lease_that_was_paused_is_no_leak() {
        pool.start();
        var one = timeline.person("one").borrows();
        var two = timeline.person("two").borrows();
        clock.pause(PAUSE);
        clock.advance(Duration.ofSeconds(30)); // half the threshold
        assertThat(pool.statistics().leaks()).isZero();
        one.givesBack();
        clock.advance(Duration.ofSeconds(60));
        assertThat(pool.statistics().leaks())
                .as("the other has been held for 90 s of running time")
                .isEqualTo(1);
        two.givesBack();
    }

    @Test
    void openings_under_way_are_not_given_up() {
        clock.holdCalls();
        pool.start();
        assertThat(clock.heldCalls()).isEqualTo(4);
        clock.pause(PAUSE);
        clock.advance(TICK);
        clock.runHeldCalls();
        clock.advance(TICK);
        assertThat(pool.statistics().failedOpens()).isZero();
        assertThat(pool.statistics().closed()).isEmpty();
        assertThat(pool.statistics().idle()).isEqualTo(4);
    }

    @Test
    void validations_under_way_are_not_given_up() {
        pool.start();
        clock.advance(Duration.ofSeconds(1)); // beyond the window in which they are trusted
        clock.holdCalls();
        var one = timeline.person("one").borrows(Duration.ofHours(1));
        var two = timeline.person("two").borrows(Duration.ofHours(1));
        assertThat(clock.heldCalls()).isEqualTo(2);
        clock.pause(PAUSE);
        clock.advance(TICK);
        clock.runHeldCalls();
        assertThat(one.wakes().has() && two.wakes().has()).isTrue();
        assertThat(pool.statistics().closed()).isEmpty();
        one.givesBack();
        two.givesBack();
    }

    @Test
    void a_stopped_process_goes_on_as_if_nothing_had_been(@TempDir Path folder) throws Exception {
        assumeTrue(
                new File("/bin/kill").canExecute(),
                "this system has no /bin/kill, which stops and continues processes");
        try (ChildJvm child = ChildJvm.start(folder, List.of("-Xmx64m"), ClockJumpProbe.class)) {
            Eventually.eventually(child::output, () -> child.output().contains("ready") || !child.isAlive());
            signal("-STOP", child);
            TimeUnit.SECONDS.sleep(STOP_SECONDS);
            signal("-CONT", child);
            int status = child.await(Duration.ofMinutes(2));
            System.out.print(child.output());
            assertThat(status).as(child.output()).isZero();
        }
    }

    private static void signal(String name, ChildJvm child) throws Exception {
        int status =
                new ProcessBuilder("/bin/kill", name, "" + child.pid()).start().waitFor();
        assertThat(status).as("kill " + name + ": " + child.output()).isZero();
    }

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    /** What is lent: numbers, as if each were a connection. */
    private static final class Numbers implements Resources<Integer> {
        int opened;
        int closed;
        int validations;
        boolean sick;

        @Override
        public Integer open() {
            return ++opened;
        }

        @Override
        public boolean validate(Integer resource) {
            validations++;
            return !sick;
        }

        @Override
        public void close(Integer resource) {
            closed++;
        }

        @Override
        public void abort(Integer resource) {}

        @Override
        public boolean local() {
            return false;
        }

        @Override
        public boolean retryable(Throwable failure) {
            return true;
        }
    }
}
