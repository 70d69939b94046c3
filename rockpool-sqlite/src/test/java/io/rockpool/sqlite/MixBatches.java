package io.rockpool.sqlite;

import io.rockpool.sqlite.MixStep.Op;
import io.rockpool.sqlite.MixUnit.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A batch in autocommit: each row is a unit of its own.
 *
 * <p>A row that was counted must be stored; of the others of a batch that failed JDBC says nothing, so each may be, whole.
 * Threads: stateless.
 */
final class MixBatches {

    private MixBatches() {}

    /** Keeps the counts that came with a failure beside its outcome. */
    static void counted(MixStep step, SQLException e) {
        if (step.op == Op.BATCH || step.op == Op.PLAIN_BATCH) {
            step.counts = MixCalls.counts(e);
        }
    }

    static List<MixUnit> units(MixUnit batch) {
        MixStep step = batch.steps.get(0);
        List<MixUnit> units = new ArrayList<>();
        int[] counts = step.failed() ? step.counts : parsed(step.seen.get(0));
        for (int i = 0; i < step.rows.length; i++) {
            Object[] row = step.rows[i];
            MixUnit unit = new MixUnit(batch.lease, Kind.AUTOCOMMIT, (Long) row[row.length - 1]);
            MixStep one = MixStep.of(Op.RUN, step.sql, row);
            one.start = step.start;
            one.end = step.end;
            boolean known = i < counts.length && (counts[i] > 0 || !step.failed());
            one.seen = List.of(known ? "count " + counts[i] : "(a row of a batch: " + step.seen.get(0) + ")");
            unit.doubtful = !known;
            units.add(unit.add(one));
        }
        return units;
    }

    private static int[] parsed(String counts) {
        return Arrays.stream(counts.replaceAll("[^0-9,-]", "").split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
    }
}
