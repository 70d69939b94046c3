package io.rockpool.benchmarks;

import java.time.Duration;

/**
 * What every subject of a comparison is given; the rest is its own choice.
 *
 * @param minimumIdle connections kept open
 * @param most connections at the most
 * @param timeout how long a borrow waits
 */
record Shape(String url, int minimumIdle, int most, Duration timeout) {

    Shape {
        if (minimumIdle < 1 || most < minimumIdle) {
            throw new IllegalArgumentException(
                    "a pool of " + minimumIdle + " to " + most + " connections cannot be opened");
        }
    }

    /** A pool of one size, with the borrow timeout that Rockpool and HikariCP have by default. */
    static Shape fixed(String url, int connections) {
        return new Shape(url, connections, connections, Duration.ofSeconds(30));
    }
}
