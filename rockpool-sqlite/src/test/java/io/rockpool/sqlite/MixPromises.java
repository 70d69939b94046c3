package io.rockpool.sqlite;

/**
 * What the lanes promise and a pool of like connections does not.
 *
 * @param snapshots a read-only lease reads one position, from its first statement until it leaves read-only
 * @param openResults a lease that has a result set open may write, and read what is newer
 * @param textBegins a transaction begun by text may read first and write then, and never meets another's lock
 * @param queryTimeouts a query timeout ends a statement that runs longer
 */
record MixPromises(boolean snapshots, boolean openResults, boolean textBegins, boolean queryTimeouts) {

    /** What holds. {@code -Drobustness.randomMix.snapshots} and so on set one. */
    private static final String LANES = System.getProperty("robustness.randomMix.lanes", "true");

    static final MixPromises KEPT =
            new MixPromises(kept("snapshots"), kept("openResults"), kept("textBegins"), kept("queryTimeouts"));

    private static boolean kept(String promise) {
        return Boolean.parseBoolean(System.getProperty("robustness.randomMix." + promise, LANES));
    }
}
