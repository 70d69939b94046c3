package io.rockpool.engine;

import org.jspecify.annotations.Nullable;

/**
 * The slots of a pool and the ways to claim one.
 *
 * <p>A thread's search starts at its home: the slot where it last found one, so that two threads that met part and keep to
 * their own cache lines. Homes are kept for mixes of the thread's id, a fixed number of them; no per-thread memory is
 * needed, and two threads of one mix share a hint, nothing else.
 *
 * <p>Threads: any; lock-free. A claim that finds nothing has seen every slot. Source: docs/design/0001-slots.md.
 */
final class SlotTable<T> {

    private static final long MIX = 0x9E3779B97F4A7C15L; // 2^64 / golden ratio: spreads neighbouring ids

    private static final int HOME_BITS = 8;

    /** Hints, read and written without order: a stale one costs a search. Written where it changes only. */
    private final Slot<T>[] homes = newArray(1 << HOME_BITS);

    private volatile Slot<T>[] slots;

    SlotTable(int size) {
        slots = fill(newArray(size), 0);
        for (int mix = 0; mix < homes.length; mix++) {
            homes[mix] = slots[(int) (((long) mix * size) >>> HOME_BITS)]; // spread evenly
        }
    }

    /** All slots; the array is never changed, only replaced by a longer one. */
    Slot<T>[] slots() {
        return slots;
    }

    /** Makes room; the existing slots stay. Callers hold the pool's lock. */
    void growLocked(int size) {
        Slot<T>[] old = slots;
        if (size > old.length) {
            Slot<T>[] longer = newArray(size);
            System.arraycopy(old, 0, longer, 0, old.length);
            slots = fill(longer, old.length);
        }
    }

    /** Takes an idle slot that proved itself within the window: IDLE to LEASED by the thread; null if there is none. */
    @Nullable Slot<T> claim(Thread thread, long now, long window) {
        int mix = mix(thread);
        Slot<T> home = homes[mix]; // a slot and not its number: one dependent read less before the CAS
        if (lent(home, thread, now, window)) {
            return home;
        }
        Slot<T>[] all = slots;
        int count = all.length;
        int i = home.index < count ? home.index : 0; // a hint may be seen before the longer array that it came from
        for (int seen = 0; seen < count; seen++) {
            if (++i == count) {
                i = 0;
            }
            Slot<T> slot = all[i];
            if (lent(slot, thread, now, window)) {
                if (slot != home) {
                    homes[mix] = slot;
                }
                return slot;
            }
        }
        return null;
    }

    private boolean lent(Slot<T> slot, Thread thread, long now, long window) {
        long word = slot.word();
        return Slot.stateOf(word) == Slot.IDLE && now - slot.goodAt <= window && slot.lend(word, thread, now);
    }

    /** Takes an idle slot that has to prove itself first: IDLE to CHECKING; null if there is none. Under the lock. */
    @Nullable Slot<T> claimStale(long now, long window) {
        for (Slot<T> slot : slots) {
            long word = slot.word(); // goodAt was written before it
            if (Slot.stateOf(word) == Slot.IDLE
                    && now - slot.goodAt > window
                    && claimed(slot, word, Slot.next(word, Slot.CHECKING), now)) {
                return slot;
            }
        }
        return null;
    }

    /** Takes the first empty slot among the first {@code limit}: EMPTY to OPENING; null if there is none. Under the lock. */
    @Nullable Slot<T> claimEmpty(int limit, long now) {
        Slot<T>[] all = slots;
        for (int i = 0; i < Math.min(limit, all.length); i++) {
            long word = all[i].word();
            if (Slot.stateOf(word) == Slot.EMPTY && claimed(all[i], word, Slot.next(word, Slot.OPENING), now)) {
                return all[i];
            }
        }
        return null;
    }

    private boolean claimed(Slot<T> slot, long from, long to, long now) {
        if (!slot.change(from, to)) {
            return false;
        }
        try {
            slot.claimed = to;
            slot.stamp(to, null, now);
            return true;
        } catch (Error e) {
            if (slot.word == to) {
                slot.lost = to;
            }
            throw e;
        }
    }

    int count(int state) {
        int count = 0;
        for (Slot<T> slot : slots) {
            if (slot.state() == state) {
                count++;
            }
        }
        return count;
    }

    /** Slots about to serve waiters: being validated for one, or just opened. One that was abandoned counts no more. */
    int checkedForWaiters() {
        int count = 0;
        for (Slot<T> slot : slots) {
            if (slot.state() == Slot.CHECKING && slot.forWaiter) {
                count++;
            }
        }
        return count;
    }

    /** Slots with a resource that may serve again: idle, leased or being checked. */
    int live() {
        int live = 0;
        for (Slot<T> slot : slots) {
            int state = slot.state();
            if (state == Slot.IDLE || state == Slot.LEASED || state == Slot.CHECKING) {
                live++;
            }
        }
        return live;
    }

    /** How many of the first {@code limit} slots this thread holds. */
    int heldBy(Thread thread, int limit) {
        int held = 0;
        Slot<T>[] all = slots;
        for (int i = 0; i < Math.min(limit, all.length); i++) {
            Slot<T> slot = all[i];
            long word = slot.word();
            if (Slot.stateOf(word) == Slot.LEASED && slot.stamped(word) && slot.holder == thread) {
                held++;
            }
        }
        return held;
    }

    @SuppressWarnings("deprecation") // threadId() is of Java 19
    private static int mix(Thread thread) {
        return (int) ((thread.getId() * MIX) >>> (Long.SIZE - HOME_BITS));
    }

    @SuppressWarnings("unchecked")
    private static <T> Slot<T>[] newArray(int size) {
        return (Slot<T>[]) new Slot<?>[size];
    }

    private static <T> Slot<T>[] fill(Slot<T>[] slots, int from) {
        for (int i = from; i < slots.length; i++) {
            slots[i] = new Slot<>(i);
        }
        return slots;
    }
}
