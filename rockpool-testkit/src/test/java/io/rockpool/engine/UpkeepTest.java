package io.rockpool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.engine.BorrowFailure.Reason;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Ages, leaks, evictions, sizes and the end. */
class UpkeepTest {

    @Test
    void an_old_one_is_replaced_idle_or_when_it_comes_back() {
        try (EngineRig rig = new EngineRig(2, 0).started()) {
            var person = rig.person("person").borrows();
            rig.clock.advance(Duration.ofSeconds(3601));
            assertThat(rig.statistics().closed()).containsEntry("recycled", 1L);
            person.givesBack();
            assertThat(rig.statistics().closed()).containsEntry("recycled", 2L);
            assertThat(rig.statistics().total()).isEqualTo(2);
        }
    }

    @Test
    void a_leak_is_told_once_and_again_when_it_comes_back() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            var person = rig.person("forgetful").borrows();
            rig.clock.advance(Duration.ofSeconds(120));
            assertThat(rig.told).containsExactly("leak forgetful");
            person.givesBack();
            assertThat(rig.told).containsExactly("leak forgetful", "returned after 120 s");
            assertThat(rig.statistics().leaks()).isEqualTo(1);
        }
    }

    @Test
    void a_timeout_behind_a_leak_says_so_and_later_leases_are_traced() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            var person = rig.person("forgetful").borrows();
            rig.clock.advance(Duration.ofSeconds(61));
            var waiter = rig.person("waiter").borrows();
            rig.clock.pause(Duration.ofSeconds(2));
            assertThat(waiter.wakes().failure().reason()).isEqualTo(Reason.LEAK_SUSPECTED);
            person.givesBack();
            var traced = rig.person("traced").borrows();
            if (traced.isWaiting()) {
                traced.wakes();
            }
            assertThat(rig.pool.holdings().get(0).acquiredAt()).isNotNull();
            traced.givesBack();
        }
    }

    @Test
    void a_lease_lost_in_an_error_is_closed_by_the_housekeeper_and_replaced() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            Slot<Integer> slot = rig.pool.tryBorrow(Thread.currentThread());
            assertThat(slot).isNotNull();
            slot.lost = slot.word; // what a borrow does that has no stack left to return it
            rig.clock.advance(Duration.ofMillis(40));
            assertThat(rig.statistics().closed()).containsExactly(java.util.Map.entry("lost", 1L));
            rig.person("next").borrows().givesBack();
        }
    }

    @Test
    void a_word_that_is_over_is_nobodys_loss() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            Slot<Integer> slot = rig.pool.tryBorrow(Thread.currentThread());
            assertThat(slot).isNotNull();
            long over = slot.ticket();
            rig.pool.giveBack(slot, over);
            var next = rig.person("next").borrows();
            slot.lost = over;
            rig.clock.advance(Duration.ofMillis(40));
            assertThat(rig.statistics().closed()).isEmpty();
            next.givesBack();
        }
    }

    @Test
    void idle_ones_are_health_checked_and_sick_ones_replaced() {
        try (EngineRig rig = new EngineRig(3, 0).started()) {
            rig.sick = true;
            rig.clock.advance(Duration.ofSeconds(302));
            assertThat(rig.statistics().closed()).containsEntry("invalid", 3L);
            rig.sick = false;
            assertThat(rig.statistics().idle()).isEqualTo(3);
        }
    }

    @Test
    void evict_replaces_idle_ones_at_once_and_lent_ones_when_they_come_back() {
        try (EngineRig rig = new EngineRig(2, 0).started()) {
            var person = rig.person("person").borrows();
            assertThat(rig.pool.evict()).isEqualTo(2);
            assertThat(person.has()).as("a lease goes on").isTrue();
            assertThat(rig.statistics().closed()).containsEntry("evicted", 1L);
            person.givesBack();
            assertThat(rig.statistics().closed()).containsEntry("evicted", 2L);
            rig.clock.advance(Duration.ofMillis(40));
            assertThat(rig.statistics().idle()).isEqualTo(2);
        }
    }

    @Test
    void a_pool_grows_and_shrinks_while_it_runs() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            var a = rig.person("a").borrows();
            var b = rig.person("b").borrows();
            rig.pool.resize(rig.pool.settings().sized(3, 0));
            assertThat(b.wakes().has()).isTrue();
            assertThat(rig.statistics().total()).isEqualTo(3);
            rig.pool.resize(rig.pool.settings().sized(1, 0));
            a.givesBack();
            b.givesBack();
            assertThat(rig.statistics().total()).isEqualTo(1);
        }
    }

    @Test
    void a_second_return_and_a_return_of_an_older_lease_do_nothing() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            var first = rig.person("first").borrows();
            assertThat(first.givesBack()).isTrue();
            assertThat(first.givesBack()).isFalse();
            var second = rig.person("second").borrows();
            assertThat(first.givesBack()).isFalse();
            assertThat(rig.pool.beginReset(first.slot(), first.ticket())).isZero();
            assertThat(rig.pool.discard(first.slot(), first.ticket(), CloseCause.BROKEN, false))
                    .isFalse();
            assertThat(second.has()).isTrue();
            second.givesBack();
        }
    }

    @Test
    void one_that_cannot_be_cleaned_is_closed_and_replaced() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            var person = rig.person("person").borrows();
            long word = rig.pool.beginReset(person.slot(), person.ticket());
            assertThat(rig.person("other").borrows(Duration.ZERO).failure()).isNotNull();
            rig.pool.endReset(person.slot(), word, CloseCause.RESET_FAILED);
            var next = rig.person("next").borrows();
            assertThat(next.resource()).isEqualTo(2);
            next.givesBack();
        }
    }

    @Test
    void a_closing_pool_refuses_at_once_waits_for_leases_and_aborts_them_at_its_deadline() {
        EngineRig rig = new EngineRig(2, 0).started();
        var quick = rig.person("quick").borrows();
        var slow = rig.person("slow").borrows();
        var waiter = rig.person("waiter").borrows();
        rig.pool.beginClose();
        assertThat(waiter.wakes().failure().reason()).isEqualTo(Reason.CLOSED);
        assertThat(rig.person("late").borrows().failure().reason()).isEqualTo(Reason.CLOSED);
        quick.givesBack();
        assertThat(rig.live).isEqualTo(1);
        rig.clock.advance(Duration.ofSeconds(9));
        assertThat(slow.has()).isTrue();
        rig.clock.advance(Duration.ofSeconds(2));
        assertThat(slow.has()).as("aborted").isFalse();
        assertThat(slow.givesBack()).isFalse();
        rig.assertQuiescent();
    }
}
