package io.rockpool.benchmarks;

import io.rockpool.benchmarks.SqlitePools.Durability;
import java.time.Duration;
import java.util.List;

/**
 * Threads that write and threads that read one SQLite file, each again and again.
 *
 * @param readerPause what a reader waits after each read; zero: it reads at once again. Writers never wait
 */
record SqliteLoad(
        Durability durability, int writers, int readers, Duration readerPause, Duration warmUp, Duration measured) {

    /** As an order to a child JVM. */
    String order() {
        return String.join(
                " ",
                List.of(
                        durability.name(),
                        "" + writers,
                        "" + readers,
                        readerPause.toString(),
                        warmUp.toString(),
                        measured.toString()));
    }

    static SqliteLoad of(String order) {
        String[] words = order.split(" ", -1);
        return new SqliteLoad(
                Durability.valueOf(words[0]),
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Duration.parse(words[3]),
                Duration.parse(words[4]),
                Duration.parse(words[5]));
    }
}
