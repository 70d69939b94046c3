package io.rockpool.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlotTest {

    private final Slot<Integer> slot = new Slot<>(3);

    @Test
    void a_new_slot_is_empty() {
        assertThat(slot.index()).isEqualTo(3);
        assertThat(slot.state()).isEqualTo(Slot.EMPTY);
        assertThat(slot.leases()).isZero();
        assertThat(slot.mark()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 2", "1, 0", "2, 3", "2, 4", "2, 5", "3, 2", "3, 4", "3, 5", "4, 2", "4, 5", "5, 0"})
    void a_move_changes_the_state_and_raises_the_generation(int from, int to) {
        slot.change(slot.word(), Slot.next(slot.word(), from));
        long before = slot.word();
        long after = slot.move(from, to);
        assertThat(after).isEqualTo(slot.word()).isGreaterThan(before);
        assertThat(slot.state()).isEqualTo(to);
        assertThat(after >>> 3).isEqualTo((before >>> 3) + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void a_move_from_another_state_changes_nothing(int from) {
        long before = slot.word();
        assertThat(slot.move(from, Slot.LEASED)).isZero();
        assertThat(slot.word()).isEqualTo(before);
    }

    @Test
    void the_word_of_a_lease_gives_back_once() {
        slot.move(Slot.EMPTY, Slot.IDLE);
        long ticket = slot.move(Slot.IDLE, Slot.LEASED);
        assertThat(slot.change(ticket, Slot.next(ticket, Slot.IDLE))).isTrue();
        assertThat(slot.change(ticket, Slot.next(ticket, Slot.IDLE))).isFalse();
        slot.move(Slot.IDLE, Slot.LEASED); // the next borrower's
        assertThat(slot.change(ticket, Slot.next(ticket, Slot.IDLE))).as("I1").isFalse();
        assertThat(slot.state()).isEqualTo(Slot.LEASED);
    }

    @Test
    void no_two_leases_share_a_word() {
        Set<Long> words = new HashSet<>();
        slot.move(Slot.EMPTY, Slot.IDLE);
        for (int i = 0; i < 10_000; i++) {
            assertThat(words.add(slot.move(Slot.IDLE, Slot.LEASED))).as("I1").isTrue();
            slot.move(Slot.LEASED, Slot.IDLE);
        }
    }

    /** Sixteen threads, one idle slot, a thousand rounds: each round has one winner. */
    @Test
    void of_many_threads_one_cas_decides() throws InterruptedException {
        int threads = 16;
        int rounds = 1_000;
        AtomicInteger wins = new AtomicInteger();
        Set<Integer> roundsWon = java.util.concurrent.ConcurrentHashMap.newKeySet();
        java.util.concurrent.CyclicBarrier barrier = new java.util.concurrent.CyclicBarrier(
                threads, () -> slot.change(slot.word(), Slot.next(slot.word(), Slot.IDLE)));
        CountDownLatch done = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            new Thread(() -> {
                        try {
                            for (int round = 0; round < rounds; round++) {
                                barrier.await();
                                if (slot.move(Slot.IDLE, Slot.LEASED) != 0) {
                                    wins.incrementAndGet();
                                    roundsWon.add(round);
                                }
                                barrier.await();
                            }
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        } finally {
                            done.countDown();
                        }
                    })
                    .start();
        }
        done.await();
        // The barrier's second trip makes the slot idle as well, but nobody claims before the next round.
        assertThat(wins.get()).isEqualTo(rounds);
        assertThat(roundsWon).hasSize(rounds);
    }

    @Test
    void a_stamp_belongs_to_one_word() {
        slot.move(Slot.EMPTY, Slot.IDLE);
        long lease = slot.move(Slot.IDLE, Slot.LEASED);
        assertThat(slot.stamped(lease)).isFalse();
        slot.stamp(lease, Thread.currentThread(), 42);
        assertThat(slot.stamped(lease)).isTrue();
        assertThat(slot.holder).isSameAs(Thread.currentThread());
        assertThat(slot.leasedAt()).isEqualTo(42);
        assertThat(slot.stamped(slot.move(Slot.LEASED, Slot.IDLE))).isFalse();
    }

    @Test
    void leases_are_counted_and_taken_back() {
        slot.countLease();
        slot.countLease();
        slot.uncountLease();
        assertThat(slot.leases()).isEqualTo(1);
        assertThat(slot.uses()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void a_cause_to_close_fits_in_its_mark_beside_the_leaks(CloseCause cause) {
        assertThat(slot.mark(Slot.LEAK_TOLD)).isTrue();
        assertThat(slot.mark(Slot.LEAK_TOLD)).as("told once").isFalse();
        assertThat(slot.mark(cause.mark())).isTrue();
        assertThat(CloseCause.ofMark(slot.mark())).isEqualTo(cause);
        slot.unmark(Slot.LEAK_TOLD);
        assertThat(slot.mark()).isEqualTo(cause.mark());
        slot.unmark(Slot.EVICT);
        assertThat(slot.mark()).isZero();
    }

    /** Bits of two causes added up would read as a third one. */
    @Test
    void a_second_cause_to_close_keeps_a_cause_that_was_given() {
        slot.mark(CloseCause.RECYCLED.mark());
        slot.mark(CloseCause.RESIZED.mark());
        assertThat(CloseCause.ofMark(slot.mark())).isIn(CloseCause.RECYCLED, CloseCause.RESIZED);
    }
}
