package io.rockpool.testkit;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A simulated database server behind {@link FaultyDriver}, with scripted faults and exact books.
 *
 * <p>{@code FaultyServer.start("orders")} is reached at {@code jdbc:faulty:orders}. It holds counters, a key and a long
 * each, and understands, in any case of letters and with {@code ?} for a parameter:
 *
 * <pre>
 *   INSERT key value   23505 when the key exists          SELECT key      no row, or one: key, value
 *   UPDATE key delta   adds to the value; count 0 or 1    SELECT 1        one row: the number
 *   DELETE key         count 1 or 0                       COUNT           one row: how many keys
 *   SET name value     session state made by SQL          SHOW name       no row, or one: the setting
 *   RESET name, RESET ALL, DISCARD ALL                    BEGIN, START TRANSACTION, COMMIT, END, ROLLBACK
 * </pre>
 *
 * Any other text is accepted: a query has no rows, an update the count 0. Writes are seen by others from the commit on.
 * As with PostgreSQL, {@code commit} and {@code rollback} in auto-commit mode throw 25000, a BEGIN within a transaction
 * 25001, and so does changing read-only or isolation there. A read-only connection refuses writes with 25006.
 *
 * <p>Threads: any. Errors: SQLState 08001 for a connect while down, 08003 for a call on a closed connection, 08006 for
 * one on a connection the server has ended, HY000 for one on a closed statement or result set.
 * Source: the faults of a stub driver and the bugs of pools they are for; {@link Fault} scripts them.
 */
public final class FaultyServer implements AutoCloseable {
    private static final Map<String, FaultyServer> SERVERS = new ConcurrentHashMap<>();

    private final String name;
    private final long seed;
    private final FaultyServerDoor door;
    private final FaultyServerStore store = new FaultyServerStore();
    private volatile boolean down;
    private volatile boolean stopped;
    private volatile Map<String, String> lastConnectProperties = Map.of();

    private FaultyServer(String name, long seed) {
        this.name = name;
        this.seed = seed;
        this.door = new FaultyServerDoor("server '" + name + "', seed " + seed, seed, () -> down);
    }

    /** Starts a server with a random seed; {@link #toString()} and the messages of failures tell it. */
    public static FaultyServer start(String name) {
        return start(name, ThreadLocalRandom.current().nextLong());
    }

    public static FaultyServer start(String name, long seed) {
        FaultyServer server = new FaultyServer(name, seed);
        if (SERVERS.putIfAbsent(name, server) != null) {
            throw new IllegalStateException(
                    "a server '" + name + "' is running; stop it first, or choose another name");
        }
        return server;
    }

    /** The running server of that name. */
    public static FaultyServer get(String name) {
        FaultyServer server = find(name);
        if (server == null) {
            throw new IllegalStateException("no server '" + name + "' is running; running: " + SERVERS.keySet());
        }
        return server;
    }

    static @Nullable FaultyServer find(String name) {
        return SERVERS.get(name);
    }

    public String name() {
        return name;
    }

    public long seed() {
        return seed;
    }

    public String url() {
        return FaultyDriver.URL_PREFIX + name;
    }

    // ---- Faults

    /** Adds faults behind those scripted before; each counts calls from now on. */
    public void script(Fault... faults) {
        for (Fault fault : faults) {
            door.script.add(fault);
        }
    }

    /** The Nth driver call from now, whichever it is, throws; {@link #faultsFired()} tells whether it came to that. */
    public void failNthCall(long n, Supplier<? extends Throwable> thrown) {
        script(Fault.onAnyCall().nth(n).throwError(thrown));
    }

    /** Forgets all faults; calls that hang go on hanging until {@link #release()}. */
    public void clearFaults() {
        door.script.clear();
    }

    /** How many calls were hit by a fault, since the start. */
    public long faultsFired() {
        return door.script.fired();
    }

    /**
     * The name of the call that a fault hit last, such as {@code Connection.createStatement}; null before the first. The
     * trace does not tell it: two threads may be counted by the script in another order than they are noted there.
     */
    public @Nullable String lastFaultedCall() {
        return door.script.lastHit();
    }

    /** Lets the calls go that hang now; they go on as if nothing had been. */
    public void release() {
        door.hangs.release();
    }

    public int hangingCalls() {
        return door.hangs.hanging();
    }

    /** Waits until at least that many calls hang. */
    public void awaitHanging(int calls, Duration timeout) throws InterruptedException {
        if (!door.hangs.awaitHanging(calls, timeout)) {
            throw new AssertionError(
                    hangingCalls() + " of " + calls + " calls came to hang within " + timeout + " on " + this);
        }
    }

    // ---- Life and death

