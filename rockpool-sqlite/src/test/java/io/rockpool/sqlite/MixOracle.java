package io.rockpool.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges a history by the log of the database: the committed units, one after the other in its order, must give on a plain
 * database what their callers saw and what is stored; every other unit must be explained by one position.
 *
 * <p>Each thread's units are taken in its own order. At a position P, those whose turn it is and that stood at P are
 * settled; when none is left, the unit that owns log row P + 1 is applied, and must be the next of its thread. A unit's
 * position lies between the last one acknowledged before it began and the last one begun before it ended. A unit that does
 * not tell its position, such as a refused insert, may stand at any of these. Threads: one.
 */
final class MixOracle {

    private final List<List<MixUnit>> orders;
    private final MixModel model;
    private final long[] tags; // by position, from 1
    private final Map<Long, MixUnit> owners = new HashMap<>();
    private final int[] next; // unit by thread
    private final Map<String, Long> snapshots = new HashMap<>();
    private final MixBounds bounds;

    private MixOracle(List<List<MixUnit>> orders, MixModel model, long[] tags) {
        this.orders = orders;
        this.model = model;
        this.tags = tags;
        this.next = new int[orders.size()];
        List<MixUnit> logged = new ArrayList<>();
        orders.forEach(order -> order.forEach(this::own));
        for (int position = tags.length - 1; position > 0; position--) {
            MixUnit owner = owners.get(tags[position]);
            if (owner != null) {
                owner.first = position;
            }
        }
        orders.forEach(order -> order.stream().filter(MixUnit::logged).forEach(logged::add));
        this.bounds = new MixBounds(logged);
    }

    /** What is wrong, or null. */
    static @Nullable String judge(List<List<MixUnit>> orders, Connection real, MixModel model) throws SQLException {
        MixOracle oracle = new MixOracle(orders, model, log(real));
        String violation = oracle.judge();
        return violation != null ? violation : contents(MixSchema.dump(real), MixSchema.dump(model.plain()));
    }

    private static long[] log(Connection real) throws SQLException {
        try (Statement statement = real.createStatement();
                ResultSet rows = statement.executeQuery("SELECT seq, tag FROM log ORDER BY seq")) {
            List<Long> tags = new ArrayList<>(List.of(0L));
            while (rows.next()) {
                if (rows.getLong(1) != tags.size()) {
                    throw new SQLException("log row " + tags.size() + " is missing");
                }
                tags.add(rows.getLong(2));
            }
            return tags.stream().mapToLong(Long::longValue).toArray();
        }
    }

    /** Of several that would have deleted one item, the one that was told so. */
    private void own(MixUnit unit) {
        if (unit.tag > 0) {
            owners.put(unit.tag, unit);
        } else if (unit.tag < 0) {
            MixStep step = unit.steps.get(0);
            if (!step.failed() && !step.was("count 0") && !step.seen.isEmpty()) {
                owners.put(unit.tag, unit);
            }
        }
    }

    private @Nullable String judge() throws SQLException {
        long at = 0;
        while (true) {
            for (int thread = 0; thread < next.length; thread++) {
                String violation = settle(thread, at);
                if (violation != null) {
                    return violation;
                }
            }
            if (at == tags.length - 1) {
                break;
            }
            MixUnit owner = owners.get(tags[(int) at + 1]);
            if (owner == null) {
                return "log row " + (at + 1) + " has tag " + tags[(int) at + 1] + ", which nobody wrote";
            }
            String violation = commit(owner, at);
            if (violation != null) {
                return violation;
            }
            at = model.position();
        }
        for (int thread = 0; thread < next.length; thread++) {
            if (next[thread] < orders.get(thread).size()) {
                return told(thread, "it stood nowhere in the log's order");
            }
        }
        return null;
    }

