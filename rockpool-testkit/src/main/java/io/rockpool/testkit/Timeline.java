package io.rockpool.testkit;

import io.rockpool.engine.BorrowFailure;
import io.rockpool.engine.ResourcePool;
import io.rockpool.engine.Slot;
import io.rockpool.engine.Waiter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * People who borrow from a pool one step at a time, so that a test reads like the timeline drawn above it.
 *
 * <pre>{@code
 *   var holder = timeline.person("holder");
 *   var waiter = timeline.person("waiter");
 *   holder.borrows();
 *   waiter.borrows();          // waits
 *   holder.givesBack();
 *   waiter.wakes();            // has it now
 * }</pre>
 *
 * <p>Threads: one; a person's {@link Thread} is an identity for the engine and never started.
 */
public final class Timeline<T> {

    private final ResourcePool<T> pool;

    public Timeline(ResourcePool<T> pool) {
        this.pool = pool;
    }

    /** Somebody new. */
    public Person person(String name) {
        return new Person(name);
    }

    /** One caller; holds at most one lease at a time. */
    public final class Person {

        private final Thread identity;
        private @Nullable Waiter<T> waiter;
        private @Nullable Slot<T> slot;
        private @Nullable BorrowFailure failure;
        private long ticket;

        private Person(String name) {
            this.identity = new Thread(() -> {}, name);
        }

        /** Asks, ready to wait for the pool's timeout. */
        public Person borrows() {
            return borrows(Duration.ofNanos(pool.settings().borrowTimeout()));
        }

        /** Asks, ready to wait this long. */
        public Person borrows(Duration timeout) {
            failure = null;
            take(pool.tryBorrow(identity));
            if (slot == null) {
                waiter = pool.waiter(identity, timeout.toNanos());
                wakes();
                wakes(); // what the first step asked for may be there
            }
            return this;
        }

        /** Looks again, as after a wake-up or at the end of its sleep; does nothing for one who does not wait. */
        public Person wakes() {
            Waiter<T> waiting = waiter;
            if (waiting == null) {
                return this;
            }
            try {
                take(pool.advance(waiting));
                if (slot != null) {
                    waiter = null;
                }
            } catch (BorrowFailure f) {
                failure = f;
                waiter = null;
            }
            return this;
        }

        /** Stops waiting, as when interrupted; false if it was served in that moment. */
        public boolean leaves() {
            Waiter<T> waiting = waiter;
            boolean left = waiting != null && pool.leave(waiting);
            if (left) {
                waiter = null;
            }
            return left;
        }

        private void take(@Nullable Slot<T> lent) {
            if (lent != null) {
                slot = lent;
                ticket = lent.ticket();
            }
        }

        /** Gives back what it holds; false if the lease had ended already. */
        public boolean givesBack() {
            Slot<T> mine = slot;
            return mine != null && pool.giveBack(mine, ticket);
        }

        /** Lets go of the lease it remembers, so that it may borrow a second one beside it. */
        public Person keepsAndGoesOn() {
            slot = null;
            return this;
        }

        public boolean isWaiting() {
            return waiter != null;
        }

        /** Whether it holds a lease that is in force. */
        public boolean has() {
            Slot<T> mine = slot;
            return mine != null && mine.word() == ticket;
        }

        /** What it holds. */
        public T resource() {
            Slot<T> mine = slot;
            if (mine == null) {
                throw new IllegalStateException(this + " holds nothing");
            }
            return mine.resource();
        }

        /** The slot and the ticket, for what a person has no word for. */
        public @Nullable Slot<T> slot() {
            return slot;
        }

        public long ticket() {
            return ticket;
        }

        /** Why the last borrow failed, or null. */
        public @Nullable BorrowFailure failure() {
            return failure;
        }

        @Override
        public String toString() {
            return identity.getName();
        }
    }
}
