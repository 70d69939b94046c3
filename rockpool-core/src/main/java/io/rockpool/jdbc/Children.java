package io.rockpool.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The open statements, and result sets without one, of a connection: doubly linked, so that closing one costs the same
 * whether one or a thousand are open.
 *
 * <p>Two lists. What the lease's holder opens stands in one that only the holder changes: no atomic step, where a lock would
 * cost two a statement. What other threads open stands in the other, under the lock. Another thread that closes a child of
 * the holder marks it, and the holder takes it off at its next opening.
 *
 * <p>A connection inherits them, so that whether there are any is read beside its flags: docs/design/0008-cost-of-a-borrow.md.
 *
 * <p>Threads: {@code holder} says whether the calling thread is the lease's; {@link #closeChildren} by the thread that ends the
 * lease. Source: docs/design/0004-wrappers.md.
 */
abstract class Children {

    private @Nullable Child ofHolder;
    private @Nullable Child ofOthers; // changed under this lock

    final boolean hasNoChildren() {
        return ofHolder == null && ofOthers == null;
    }

    final void add(Child child, boolean holder) {
        if (holder) {
            while (ofHolder != null && ofHolder.ended) {
                ofHolder = without(ofHolder, ofHolder);
            }
            child.place = Child.OF_HOLDER;
            ofHolder = with(child, ofHolder);
        } else {
            synchronized (this) {
                child.place = Child.OF_OTHERS;
                ofOthers = with(child, ofOthers);
            }
        }
    }

    /** A child was closed, by whichever thread. */
    final void remove(Child child, boolean holder) {
        switch (child.place) {
            case Child.OF_HOLDER -> {
                if (holder) {
                    ofHolder = without(child, ofHolder);
                } else {
                    child.ended = true;
                }
            }
            case Child.OF_OTHERS -> {
                synchronized (this) {
                    if (child.place == Child.OF_OTHERS) {
                        ofOthers = without(child, ofOthers);
                    }
                }
            }
            default -> {} // closed before, or never listed
        }
    }

    /** Closes all; the first failure is thrown when every one has been tried. */
    final void closeChildren() throws SQLException {
        SQLException first = null;
        Child child;
        while ((child = ofHolder) != null) {
            ofHolder = without(child, child);
            first = close(child, first);
        }
        while ((child = ofOthers) != null) {
            remove(child, false);
            first = close(child, first);
        }
        if (first != null) {
            throw first;
        }
    }

    @SuppressWarnings("ReferenceEquality") // an exception may not suppress itself; an equal one is another
    private static @Nullable SQLException close(Child child, @Nullable SQLException first) {
        if (child.ended) {
            return first;
        }
        try {
            child.closeDelegate();
        } catch (SQLException e) {
            if (first == null) {
                return e;
            }
            if (first != e) {
                first.addSuppressed(e);
            }
        }
        return first;
    }

    private static Child with(Child child, @Nullable Child head) {
        child.next = head;
        if (head != null) {
            head.previous = child;
        }
        return child;
    }

    private static @Nullable Child without(Child child, @Nullable Child head) {
        Child before = child.previous;
        Child after = child.next;
        if (after != null) {
            after.previous = before;
            child.next = null;
        }
        child.place = Child.NOWHERE;
        if (before == null) {
            return after;
        }
        before.next = after;
        child.previous = null;
        return head;
    }
}
