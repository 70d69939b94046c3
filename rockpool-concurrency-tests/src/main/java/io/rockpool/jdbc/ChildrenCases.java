package io.rockpool.jdbc;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.rockpool.jdbc.StillDatabase.Counted;
import java.sql.SQLException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * What a connection has to close, opened and closed by two threads: none is lost, none is closed twice. Broken, a statement
 * would stay open in the driver for the life of the connection.
 *
 * <p>An outcome that is not listed is forbidden. Results: closes of the one and of the other at the end.
 */
public final class ChildrenCases {

    private ChildrenCases() {}

    /** A list, and one child in it if asked. */
    abstract static class Listed {
        final Children children = new Children() {};
        final Counted first = new Counted();
        final Counted second = new Counted();

        final void closeAll() {
            try {
                children.closeChildren();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        final void count(II_Result r) {
            closeAll();
            r.r1 = first.closes;
            r.r2 = second.closes;
        }
    }

    /** The lease's holder and another thread add one each: they stand in two lists. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both are listed")
    @State
    public static class HolderAddsAndAnotherAdds extends Listed {
        @Actor
        public void holder() {
            children.add(first, true);
        }

        @Actor
        public void other() {
            children.add(second, false);
        }

        @Arbiter
        public void end(II_Result r) {
            count(r);
        }
    }

    /** Two threads that are not the holder add one each: to one list, under its lock. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both are listed")
    @State
    public static class TwoOthersAdd extends Listed {
        @Actor
        public void one() {
            children.add(first, false);
        }

        @Actor
        public void other() {
            children.add(second, false);
        }

        @Arbiter
        public void end(II_Result r) {
            count(r);
        }
    }

    /** The holder adds one while another thread closes its neighbour to be, which is marked and not touched. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "one ended, one listed")
    @State
    public static class HolderAddsAndAnotherRemoves extends Listed {
        public HolderAddsAndAnotherRemoves() {
            children.add(first, true);
        }

        @Actor
        public void holder() {
            children.add(second, true);
        }

        @Actor
        public void other() {
            children.remove(first, false);
        }

        @Arbiter
        public void end(II_Result r) {
            count(r);
        }
    }

    /** Another thread adds one while the lease ends: it is closed with the rest, or listed for the next end. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "each closed once")
    @State
    public static class AnotherAddsAndLeaseEnds extends Listed {
        public AnotherAddsAndLeaseEnds() {
            children.add(first, false);
        }

        @Actor
        public void other() {
            children.add(second, false);
        }

        @Actor
        public void closer() {
            closeAll();
        }

        @Arbiter
        public void end(II_Result r) {
            count(r);
        }
    }
}