    /** Every open connection dies; connects go on working. Uncommitted work is lost, committed work stays. */
    public void restart() {
        door.ledger.live().forEach(FaultyServerSession::kill);
        door.hangs.wake();
    }

    /** Connects are refused from now on, and every open connection dies. */
    public void down() {
        down = true;
        restart();
    }

    public void up() {
        down = false;
    }

    /** Ends all calls that hang and all connections; the name is free again. A second stop does nothing. */
    public void stop() {
        stopped = true;
        SERVERS.remove(name, this);
        down();
        door.hangs.stop();
    }

    @Override
    public void close() {
        stop();
    }

    // ---- Books

    /** Calls of connect, refused ones included. */
    public long connectsAttempted() {
        return door.ledger.connectsAttempted.sum();
    }

    /** Physical connections ever opened: always closed plus aborted plus live. */
    public long opened() {
        return door.ledger.opened();
    }

    /** Physical connections ended by close. */
    public long closed() {
        return door.ledger.closed();
    }

    /** Physical connections ended by abort before a close. */
    public long aborted() {
        return door.ledger.aborted();
    }

    /** Physical connections neither closed nor aborted, those included that the server has ended. */
    public int live() {
        return door.ledger.live().size();
    }

    /** Live connections on which a close or abort was called that has not had its effect: it hangs, or has failed. */
    public int closing() {
        return (int) door.ledger.live().stream()
                .filter(FaultyServerSession::isAskedToEnd)
                .count();
    }

    /** Statements not closed, over all live connections. */
    public int openStatements() {
        return door.ledger.live().stream()
                .mapToInt(FaultyServerSession::openStatements)
                .sum();
    }

    /** Connections closed while another thread was inside a call on them; harmless here, a crash in native drivers. */
    public long closesDuringCall() {
        return door.ledger.closesDuringCall.sum();
    }

    public long totalCalls() {
        return door.ledger.totalCalls();
    }

    /** Calls whose name fits the pattern, as in {@link Fault#on}. */
    public long calls(String pattern) {
        return door.ledger.calls(pattern);
    }

    /** Begins an empty trace of all calls from now on. */
    public void startTrace() {
        door.ledger.startTrace();
    }

    /** One line for each call since {@link #startTrace()}, such as {@code c3 Statement.execute BEGIN}. */
    public List<String> trace() {
        return door.ledger.trace();
    }

    /** A second close of a connection is no violation from now on. */
    public void allowDoubleClose() {
        door.doubleCloseAllowed = true;
    }

    public List<FaultyServerViolation> violations() {
        return door.ledger.violations();
    }

    /** Throws {@link AssertionError} when a call was wrong, or when the counts of connections do not reconcile. */
    public void assertSound() {
        if (!violations().isEmpty()) {
            throw new AssertionError(violations().size() + " wrong driver calls on " + this + ":\n" + violations());
        }
        if (!door.ledger.reconciles()) {
            throw new AssertionError("opened is not closed + aborted + live on " + this);
        }
    }

    /** The committed value of a key. */
    public OptionalLong value(String key) {
        Long value = store.values().get(key);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    public Map<String, Long> values() {
        return store.values();
    }

    /** The true state of each live connection, in the order of opening. */
    public List<FaultyServerState> states() {
        return door.ledger.live().stream().map(FaultyServerSession::state).toList();
    }

    /** The properties of the latest connect, in which a driver is handed user and password. */
    public Map<String, String> lastConnectProperties() {
        return lastConnectProperties;
    }

    // ---- The driver's side

    FaultyServerDoor door() {
        return door;
    }

    /** The books of a connect that is about to be tried. */
    void connecting(Properties properties) {
        lastConnectProperties = properties.stringPropertyNames().stream()
                .collect(Collectors.toUnmodifiableMap(key -> key, properties::getProperty));
        door.ledger.connectsAttempted.increment();
    }

    FaultyServerSession open() throws SQLException {
        needUp();
        FaultyServerSession session = door.ledger.open(store);
        if (down) {
            // down() came between the question and the opening, and may have missed this connection.
            door.ledger.end(session, FaultyServerSession.End.CLOSED);
        }
        needUp();
        return session;
    }

    private void needUp() throws SQLException {
        if (down) {
            throw FaultSqlState.exception(FaultSqlState.CONNECT_REFUSED, "connect refused by " + this);
        }
    }

    @Override
    public String toString() {
        return "server '" + name + "', seed " + seed + ": opened " + opened() + ", closed " + closed() + ", aborted "
                + aborted() + ", live " + live() + ", connects " + connectsAttempted() + ", calls " + totalCalls()
                + (stopped ? ", stopped" : down ? ", down" : "");
    }
}
