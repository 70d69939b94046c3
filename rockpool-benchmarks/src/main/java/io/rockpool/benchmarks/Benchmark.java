package io.rockpool.benchmarks;

/** A comparison of the pool with its peers. */
interface Benchmark {

    /** Measures every case, prints as it goes and adds the figures to the report. */
    void run(boolean quick, Report report) throws Exception;
}
