package io.rockpool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.engine.BorrowFailure.Reason;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Who gets what, in which order, and what those hear who get nothing. */
class WaitingTest {

    private static final Duration MILLI = Duration.ofMillis(1);

    @Test
    void a_returned_resource_goes_to_the_oldest_waiter() {
        // holder         first waiter      second waiter
        // borrow
        //                borrow (waits)
        //                                  borrow (waits)
        //       both have waited longer than bargers may pass
        // give back
        //                gets it
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            var holder = rig.person("holder").borrows();
            var first = rig.person("first").borrows();
            var second = rig.person("second").borrows();
            rig.clock.advance(Duration.ofMillis(5));
            holder.givesBack();
            assertThat(first.wakes().has()).isTrue();
            assertThat(second.wakes().isWaiting()).isTrue();
            first.givesBack();
            assertThat(second.wakes().has()).isTrue();
            second.givesBack();
        }
    }

    @Test
    void a_newcomer_may_pass_until_the_oldest_waiter_has_waited_a_millisecond() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            var holder = rig.person("holder").borrows();
            var waiter = rig.person("waiter").borrows();
            holder.givesBack();
            var barger = rig.person("barger").borrows();
            assertThat(barger.has()).as("the waiter has not waited long").isTrue();
            rig.clock.pause(MILLI);
            assertThat(waiter.wakes().isWaiting()).isTrue(); // finds nothing, and is hungry now
            var late = rig.person("late").borrows();
            barger.givesBack();
            assertThat(waiter.wakes().has()).as("handed over").isTrue();
            assertThat(late.isWaiting()).isTrue();
            waiter.givesBack();
            late.wakes().givesBack();
        }
    }

    @Test
    void in_a_strictly_fair_pool_no_newcomer_passes() {
        try (EngineRig rig = EngineRig.strictlyFair(1).started()) {
            var holder = rig.person("holder").borrows();
            var first = rig.person("first").borrows();
            var second = rig.person("second").borrows();
            holder.givesBack();
            var newcomer = rig.person("newcomer").borrows();
            assertThat(newcomer.isWaiting()).isTrue();
            assertThat(first.wakes().has()).isTrue();
            first.givesBack();
            var last = rig.person("last").borrows();
            assertThat(last.isWaiting()).isTrue();
            assertThat(second.wakes().has()).isTrue();
            second.givesBack();
            newcomer.wakes().givesBack();
            last.wakes().givesBack();
            assertThat(rig.person("nobody else").borrows().givesBack()).isTrue();
        }
    }

    @Test
    void a_waiter_times_out_at_its_deadline_and_not_before() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            var holder = rig.person("holder").borrows();
            var waiter = rig.person("waiter").borrows();
            rig.clock.pause(Duration.ofSeconds(2).minusNanos(1));
            assertThat(waiter.wakes().isWaiting()).isTrue();
            rig.clock.pause(Duration.ofNanos(1));
            assertThat(waiter.wakes().failure()).isNotNull();
            assertThat(waiter.failure().reason()).isEqualTo(Reason.EXHAUSTED);
            assertThat(waiter.failure().timedOut()).isTrue();
            assertThat(waiter.failure().holdings()).hasSize(1);
            assertThat(waiter.failure().holdings().get(0).holder().getName()).isEqualTo("holder");
            assertThat(rig.statistics().timeouts()).isEqualTo(1);
            holder.givesBack();
        }
    }

    @Test
    void a_waiter_that_leaves_passes_on_what_it_was_woken_for() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            var holder = rig.person("holder").borrows();
            var first = rig.person("first").borrows();
            var second = rig.person("second").borrows();
            holder.givesBack(); // wakes the first
            assertThat(first.leaves()).isTrue(); // which was interrupted in that moment
            assertThat(second.wakes().has()).isTrue();
            second.givesBack();
        }
    }

    @Test
    void a_served_waiter_can_no_longer_leave() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            var holder = rig.person("holder").borrows();
            var waiter = rig.person("waiter").borrows();
            rig.clock.pause(Duration.ofMillis(2));
            waiter.wakes(); // hungry
            holder.givesBack(); // hands over
            assertThat(waiter.leaves()).isFalse();
            assertThat(waiter.wakes().has()).isTrue();
            waiter.givesBack();
        }
    }

    @Test
    void a_nested_borrow_that_can_never_succeed_fails_at_once() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            var person = rig.person("greedy").borrows();
            var slot = person.slot();
            long ticket = person.ticket();
            person.keepsAndGoesOn().borrows();
            assertThat(person.failure().reason()).isEqualTo(Reason.DEADLOCK);
            assertThat(person.failure().timedOut()).isFalse();
            rig.pool.giveBack(slot, ticket);
        }
    }

    @Test
    void the_last_of_the_holders_who_all_wait_for_one_more_is_refused() {
        try (EngineRig rig = new EngineRig(2, 0).started()) {
            var a = rig.person("a").borrows();
            var b = rig.person("b").borrows();
            var slotOfB = b.slot();
            long ticketOfB = b.ticket();
            var slotOfA = a.slot();
            long ticketOfA = a.ticket();
            a.keepsAndGoesOn().borrows();
            assertThat(a.isWaiting()).as("b may still give back").isTrue();
            b.keepsAndGoesOn().borrows();
            assertThat(b.failure().reason()).isEqualTo(Reason.DEADLOCK);
            rig.pool.giveBack(slotOfB, ticketOfB);
            assertThat(a.wakes().has()).isTrue();
            a.givesBack();
            rig.pool.giveBack(slotOfA, ticketOfA);
        }
    }

    @Test
    void a_waiter_that_holds_one_itself_is_told_of_its_nested_borrow() {
        try (EngineRig rig = new EngineRig(2, 0).started()) {
            var person = rig.person("person").borrows();
            var slot = person.slot();
            long ticket = person.ticket();
            var other = rig.person("other").borrows();
            person.keepsAndGoesOn().borrows();
            rig.clock.pause(Duration.ofSeconds(2));
            assertThat(person.wakes().failure().reason()).isEqualTo(Reason.NESTED_BORROW);
            other.givesBack();
            rig.pool.giveBack(slot, ticket);
        }
    }

    @Test
    void a_suspended_pool_lets_borrows_wait_and_says_so() {
        try (EngineRig rig = new EngineRig(2, 0).started()) {
            rig.pool.suspend();
            var early = rig.person("early").borrows(Duration.ofMillis(10));
            var patient = rig.person("patient").borrows();
            rig.clock.pause(Duration.ofMillis(10));
            assertThat(early.wakes().failure().reason()).isEqualTo(Reason.SUSPENDED);
            rig.pool.resume();
            assertThat(patient.wakes().has()).isTrue();
            patient.givesBack();
        }
    }

    @Test
    void more_than_the_allowed_waiters_are_refused_at_once() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            var holder = rig.person("holder").borrows();
            for (int i = 0; i < 100; i++) {
                assertThat(rig.person("waiter " + i).borrows(MILLI).isWaiting()).isTrue();
            }
            var refused = rig.person("one too many").borrows();
            assertThat(refused.failure().reason()).isEqualTo(Reason.TOO_MANY_WAITERS);
            assertThat(refused.failure().waiting()).isEqualTo(100);
            holder.givesBack();
        }
    }

    @Test
    void a_timeout_of_zero_does_not_wait() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            var holder = rig.person("holder").borrows();
            assertThat(rig.person("hurried").borrows(Duration.ZERO).failure()).isNotNull();
            holder.givesBack();
        }
    }

    @Test
    void waits_are_counted_and_measured() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            var holder = rig.person("holder").borrows();
            var waiter = rig.person("waiter").borrows();
            rig.clock.pause(Duration.ofMillis(40));
            holder.givesBack();
            waiter.wakes().givesBack();
            assertThat(rig.statistics().waits()).isEqualTo(1);
            assertThat(rig.statistics().waitMaxNanos()).isEqualTo(40_000_000);
        }
    }
}
