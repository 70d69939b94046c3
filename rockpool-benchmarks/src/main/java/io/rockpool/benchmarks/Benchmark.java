package io.rockpool.benchmarks;

import java.util.List;

/** A comparison of the pool with its peers. */
interface Benchmark {

    /** The names of all its cases, in the order of the table. */
    List<String> cases();

    /** Measures the selected cases, prints as it goes and adds the figures to the report. */
    void run(Selection only, boolean quick, Report report) throws Exception;
}
