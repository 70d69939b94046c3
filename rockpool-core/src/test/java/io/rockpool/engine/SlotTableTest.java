package io.rockpool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlotTableTest {

    private static final long NOW = 1_000;
    private static final long ANY = Long.MAX_VALUE;

    private final Thread me = Thread.currentThread();

    private static SlotTable<Integer> idle(int size) {
        SlotTable<Integer> table = new SlotTable<>(size);
        for (Slot<Integer> slot : table.slots()) {
            slot.move(Slot.EMPTY, Slot.IDLE);
        }
        return table;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 15, 64})
    void a_thread_gets_every_idle_slot_once_and_then_none(int size) {
        SlotTable<Integer> table = idle(size);
        Set<Integer> got = new HashSet<>();
        for (int i = 0; i < size; i++) {
            got.add(table.claim(me, NOW, ANY).index());
        }
        assertThat(got).hasSize(size);
        assertThat(table.claim(me, NOW, ANY)).isNull();
        assertThat(table.heldBy(me, size)).isEqualTo(size);
        assertThat(table.heldBy(new Thread(), size)).isZero();
    }

    @Test
    void a_thread_comes_home() {
        SlotTable<Integer> table = idle(8);
        Slot<Integer> first = table.claim(me, NOW, ANY);
        first.move(Slot.LEASED, Slot.IDLE);
        assertThat(table.claim(me, NOW, ANY)).isSameAs(first);
    }

    @Test
    void a_thread_that_found_its_home_taken_stays_where_it_found_another() {
        SlotTable<Integer> table = idle(8);
        Slot<Integer> home = table.claim(me, NOW, ANY);
        Slot<Integer> other = table.claim(me, NOW, ANY);
        assertThat(other).isNotSameAs(home);
        home.move(Slot.LEASED, Slot.IDLE);
        other.move(Slot.LEASED, Slot.IDLE);
        assertThat(table.claim(me, NOW, ANY)).isSameAs(other);
    }

    @Test
    void many_threads_have_many_homes() {
        SlotTable<Integer> table = idle(16);
        Set<Integer> homes = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            Slot<Integer> slot = table.claim(new Thread(), NOW, ANY);
            homes.add(slot.index());
            slot.move(Slot.LEASED, Slot.IDLE);
        }
        assertThat(homes).hasSize(16);
    }

    @Test
    void a_claim_is_stamped_and_counted() {
        SlotTable<Integer> table = idle(1);
        Slot<Integer> slot = table.claim(me, NOW, ANY);
        assertThat(slot.state()).isEqualTo(Slot.LEASED);
        assertThat(slot.stamped(slot.word())).isTrue();
        assertThat(slot.leasedAt()).isEqualTo(NOW);
        assertThat(slot.leases()).isEqualTo(1);
        assertThat(slot.misses).isZero();
    }

    @Test
    void the_first_lease_of_a_slot_opened_on_demand_is_a_miss() {
        SlotTable<Integer> table = idle(1);
        table.slots()[0].onDemand = true;
        table.claim(me, NOW, ANY).move(Slot.LEASED, Slot.IDLE);
        table.claim(me, NOW, ANY);
        assertThat(table.slots()[0].misses).isEqualTo(1);
        assertThat(table.slots()[0].leases()).isEqualTo(2);
    }

    @Test
    void a_slot_that_proved_itself_longer_ago_than_the_window_is_passed_over() {
        SlotTable<Integer> table = idle(2);
        table.slots()[0].goodAt = NOW - 500;
        table.slots()[1].goodAt = NOW - 501;
        assertThat(table.claim(me, NOW, 500)).isSameAs(table.slots()[0]);
        assertThat(table.claim(me, NOW, 500)).isNull();
        assertThat(table.claim(me, NOW, 501)).isSameAs(table.slots()[1]);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 5})
    void only_idle_slots_are_lent(int state) {
        SlotTable<Integer> table = idle(1);
        Slot<Integer> slot = table.slots()[0];
        slot.change(slot.word(), Slot.next(slot.word(), state));
        assertThat(table.claim(me, NOW, ANY)).isNull();
        assertThat(slot.state()).isEqualTo(state);
    }

    @Test
    void the_first_empty_slot_below_the_limit_is_claimed_for_opening() {
        SlotTable<Integer> table = new SlotTable<>(3);
        table.slots()[0].move(Slot.EMPTY, Slot.IDLE);
        assertThat(table.claimEmpty(1, NOW)).isNull();
        Slot<Integer> slot = table.claimEmpty(2, NOW);
        assertThat(slot).isSameAs(table.slots()[1]);
        assertThat(slot.holder).isNull();
        assertThat(slot.since).isEqualTo(NOW);
        assertThat(table.claimEmpty(Integer.MAX_VALUE, NOW)).isSameAs(table.slots()[2]);
    }

    @Test
    void what_proved_itself_within_the_window_is_not_checked_again() {
        SlotTable<Integer> table = idle(2);
        table.slots()[0].goodAt = NOW - 500;
        table.slots()[1].goodAt = NOW - 501;
        Slot<Integer> stale = table.claimStale(NOW, 500);
        assertThat(stale).isSameAs(table.slots()[1]);
        assertThat(stale.state()).isEqualTo(Slot.CHECKING);
        assertThat(stale.claimed).isEqualTo(stale.word());
        assertThat(table.claimStale(NOW, 500)).isNull();
        assertThat(table.slots()[0].state()).isEqualTo(Slot.IDLE);
    }

    @Test
    void slots_are_counted_by_state() {
        SlotTable<Integer> table = new SlotTable<>(6);
        for (int state = 0; state < 6; state++) {
            Slot<Integer> slot = table.slots()[state];
            slot.change(slot.word(), Slot.next(slot.word(), state));
        }
        assertThat(IntStream.range(0, 6).map(table::count)).containsOnly(1);
        assertThat(table.live()).isEqualTo(3);
    }

    @Test
    void a_table_grows_and_keeps_its_slots() {
        SlotTable<Integer> table = idle(2);
        Slot<Integer>[] before = table.slots();
        table.growLocked(5);
        assertThat(table.slots()).hasSize(5).startsWith(before);
        assertThat(Arrays.stream(table.slots()).map(Slot::index)).containsExactly(0, 1, 2, 3, 4);
        table.growLocked(1);
        assertThat(table.slots()).hasSize(5);
        assertThat(before).as("an array that a scan may hold").hasSize(2);
    }
}
