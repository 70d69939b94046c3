package io.rockpool.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The books of a server: connections by what became of them, calls, trace, violations.
 *
 * <p>Threads: any. The counts of connections change together under the ledger's lock, so that opened is closed plus
 * aborted plus live at every moment; {@link #reconciles()} checks it.
 */
final class FaultyServerLedger {
    final LongAdder connectsAttempted = new LongAdder();
    final LongAdder closesDuringCall = new LongAdder();
    private final Map<String, LongAdder> calls = new ConcurrentHashMap<>();
    private final Map<Integer, FaultyServerSession> live = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<FaultyServerViolation> violations = new ConcurrentLinkedQueue<>();
    private long totalCalls;
    private long opened;
    private long closed;
    private long aborted;
    private @Nullable List<String> trace;

    /** @return the number of this call among all, from 1 */
    synchronized long called(@Nullable FaultyServerSession session, FaultyDriverCall call) {
        calls.computeIfAbsent(call.name(), name -> new LongAdder()).increment();
        if (trace != null) {
            trace.add((session == null ? "" : "c" + session.id + " ") + call);
        }
        return ++totalCalls;
    }

    synchronized FaultyServerSession open(FaultyServerStore store) {
        FaultyServerSession session = new FaultyServerSession((int) ++opened, store);
        live.put(session.id, session);
        return session;
    }

    /** Ends the connection, and counts it by the first thing that ended it. */
    void end(FaultyServerSession session, FaultyServerSession.End how) {
        // The session's lock comes before the ledger's: a close holds the session's already.
        if (session.endBy(how)) {
            ended(session, how);
        }
    }

    private synchronized void ended(FaultyServerSession session, FaultyServerSession.End how) {
        live.remove(session.id);
        if (how == FaultyServerSession.End.CLOSED) {
            closed++;
        } else {
            aborted++;
        }
    }

    void violated(FaultyServerViolation.Kind kind, FaultyServerSession session, FaultyDriverCall call, String note) {
        Thread thread = Thread.currentThread();
        violations.add(
                new FaultyServerViolation(kind, session.id, call.name(), thread.getName(), new Throwable(call + note)));
    }

    List<FaultyServerViolation> violations() {
        return List.copyOf(violations);
    }

    /** Under the lock: a walk beside opens and closes may see one that is gone and one that took its place. */
    synchronized List<FaultyServerSession> live() {
        return live.values().stream()
                .sorted(Comparator.comparingInt(session -> session.id))
                .toList();
    }

    synchronized long opened() {
        return opened;
    }

    synchronized long closed() {
        return closed;
    }

    synchronized long aborted() {
        return aborted;
    }

    synchronized boolean reconciles() {
        return opened == closed + aborted + live.size();
    }

    synchronized long totalCalls() {
        return totalCalls;
    }

    long calls(String pattern) {
        return calls.entrySet().stream()
                .filter(entry -> FaultTrigger.matches(pattern, entry.getKey()))
                .mapToLong(entry -> entry.getValue().sum())
                .sum();
    }

    synchronized void startTrace() {
        trace = new ArrayList<>();
    }

    synchronized List<String> trace() {
        return trace == null ? Collections.emptyList() : List.copyOf(trace);
    }
}
