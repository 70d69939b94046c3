package io.rockpool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.rockpool.engine.BorrowFailure.Reason;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many are opened, when, and what happens while that fails. */
class OpeningTest {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_started_pool_opens_its_size_and_the_first_borrows_are_hits(boolean local) {
        try (EngineRig rig = new EngineRig(3, 2, local).started()) {
            assertThat(rig.statistics().idle()).isEqualTo(3);
            var person = rig.person("person").borrows();
            assertThat(person.has()).isTrue();
            assertThat(rig.statistics().misses()).isZero();
            person.givesBack();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void overflow_is_opened_on_demand_as_a_miss_lingers_and_closes(boolean local) {
        try (EngineRig rig = new EngineRig(1, 1, local).started()) {
            var first = rig.person("first").borrows();
            var second = rig.person("second").borrows();
            assertThat(second.has()).isTrue();
            second.givesBack();
            var again = rig.person("again").borrows();
            again.givesBack();
            first.givesBack();
            assertThat(rig.statistics().leases()).isEqualTo(3);
            assertThat(rig.statistics().misses()).isEqualTo(1);
            rig.clock.advance(Duration.ofSeconds(62));
            assertThat(rig.statistics().total())
                    .as("the overflow one lingered and closed")
                    .isEqualTo(1);
            assertThat(rig.statistics().closed()).containsEntry("overflow_idle", 1L);
        }
    }

    @Test
    void a_crowd_opens_one_at_a_time_while_others_come_back_quickly() {
        try (EngineRig rig = new EngineRig(2, 20).started()) {
            var a = rig.person("a").borrows();
            var b = rig.person("b").borrows();
            rig.clock.holdCalls();
            var crowd = java.util.stream.IntStream.range(0, 20)
                    .mapToObj(i -> rig.person("crowd " + i).borrows())
                    .toList();
            assertThat(rig.statistics().opening()).isEqualTo(1);
            rig.clock.advance(Duration.ofMillis(120));
            assertThat(rig.statistics().opening()).as("one more for each 50 ms").isEqualTo(3);
            a.givesBack();
            b.givesBack();
            rig.clock.runHeldCalls();
            crowd.forEach(person -> {
                if (person.isWaiting()) {
                    person.wakes();
                }
                person.givesBack();
            });
        }
    }

    @Test
    void a_database_that_is_down_is_told_at_once_after_the_first_attempts_and_service_resumes_by_itself() {
        try (EngineRig rig = new EngineRig(1, 0)) {
            rig.down = true;
            rig.started();
            var first = rig.person("first").borrows();
            assertThat(first.isWaiting()).isTrue();
            rig.clock.advance(Duration.ofMillis(100)); // three attempts
            assertThat(first.wakes().failure().reason()).isEqualTo(Reason.OPEN_FAILING);
            assertThat(first.failure().getCause()).hasMessage("connection refused");
            assertThat(first.failure().timedOut()).isFalse();
            var second = rig.person("second").borrows();
            assertThat(second.failure().getCause()).as("without waiting").hasMessage("connection refused");
            rig.down = false;
            rig.clock.advance(Duration.ofSeconds(1));
            assertThat(rig.person("third").borrows().givesBack()).isTrue();
            assertThat(rig.told).containsExactly("down: connection refused", "up");
        }
    }

    @Test
    void healthy_ones_go_on_serving_while_opening_fails() {
        try (EngineRig rig = new EngineRig(1, 1).started()) {
            rig.down = true;
            var first = rig.person("first").borrows();
            var second = rig.person("second").borrows();
            rig.clock.advance(Duration.ofMillis(500));
            assertThat(second.wakes().isWaiting())
                    .as("one is open and will come back")
                    .isTrue();
            first.givesBack();
            assertThat(second.wakes().has()).isTrue();
            second.givesBack();
        }
    }

    @Test
    void an_opening_that_hangs_is_given_up_replaced_and_closed_when_it_comes_late() {
        try (EngineRig rig = new EngineRig(1, 0)) {
            rig.clock.holdCalls();
            rig.started();
            assertThat(rig.clock.heldCalls()).isEqualTo(1);
            rig.clock.advance(Duration.ofSeconds(11));
            assertThat(rig.told).contains("stuck open");
            assertThat(rig.clock.heldCalls()).as("another was tried").isGreaterThan(1);
            rig.clock.runHeldCalls();
            assertThat(rig.statistics().closed()).containsEntry("opened_late", 1L);
            assertThat(rig.live).isEqualTo(1);
        }
    }

    @Test
    void beside_openings_that_hang_another_is_tried_each_second() {
        try (EngineRig rig = new EngineRig(8, 0)) {
            rig.clock.holdCalls();
            rig.started();
            assertThat(rig.clock.heldCalls()).isEqualTo(4);
            rig.clock.advance(Duration.ofMillis(1_020));
            assertThat(rig.clock.heldCalls()).isEqualTo(5);
            rig.clock.advance(Duration.ofMillis(1_020));
            assertThat(rig.clock.heldCalls()).isEqualTo(6);
            rig.clock.advance(Duration.ofSeconds(4));
            assertThat(rig.clock.heldCalls()).as("no more than there are slots").isEqualTo(8);
            rig.clock.runHeldCalls();
            assertThat(rig.statistics().idle()).isEqualTo(8);
        }
    }

    @Test
    void a_validation_that_hangs_makes_nobody_late() {
        try (EngineRig rig = new EngineRig(1, 1).started()) {
            rig.clock.advance(Duration.ofSeconds(1)); // idle for longer than the validation window
            rig.clock.holdCalls();
            var person = rig.person("person").borrows();
            assertThat(person.isWaiting()).isTrue();
            rig.clock.pause(Duration.ofSeconds(2));
            assertThat(person.wakes().failure().timedOut()).isTrue();
            rig.clock.advance(Duration.ofSeconds(6));
            assertThat(rig.told).contains("stuck validation or reset");
        }
    }

    @Test
    void a_sick_one_is_replaced_before_it_is_lent() {
        try (EngineRig rig = new EngineRig(1, 0).started()) {
            rig.clock.advance(Duration.ofSeconds(1));
            rig.sick = true;
            var person = rig.person("person").borrows();
            assertThat(person.wakes().has()).isTrue();
            assertThat(person.resource()).isEqualTo(2);
            assertThat(rig.statistics().closed()).containsEntry("invalid", 1L);
            person.givesBack();
        }
    }
}
