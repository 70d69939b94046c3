package io.rockpool.testkit;

import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One scripted fault of a {@link FaultyServer}: which driver calls it hits, and what it does to them.
 *
 * <pre>{@code
 * server.script(Fault.on("Connection.isValid").nth(2).returnFalse());
 * server.script(Fault.on("Connection.commit").throwSql("08006", "no answer").afterEffect());
 * server.script(Fault.on("connect").withProbability(0.1).delay(Duration.ofMillis(50)));
 * server.script(Fault.on("Statement.execute*").hang().ignoringInterrupt());
 * }</pre>
 *
 * <p>A call is named by its JDBC interface and method, {@code Connection.commit}; opening a connection is
 * {@code connect}. {@code *} stands for any characters. {@code Statement.…} also names the calls of prepared and
 * callable statements. When several faults match a call, the one scripted first that fires is applied, alone.
 *
 * <p>A delay or a hang comes first and may be joined with an outcome ({@code throw…}, {@code return…},
 * {@code ignore…}); without one the call then goes on. Everything happens before the call has its effect on the
 * server, unless {@link #afterEffect()} is said.
 *
 * <p>Threads: immutable. Errors: {@link IllegalArgumentException} at once for what can not be meant.
 */
public final class Fault {
    private final FaultTrigger trigger;
    private final FaultAction action;

    private Fault(FaultTrigger trigger, FaultAction action) {
        this.trigger = trigger;
        this.action = action;
    }

    /** A fault on every call whose name fits the pattern, until {@link FaultyServer#clearFaults()}. */
    public static Fault on(String pattern) {
        return new Fault(FaultTrigger.everyCall(pattern), FaultAction.NONE);
    }

    /** A fault on every driver call; with {@link #nth}, on the Nth driver call of all. */
    public static Fault onAnyCall() {
        return on("*");
    }

    /** Only the Nth matching call, counted from 1 at the moment the fault is scripted. */
    public Fault nth(long call) {
        if (call < 1) {
            throw new IllegalArgumentException("calls count from 1, not " + call);
        }
        return new Fault(trigger.withNth(call), action);
    }

    /** At most this many times; the first matching calls are hit. */
    public Fault times(long times) {
        return new Fault(trigger.withTimes(times), action);
    }

    /**
     * Each matching call with this probability, 0 to 1. The Nth matching call is decided by the server's seed and N
     * alone, so one seed gives the same decisions whatever else the threads do.
     */
    public Fault withProbability(double probability) {
        return new Fault(trigger.withProbability(probability), action);
    }

    /** Only calls of this physical connection; ids count from 1 in the order of opening. */
    public Fault onConnection(int connectionId) {
        return new Fault(trigger.withConnectionId(connectionId), action);
    }

    /** A new exception for each hit, of the {@link SQLException} subtype that belongs to the state's class. */
    public Fault throwSql(String sqlState, String message) {
        return throwError(new FaultSqlState.Template(sqlState, message));
    }

    /** An {@link Error}, {@link RuntimeException} or {@link SQLException}; the same object at each hit. */
    public Fault throwError(Throwable thrown) {
        return throwError(() -> thrown);
    }

    /** As {@link #throwError(Throwable)}, with a new object for each hit. */
    public Fault throwError(Supplier<? extends Throwable> thrown) {
        return new Fault(trigger, action.throwing(thrown));
    }

    /** The call answers {@code false}; for {@code isValid}. */
    public Fault returnFalse() {
        return returnValue(false);
    }

    /** The call answers {@code null}; a driver whose {@code connect} does so says that the URL is not its own. */
    public Fault returnNull() {
        return returnValue(null);
    }

    /** The call answers this value instead of the driver's: a getter that lies. */
    public Fault returnValue(@Nullable Object value) {
        return new Fault(trigger, action.answering(value));
    }

    /** The call has no effect and says nothing: a setter that does not set, an abort that does not abort. */
    public Fault ignore() {
        return new Fault(trigger, action.ignoring(false));
    }

    /** As {@link #ignore()}, for a setter of a connection; and its getter reports the value that was never set. */
    public Fault ignoreAndLie() {
        return new Fault(trigger, action.ignoring(true));
    }

    /** For {@code Statement.cancel}: it hits not the running statement but the connection's Nth execution after it. */
    public Fault lateBy(int executions) {
        return new Fault(trigger, action.cancellingLateBy(executions));
    }

    /** The call first takes this long, at most a minute; an interrupt does not shorten it, as with a slow network. */
    public Fault delay(Duration delay) {
        return new Fault(trigger, action.withDelay(delay));
    }

    /**
     * The call waits until {@link FaultyServer#release()}, and then goes on. It ends with an exception when its thread
     * is interrupted (the flag is kept), its statement is cancelled (57014), its connection is aborted or closed, its
     * server is restarted, shut down or stopped (08006), or after five minutes.
     */
    public Fault hang() {
        return new Fault(trigger, action.withHang());
    }

    /** The hang does not end by an interrupt, as a blocking socket read does not. */
    public Fault ignoringInterrupt() {
        return new Fault(trigger, action.withIgnoringInterrupt());
    }

    /** The hang does not end by cancel, abort, close or the server's death, as on a half-open network connection. */
    public Fault ignoringAbort() {
        return new Fault(trigger, action.withIgnoringAbort());
    }

    /** The fault comes once the call has had its effect: the commit is done, but its caller hears of an error. */
    public Fault afterEffect() {
        return new Fault(trigger, action.withAfterEffect());
    }

    FaultTrigger trigger() {
        return trigger;
    }

    FaultAction action() {
        return action;
    }

    @Override
    public String toString() {
        return trigger + ": " + action;
    }
}
