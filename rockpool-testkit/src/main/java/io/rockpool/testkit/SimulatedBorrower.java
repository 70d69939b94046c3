package io.rockpool.testkit;

import static io.rockpool.testkit.SimulatedPlatform.MILLI;

import io.rockpool.engine.BorrowFailure;
import io.rockpool.engine.CloseCause;
import io.rockpool.engine.Slot;
import io.rockpool.engine.Waiter;
import io.rockpool.testkit.SimulatedDatabase.Session;
import org.jspecify.annotations.Nullable;

/**
 * A caller in a simulation: thinks, borrows, holds, gives back in one of the many ways, and starts again.
 *
 * <p>Threads: one; the {@link Thread} it has is its identity for the engine and is never started.
 */
final class SimulatedBorrower {

    final Thread identity;
    private final Simulation simulation;
    private final SimulatedPlatform platform;

    @Nullable Waiter<Session> waiter;

    long deadline;
    long queuedAt;
    private int awaited; // counts sleeps, so that an old timer wakes nobody
    int holding;
    boolean retired;

    SimulatedBorrower(Simulation simulation, SimulatedPlatform platform, int number) {
        this.simulation = simulation;
        this.platform = platform;
        this.identity = new Identity(number);
    }

    void start() {
        platform.in(platform.random(20 * MILLI), this::borrow);
    }

    private void borrow() {
        if (retired || waiter != null) {
            return;
        }
        simulation.borrowBegins(this);
        Slot<Session> slot = simulation.pool().tryBorrow(identity);
        if (slot != null) {
            lend(slot);
            return;
        }
        long timeout = simulation.borrowTimeout();
        waiter = simulation.pool().waiter(identity, timeout);
        queuedAt = simulation.nextArrival();
        deadline = platform.nanos() + timeout;
        step(awaited);
    }

    /** One step of a borrow that waits; a wake-up meant for an earlier sleep does nothing. */
    private void step(int sleep) {
        Waiter<Session> mine = waiter;
        if (mine == null || sleep != awaited) {
            return;
        }
        awaited++;
        platform.awake(mine);
        if (simulation.interrupts() && simulation.pool().leave(mine)) {
            ended();
            simulation.interrupted();
            again();
            return;
        }
        Slot<Session> slot;
        try {
            slot = simulation.pool().advance(mine);
        } catch (BorrowFailure failure) {
            ended();
            simulation.failed(this, failure);
            again();
            return;
        }
        if (slot != null) {
            simulation.served(this);
            ended();
            lend(slot);
        } else {
            int next = awaited;
            platform.sleeping(mine, () -> step(next));
            platform.at(mine.sleepUntil(), () -> step(next));
        }
    }

    private void ended() {
        Waiter<Session> mine = waiter;
        waiter = null;
        if (mine != null) {
            platform.gone(mine);
        }
    }

    private void again() {
        platform.in(platform.random(10 * MILLI), this::borrow);
    }

    private void lend(Slot<Session> slot) {
        long ticket = slot.ticket();
        Session session = slot.resource();
        simulation.lent(this, session);
        holding++;
        boolean dirty = platform.random.nextInt(3) == 0;
        session.dirty = dirty;
        platform.in(simulation.holdTime(), () -> giveBack(slot, ticket, session, dirty));
        if (holding == 1 && platform.random.nextInt(8) == 0) {
            platform.in(platform.random(2 * MILLI), this::borrow); // a second one while it has the first
        }
    }

    private void giveBack(Slot<Session> slot, long ticket, Session session, boolean dirty) {
        holding--;
        boolean inForce = slot.word() == ticket;
        if (inForce) {
            session.owner = null;
        }
        int way = platform.random.nextInt(100);
        if (way < 4) {
            simulation.pool().discard(slot, ticket, CloseCause.BROKEN, false);
        } else if (way < 6) {
            simulation.pool().discard(slot, ticket, CloseCause.ABORTED, true);
        } else if (dirty || way < 12) {
            reset(slot, ticket, session, way);
        } else {
            simulation.givenBack(inForce, simulation.pool().giveBack(slot, ticket));
        }
        if (platform.random.nextInt(10) == 0) {
            platform.in(platform.random(MILLI), () -> doubleReturn(slot, ticket, session));
        }
        if (waiter == null) {
            again();
        }
    }

    private void reset(Slot<Session> slot, long ticket, Session session, int way) {
        long word = simulation.pool().beginReset(slot, ticket);
        if (word == 0) {
            return;
        }
        CloseCause cause = way % 20 == 7 ? CloseCause.RESET_FAILED : null;
        long takes = way == 99 && simulation.callsHang() ? 3_000 * MILLI : platform.random(MILLI);
        platform.in(takes, () -> {
            if (slot.word() == word && cause == null) {
                session.dirty = false;
            }
            simulation.pool().endReset(slot, word, cause);
        });
    }

    private void doubleReturn(Slot<Session> slot, long ticket, Session session) {
        boolean accepted = simulation.pool().giveBack(slot, ticket)
                || simulation.pool().beginReset(slot, ticket) != 0
                || simulation.pool().discard(slot, ticket, CloseCause.BROKEN, false);
        if (accepted) {
            simulation.fault("a second return of session " + session.id + " was accepted");
        }
    }

    /** A thread that is only a name and a number, so that a replay searches the slots in the same order. */
    private static final class Identity extends Thread {
        private final long number;

        Identity(int number) {
            super("borrower-" + number);
            this.number = number + 1L;
        }

        @Override
        public long getId() {
            return number;
        }
    }

    @Override
    public String toString() {
        return identity.getName();
    }
}
