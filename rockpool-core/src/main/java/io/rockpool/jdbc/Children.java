package io.rockpool.jdbc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The open statements, and result sets without one, of a connection: a doubly linked list, so that closing one costs the
 * same whether one or a thousand are open.
 *
 * <p>Threads: any; guarded by a flag that is held for some nanoseconds and never over a driver call. A lock would cost
 * two more atomic steps a statement. Source: docs/design/0004-wrappers.md.
 */
final class Children {

    private @Nullable Child head; // guarded by busy, as are the links
    private volatile int busy;

    boolean isEmpty() {
        return head == null;
    }

    void add(Child child) {
        enter();
        child.next = head;
        if (head != null) {
            head.previous = child;
        }
        head = child;
        child.listed = true;
        BUSY.setRelease(this, 0);
    }

    void remove(Child child) {
        enter();
        if (child.listed) {
            if (child.previous == null) {
                head = child.next;
            } else {
                child.previous.next = child.next;
            }
            if (child.next != null) {
                child.next.previous = child.previous;
            }
            child.next = null;
            child.previous = null;
            child.listed = false;
        }
        BUSY.setRelease(this, 0);
    }

    /** Closes all; the first failure is thrown when every one has been tried. */
    @SuppressWarnings("ReferenceEquality") // an exception may not suppress itself; an equal one is another
    void closeAll() throws SQLException {
        SQLException first = null;
        Child child;
        while ((child = head) != null) {
            remove(child);
            try {
                child.closeDelegate();
            } catch (SQLException e) {
                if (first == null) {
                    first = e;
                } else if (first != e) {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // the other thread is a few instructions from done
    private void enter() {
        for (int tries = 0; !BUSY.compareAndSet(this, 0, 1); tries++) {
            if (tries < 100) {
                Thread.onSpinWait();
            } else {
                Thread.yield(); // the holder was taken off its core
            }
        }
    }

    private static final VarHandle BUSY;

    static {
        try {
            BUSY = MethodHandles.lookup().findVarHandle(Children.class, "busy", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