    private @Nullable String settle(int thread, long at) throws SQLException {
        List<MixUnit> order = orders.get(thread);
        while (next[thread] < order.size()) {
            MixUnit unit = order.get(next[thread]);
            if (unit.logged()) {
                return null;
            }
            long low = unit.own ? at : bounds.low(unit);
            long high = unit.own ? at : bounds.high(unit);
            long position = unit.own ? -1 : unit.position();
            if (position >= 0) {
                String violation = misplaced(unit, position, low, high, at);
                if (violation != null) {
                    return told(thread, violation);
                }
                low = position;
                high = position;
            }
            if (at < low) {
                return null;
            }
            String difference = model.replay(unit, at);
            if (difference != null) {
                return at < high ? null : told(thread, "at position " + at + ": " + difference);
            }
            passed(thread);
        }
        return null;
    }

    private @Nullable String misplaced(MixUnit unit, long position, long low, long high, long at) {
        if (position < low) {
            return "a stale read: it stood at " + position + ", and " + low + " was acknowledged before it began";
        }
        if (position < at) {
            return "it stood at " + position + ", and its thread was past that, at " + at;
        }
        if (position > high && bounds.high(unit) < position && !within(position, high)) {
            return "it stood at " + position + ", and nothing after " + high + " had begun when it ended";
        }
        if (unit.snapshot > 0) {
            String key = unit.lease.thread + "/" + unit.lease.number + "/" + unit.snapshot;
            Long other = snapshots.putIfAbsent(key, position);
            if (other != null && other != position) {
                return "not one snapshot: it stood at " + position + ", and its lease at " + other + " before";
            }
        }
        return null;
    }

    /** Whether the position is still of the unit that began at {@code first}. */
    private boolean within(long position, long first) {
        for (long p = first + 1; p <= position; p++) {
            MixUnit owner = owners.get(tags[(int) p]);
            if (owner != null && owner.first == p) {
                return false;
            }
        }
        return true;
    }

    private @Nullable String commit(MixUnit unit, long at) throws SQLException {
        int thread = threadOf(unit);
        MixUnit head =
                next[thread] < orders.get(thread).size() ? orders.get(thread).get(next[thread]) : null;
        if (unit.first != at + 1) {
            return "log row " + (at + 1) + " has the tag of what was stored at " + unit.first
                    + " already: it was written more than once:\n    " + unit;
        }
        if (head != unit) {
            return told(
                    thread, "its thread went on to log row " + (at + 1) + ", and at no position before it was it so");
        }
        if (bounds.low(unit) > at) {
            return told(thread, "it was committed at " + unit.first + ", out of order: see " + bounds.low(unit));
        }
        String difference = model.replay(unit, at);
        if (difference != null) {
            return told(thread, "committed at " + (at + 1) + ": " + difference);
        }
        long end = model.position();
        if (end == at) {
            return told(thread, "it is stored at " + (at + 1) + ", and the model stores nothing");
        }
        for (long p = at + 1; p <= end; p++) {
            if (p >= tags.length || model.tag(p) == null || model.tag(p) != tags[(int) p]) {
                return told(thread, "log row " + p + " should have tag " + model.tag(p));
            }
        }
        passed(thread);
        return null;
    }

    private int threadOf(MixUnit unit) {
        return unit.lease.thread; // what is logged is never beside
    }

    private void passed(int thread) throws SQLException {
        List<MixUnit> order = orders.get(thread);
        MixUnit.Lease lease = order.get(next[thread]++).lease;
        if (lease.dirty && (next[thread] == order.size() || order.get(next[thread]).lease != lease)) {
            model.end(lease);
        }
    }

    private String told(int thread, String violation) {
        List<MixUnit> order = orders.get(thread);
        int to = Math.min(order.size(), next[thread] + 1);
        StringBuilder told = new StringBuilder(violation).append("\n  the thread's last units:");
        order.subList(Math.max(0, to - 6), to)
                .forEach(unit -> told.append("\n    ").append(unit));
        return told.toString();
    }

    private static @Nullable String contents(List<String> real, List<String> expected) {
        int at = 0;
        while (at < Math.min(real.size(), expected.size()) && real.get(at).equals(expected.get(at))) {
            at++;
        }
        return real.equals(expected)
                ? null
                : "the contents differ, first in <" + (at < real.size() ? real.get(at) : "nothing")
                        + ">; the model has <" + (at < expected.size() ? expected.get(at) : "nothing") + ">";
    }
}
