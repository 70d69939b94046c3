package io.rockpool.sqlite;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** What real time says of positions: a unit stands after what was acknowledged before it began. Threads: any. */
final class MixBounds {
    private final long[] ends;
    private final long[] lastEnded;
    private final long[] starts;
    private final long[] lastStarted;

    MixBounds(List<MixUnit> logged) {
        List<MixUnit> byEnd = logged.stream()
                .filter(MixUnit::acknowledged)
                .sorted(Comparator.comparingLong(MixUnit::end))
                .toList();
        ends = byEnd.stream().mapToLong(MixUnit::end).toArray();
        lastEnded = highest(byEnd);
        List<MixUnit> byStart =
                logged.stream().sorted(Comparator.comparingLong(MixUnit::start)).toList();
        starts = byStart.stream().mapToLong(MixUnit::start).toArray();
        lastStarted = highest(byStart);
    }

    private static long[] highest(List<MixUnit> units) {
        long[] highest = new long[units.size() + 1];
        for (int i = 0; i < units.size(); i++) {
            highest[i + 1] = Math.max(highest[i], units.get(i).first);
        }
        return highest;
    }

    /** The last position that was acknowledged before the unit began. */
    long low(MixUnit unit) {
        return lastEnded[before(ends, unit.since > 0 ? unit.since : unit.start())];
    }

    /** The last that had begun when the unit ended. */
    long high(MixUnit unit) {
        return lastStarted[before(starts, unit.end())];
    }

    /** How many of the times lie before this one. */
    private static int before(long[] times, long time) {
        int at = Arrays.binarySearch(times, time);
        int from = at < 0 ? -at - 1 : at;
        while (from > 0 && times[from - 1] == time) {
            from--;
        }
        return from;
    }
}
