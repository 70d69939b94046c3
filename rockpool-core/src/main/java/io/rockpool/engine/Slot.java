package io.rockpool.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A place in the pool: one resource, its state, and who holds it.
 *
 * <pre>
 *   EMPTY --claimEmpty--> OPENING --opened--> IDLE --borrow--> LEASED
 *     ^                      |                 ^ ^  <-give back-- |
 *     |                   failed, abandoned    | |                | reset on return
 *     |                      |                 | +--healthy-- CHECKING &lt;--check-- IDLE
 *     +<---------------------+                 |                  |
 *     +<--closed-- CLOSING <---evict-----------+<-----sick--------+   (LEASED: discard, abort)
 * </pre>
 *
 * <p>State and generation are one {@code long}: the state in the low three bits, the generation above. Every change is one
 * CAS and raises the generation, so the word of a lease is its ticket: give back, double give back, use after return and
 * a late driver call are all decided by one compare. Holds at every moment:
 *
 * <ul>
 *   <li>I1 no two leases share a word
 *   <li>I2 a waiter sleeps only if no slot was IDLE after it was queued, or a wake-up is under way
 *   <li>I3 no driver call is made while a word is being changed or a lock is held
 *   <li>I4 only the thread that made the word LEASED, OPENING, CHECKING or CLOSING touches the resource, until the
 *       watchdog takes the word away; a late finisher then fails its CAS and closes what it has
 * </ul>
 *
 * <p>Threads: any. Units: nanoseconds of {@link Platform#nanos()}. Source: docs/design/0001-slots.md.
 */
public final class Slot<T> extends SlotFields<T> {

    static final int EMPTY = 0;
    static final int OPENING = 1;
    static final int IDLE = 2;
    static final int LEASED = 3;
    static final int CHECKING = 4;
    static final int CLOSING = 5;

    /** Marks: why to close at the next chance (low byte, {@link CloseCause#mark}), and that a leak was told. */
    static final int EVICT = 0xff;

    static final int LEAK_TOLD = 0x100;

    private static final int STATE = 7;
    private static final int GENERATION = 8;

    // The padding after the fields: a neighbour's CAS must not take this slot's cache line.
    long q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, qa, qb, qc, qd;

    Slot(int index) {
        super(index);
    }

    static int stateOf(long word) {
        return (int) word & STATE;
    }

    static long next(long word, int state) {
        return (word & ~STATE) + GENERATION + state;
    }

    /** The place in the pool, from 0. */
    public int index() {
        return index;
    }

    /** The state word. Acquire: pairs with every CAS of it; plain, a reader could see a lease before its resource. */
    public long word() {
        return (long) WORD.getAcquire(this);
    }

    /** What this slot holds; only for the holder of the lease (I4). */
    @SuppressWarnings("NullAway") // LEASED implies a resource: opened() writes it before the word
    public T resource() {
        T read = resource;
        VarHandle.loadLoadFence(); // whoever compares the word next compares it after this read
        return read;
    }

    /** The ticket of the lease that its holder was just given; -1, which no word is, if it has ended already. */
    public long ticket() {
        long word = word();
        return stateOf(word) == LEASED ? word : -1;
    }

    /** Whether this thread borrowed the lease; meant for the lease's users, who know that there is one. */
    public boolean isHeldBy(Thread thread) {
        return holder == thread;
    }

    /** When the lease began, by the tick. */
    public long leasedAt() {
        return since;
    }

    /** When the previous lease ended, by the tick; the time of opening before the first. */
    public long idleSince() {
        return idleSince;
    }

    /** When the resource was opened. */
    public long openedAt() {
        return openedAt;
    }

    /** Leases this resource has served, the present one included. */
    public long uses() {
        return leases - leasesBefore;
    }

    /** The present word, if the step that made it was {@link #lost}; 0, which no such word is, otherwise. */
    long lostWord() {
        long word = word();
        return lost == word ? word : 0;
    }

    int state() {
        return stateOf(word());
    }

    boolean change(long from, long to) {
        return WORD.compareAndSet(this, from, to);
    }

    /** Moves from one state to another; the new word, or 0 where another thread was first or the state is not this. */
    long move(int from, int to) {
        long word = word();
        if (stateOf(word) != from) {
            return 0;
        }
        long changed = next(word, to);
        return change(word, changed) ? changed : 0;
    }

    /** IDLE to LEASED by the thread. */
    boolean lend(long idle, Thread thread, long now) {
        long lease = next(idle, LEASED);
        if (!change(idle, lease)) {
            return false;
        }
        try {
            if (onDemand) {
                onDemand = false;
                misses++;
            }
            countLease();
            forWaiter = false;
            stamp(lease, thread, now);
            return true;
        } catch (Error e) { // without the mark the slot would be nobody's; no call, as there is no stack for one
            lost = lease;
            throw e;
        }
    }

    /**
     * Notes the owner of the new state and its time. Release on the stamp: a reader that finds it equal to the word also
     * sees this owner; without it a diagnosis could blame the thread that held the slot before.
     */
    void stamp(long word, @Nullable Thread owner, long now) {
        if (holder != owner) { // most often the same thread: spares the collector's write barrier
            holder = owner;
        }
        since = now;
        STAMP.setRelease(this, word);
    }

    /** Whether {@link #holder} and {@link #since} belong to this word. */
    boolean stamped(long word) {
        return (long) STAMP.getAcquire(this) == word;
    }

    void countLease() {
        LEASES.setOpaque(this, leases + 1); // owner-only; opaque so that a reader never sees half a long
    }

    /** Takes back {@link #countLease} for a lease that never reached its borrower. */
    void uncountLease() {
        LEASES.setOpaque(this, leases - 1);
    }

    long leases() {
        return (long) LEASES.getOpaque(this);
    }

    int mark() {
        return (int) MARK.getVolatile(this);
    }

    /**
     * Adds a mark; false if one of its kind was there, which stays: two causes to close added up would read as a third.
     * Volatile: pairs with the give back that reads it after its CAS.
     */
    boolean mark(int bits) {
        int kind = (bits & EVICT) != 0 ? EVICT : bits;
        int before;
        do {
            before = mark();
            if ((before & kind) != 0) {
                return false;
            }
        } while (!MARK.compareAndSet(this, before, before | bits));
        return true;
    }

    void unmark(int bits) {
        MARK.getAndBitwiseAnd(this, ~bits);
    }

    private static final VarHandle WORD;
    private static final VarHandle STAMP;
    private static final VarHandle LEASES;
    private static final VarHandle MARK;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            WORD = lookup.findVarHandle(SlotFields.class, "word", long.class);
            STAMP = lookup.findVarHandle(SlotFields.class, "stamp", long.class);
            LEASES = lookup.findVarHandle(SlotFields.class, "leases", long.class);
            MARK = lookup.findVarHandle(SlotFields.class, "mark", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}

/** The padding before the fields. */
abstract class SlotPadding {
    long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, pa, pb, pc, pd;
}

/** What a slot holds; written by the owner of its state alone, but for {@code word} and {@code mark}. */
abstract class SlotFields<T> extends SlotPadding {
    final int index;
    /** Public, as {@link #lost}; everybody else reads it by {@link Slot#word}. */
    public volatile long word;

    /**
     * A word whose step ended half-way in an Error, no memory or no stack, so that nobody will finish it; the housekeeper
     * does. Written by a catch that compares and stores and calls nothing: there may be no stack for a call. Volatile: the
     * resource is written before. Public for the same reason, in a package that is not exported.
     */
    public volatile long lost;

    volatile int mark;

    @Nullable T resource;

    /** Owner of the state in {@link #stamp}: the borrowing thread while leased. */
    @Nullable Thread holder;

    /** When the state in {@link #stamp} began. */
    long since;

    long stamp;

    /** The word of the last claim under the pool's lock: the watchdog may move on before the claimer looks. */
    long claimed;

    /** About to serve a waiter once it is opened or checked; false again from its lease on. */
    boolean forWaiter;

    long idleSince;
    /** When the resource last proved itself: given back, or opened or validated, which holds for one tick more. */
    long goodAt;

    long openedAt;
    long maxAge;
    /** Its close is in the counters: one that is lost half-way is tried again. */
    boolean closeCounted;
    /** Opened for a borrower, and not lent yet: its first lease is a miss. */
    boolean onDemand;

    long leases;
    /** Those that earlier resources of this slot served. */
    long leasesBefore;

    long misses;

    @Nullable Throwable acquiredAt;

    SlotFields(int index) {
        this.index = index;
    }
}
