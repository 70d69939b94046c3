package io.rockpool;

import io.rockpool.engine.EngineStatistics;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How one of a pool's lanes stands: the database's own connections behind the leases. Units: milliseconds where the name says
 * so, counts since the start.
 *
 * @param lane {@link Lane#WRITER}: whoever may write to the file, of all pools of this JVM that have it open; {@link
 *     Lane#READER}: the connections of this pool that only read
 * @param limit connections that the lane may have
 * @param connections open now; a writer that is being replaced counts as one
 * @param active in use now
 * @param waiting callers waiting for the lane now, each with a lease in hand
 * @param waits turns that had to be waited for
 * @param waitMeanMillis mean wait of those
 * @param waitP99Millis 99th percentile of those, to a factor of two
 * @param waitMaxMillis the longest wait
 */
public record LaneStatistics(
        Lane lane,
        int limit,
        int connections,
        int active,
        int waiting,
        long waits,
        double waitMeanMillis,
        double waitP99Millis,
        double waitMaxMillis) {

    static LaneStatistics of(Lane lane, int limit, EngineStatistics e) {
        return new LaneStatistics(
                lane,
                limit,
                e.total(),
                e.active(),
                e.waiting(),
                e.waits(),
                PoolStatistics.millis(e.waitMeanNanos()),
                PoolStatistics.millis(e.waitP99Nanos()),
                PoolStatistics.millis(e.waitMaxNanos()));
    }

    /** The same numbers under their JSON names. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("lane", lane.name().toLowerCase(java.util.Locale.ROOT));
        map.put("limit", limit);
        map.put("connections", connections);
        map.put("active", active);
        map.put("waiting", waiting);
        map.put("waits", waits);
        map.put("wait_mean_ms", waitMeanMillis);
        map.put("wait_p99_ms", waitP99Millis);
        map.put("wait_max_ms", waitMaxMillis);
        return map;
    }
}
