package io.rockpool.jdbc;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.rockpool.engine.CloseCause;
import io.rockpool.jdbc.StillDatabase.Counted;
import io.rockpool.jdbc.StillDatabase.Lease;
import java.sql.SQLException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A connection that is used and closed by more threads than one, though JDBC asks for one: never does one lease reach
 * into another.
 *
 * <p>An outcome that is not listed is forbidden.
 */
public final class ConnectionCases {

    private ConnectionCases() {}

    private static final Thread BORROWER = new Thread("borrower");

    /** A pool of one, lent. */
    abstract static class Lent {
        final StillDatabase database = StillDatabase.opened();
        final Lease lease = borrowed();
        final PhysicalConnection physical = lease.slot.resource();

        final Lease borrowed() {
            Lease borrowed = database.borrow(BORROWER);
            if (borrowed == null) {
                throw new IllegalStateException("nothing is idle");
            }
            return borrowed;
        }
    }

    /**
     * A call on a connection reaches the lease's own physical connection or none. Broken, a stale reference would run its
     * statement in the next borrower's transaction. Result: 0 refused, 1 its own, 2 another, 3 nothing at all.
     */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "the lease is over")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "its own")
    @State
    public static class UseAndReplace extends Lent {
        @Actor
        public void user(I_Result r) {
            try {
                PhysicalConnection used = lease.physical();
                r.r1 = used == physical ? 1 : used == null ? 3 : 2;
            } catch (SQLException over) {
                r.r1 = 0;
            }
        }

        @Actor
        public void aborter() {
            database.pool.engine().discard(lease.slot, lease.ticket, CloseCause.ABORTED, false);
            database.borrow(BORROWER);
        }
    }

    /**
     * Of two threads that close a connection with an open statement one cleans up. Broken, two would reset one connection,
     * or it would come back twice. Results: closes of the statement, idle, clean.
     */
    @JCStressTest
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "cleaned once, and idle")
    @State
    public static class DoubleClose extends Lent {
        private final Counted statement = new Counted();

        public DoubleClose() {
            physical.add(statement, true);
        }

        @Actor
        public void one() {
            close(lease);
        }

        @Actor
        public void other() {
            close(lease);
        }

        @Arbiter
        public void end(III_Result r) {
            r.r1 = statement.closes;
            r.r2 = database.pool.engine().statistics().idle();
            r.r3 = lease.slot.resource() == physical && physical.isClean() ? 1 : 0;
        }
    }

    /**
     * A second close that comes late leaves the next lease its statements. Broken, it would close them, or roll back. Results:
     * closes of the next lease's statement, whether that lease stands.
     */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the next lease is as it was")
    @Outcome(id = "0, 2", expect = ACCEPTABLE, desc = "nothing was idle: the other close was not done")
    @State
    public static class LateCloseLeavesTheNextStatement extends Lent {
        private final Counted statement = new Counted();
        private Lease next = lease;

        public LateCloseLeavesTheNextStatement() {
            physical.add(new Counted(), true);
        }

        @Actor
        public void closesAndBorrows() {
            close(lease);
            Lease borrowed = database.borrow(BORROWER);
            if (borrowed != null) {
                next = borrowed;
                physical.add(statement, true);
            }
        }

        @Actor
        public void closesLate() {
            close(lease);
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = statement.closes;
            r.r2 = next == lease ? 2 : next.inForce() && !physical.isClean() ? 1 : 0;
        }
    }

    private static void close(Lease lease) {
        try {
            lease.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
