package io.rockpool.testkit;

import io.rockpool.testkit.FaultyServerViolation.Kind;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one door to the server: every driver call passes it, is counted and judged, and meets the faults of the script.
 *
 * <p>Threads: any; no lock is held while a call waits. Errors: what the call or its fault throws; the messages made
 * here tell the server's name, its seed and the number of the call.
 */
final class FaultyServerDoor {
    final FaultyServerLedger ledger = new FaultyServerLedger();
    final FaultHangs hangs = new FaultHangs();
    final FaultScript script;
    private final String server;
    private final BooleanSupplier refusing;
    private final Map<Integer, Thread> inside = new ConcurrentHashMap<>();
    volatile boolean doubleCloseAllowed;

    /**
     * @param server the server's name and seed, for messages
     * @param refusing whether connects that wait, wait in vain
     */
    FaultyServerDoor(String server, long seed, BooleanSupplier refusing) {
        this.server = server;
        this.script = new FaultScript(seed);
        this.refusing = refusing;
    }

    /** Makes the call, or what the script wants of it. The session is null for a connect. */
    @Nullable Object pass(@Nullable FaultyServerSession session, FaultyDriverCall call) throws Throwable {
        long number = ledger.called(session, call);
        long cancels = session == null ? 0 : session.cancels();
        boolean entered = session != null && enter(session, call);
        try {
            Fault fault = script.next(call.name(), session == null ? 0 : session.id);
            Object answer = fault == null ? run(session, call) : run(session, call, fault, number, cancels);
            if (session != null && call.isConnectionClose()) {
                session.closeAnswered();
            }
            return answer;
        } catch (SQLException e) {
            throw call.declared(e);
        } finally {
            if (session != null && entered) {
                inside.remove(session.id);
            }
        }
    }

    boolean isInside(FaultyServerSession session) {
        return inside.containsKey(session.id);
    }

    /** Records what is wrong with the call. @return whether it now is the connection's one running call */
    private boolean enter(FaultyServerSession session, FaultyDriverCall call) {
        if (call.isConnectionClose() || call.isConnectionAbort()) {
            session.askToEnd();
        }
        FaultyServerSession.End end = session.end();
        if (call.isConnectionClose() && session.isClosedForTheClient() && !doubleCloseAllowed) {
            ledger.violated(Kind.DOUBLE_CLOSE, session, call, "");
        } else if (end != FaultyServerSession.End.OPEN && !call.isLegalAfterClose()) {
            boolean closed = end == FaultyServerSession.End.CLOSED;
            ledger.violated(closed ? Kind.CALL_AFTER_CLOSE : Kind.CALL_AFTER_ABORT, session, call, "");
        }
        if (call.isFromAnyThread()) {
            if (call.isConnectionClose() && isInside(session)) {
                ledger.closesDuringCall.increment();
            }
            return false;
        }
        Thread other = inside.putIfAbsent(session.id, Thread.currentThread());
        if (other != null && other != Thread.currentThread()) {
            ledger.violated(Kind.CONCURRENT_CALL, session, call, " while thread '" + other.getName() + "' is inside");
        }
        return other == null;
    }

    private @Nullable Object run(@Nullable FaultyServerSession session, FaultyDriverCall call) throws Throwable {
        if (session == null) {
            return call.effect().run();
        }
        session.lock.lock();
        try {
            if (!call.isLegalAfterClose()) {
                needUsable(session, call);
            }
            return call.effect().run();
        } finally {
            session.lock.unlock();
        }
    }

    private void needUsable(FaultyServerSession session, FaultyDriverCall call) throws SQLException {
        if (session.end() != FaultyServerSession.End.OPEN) {
            String message = call.name() + " on the closed connection c" + session.id + " of " + server;
            throw FaultSqlState.exception(FaultSqlState.CONNECTION_CLOSED, message);
        }
        if (!session.isAlive()) {
            String message = call.name() + ": " + server + " has ended the connection c" + session.id;
            throw FaultSqlState.exception(FaultSqlState.CONNECTION_LOST, message);
        }
    }

    private @Nullable Object run(
            @Nullable FaultyServerSession session, FaultyDriverCall call, Fault fault, long number, long cancels)
            throws Throwable {
        FaultAction action = fault.action();
        String place = "fault " + fault + "; " + server + ", driver call " + number;
        Object answer = action.afterEffect() ? run(session, call) : null;
        BooleanSupplier cancelled = session == null ? () -> false : () -> session.cancels() != cancels;
        hangs.hold(action, cancelled, gone(session, call), place);
        return switch (action.outcome()) {
            case THROW -> throw thrownBy(action, place);
            case ANSWER -> fitting(action.value(), call, fault);
            case IGNORE -> call.emptyAnswer();
            case IGNORE_AND_LIE -> lie(session, call);
            case CANCEL_LATE -> cancelLate(session, call, fault);
            case PASS -> action.afterEffect() ? answer : run(session, call);
        };
    }

    /** What a call waits for in vain. A close or abort must not be woken by its own effect, only by another's. */
    private BooleanSupplier gone(@Nullable FaultyServerSession session, FaultyDriverCall call) {
        if (session == null) {
            return refusing;
        }
        if (!call.isConnectionClose() && !call.isConnectionAbort()) {
            return session::isGone;
        }
        boolean goneBefore = session.isGone();
        return () -> session.isGone() && !goneBefore;
    }

    private static Throwable thrownBy(FaultAction action, String place) {
        Supplier<? extends Throwable> thrown = Objects.requireNonNull(action.thrown(), "a throwing fault has an error");
        Throwable error = thrown instanceof FaultSqlState.Template template ? template.at(place) : thrown.get();
        if (error instanceof SQLException || error instanceof RuntimeException || error instanceof Error) {
            return error;
        }
        return new IllegalStateException("a driver can not throw " + error.getClass() + "; script another", error);
    }

    private static @Nullable Object fitting(@Nullable Object value, FaultyDriverCall call, Fault fault) {
        if (!call.mayReturn(value)) {
            throw new IllegalStateException("the fault [" + fault + "] does not fit " + call.name() + ", which returns "
                    + call.method().getReturnType().getSimpleName() + "; script another");
        }
        return value;
    }

    private static @Nullable Object lie(@Nullable FaultyServerSession session, FaultyDriverCall call) {
        String name = call.method().getName();
        if (session == null || !call.kind().equals("Connection") || !name.startsWith("set")) {
            throw new IllegalStateException("ignoreAndLie fits setters of Connection, not " + call.name());
        }
        session.lies.put(name.substring("set".length()), call.lastArgument());
        return call.emptyAnswer();
    }

    private static @Nullable Object cancelLate(
            @Nullable FaultyServerSession session, FaultyDriverCall call, Fault fault) {
        if (session == null || !call.isCancel()) {
            throw new IllegalStateException("lateBy fits Statement.cancel, not " + call.name());
        }
        session.cancelLate(fault.action().lateBy());
        return null;
    }
}
