package io.rockpool;

import java.util.List;
import java.util.Map;

/** Statistics with the figures a rule looks at; everything else zero. */
final class TestStatistics {

    int poolSize = 10;
    int maxOverflow = 5;
    int active;
    int overflow;
    int waiting;
    long hits;
    long misses;
    long failed;
    long created;
    long timeouts;
    long leaks;

    PoolStatistics build() {
        double hitRatio = hits + misses == 0 ? 0 : (double) hits / (hits + misses);
        return new PoolStatistics(
                poolSize,
                maxOverflow,
                active,
                0,
                active,
                overflow,
                hits,
                misses,
                failed,
                created,
                hitRatio,
                waiting,
                0,
                0,
                0,
                0,
                timeouts,
                0,
                leaks,
                0,
                0,
                0,
                0,
                Map.of(),
                Map.of(),
                List.of());
    }
}
