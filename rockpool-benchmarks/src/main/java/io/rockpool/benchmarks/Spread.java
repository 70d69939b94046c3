package io.rockpool.benchmarks;

import java.util.List;

/** The median of several rounds, and how far they lie apart. */
record Spread(double median, double low, double high) {

    static Spread of(List<Double> rounds) {
        double[] sorted = rounds.stream().mapToDouble(d -> d).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no round was measured");
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }
}
