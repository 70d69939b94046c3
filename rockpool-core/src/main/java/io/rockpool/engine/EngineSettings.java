package io.rockpool.engine;

/**
 * The engine's settings, all checked by whoever made them. Units: nanoseconds.
 *
 * @param poolSize resources kept open
 * @param maxOverflow resources opened beyond that on demand
 * @param borrowTimeout how long a borrow waits; 0: not at all
 * @param maxRetries failed attempts to open, one after the other, until callers are told
 * @param healthCheckInterval time between two health checks of an idle resource; 0: none
 * @param recycleTime age at which a resource is closed; 0: never
 * @param overflowLinger idle time after which an overflow resource is closed
 * @param validationWindow idle time after which a resource that is not local is validated before it is lent
 * @param validationTimeout how long a validation, reset or close may take before it is abandoned
 * @param openTimeout how long an opening may take before it is abandoned
 * @param leakThreshold age of a lease at which a leak is suspected; 0: never
 * @param maxWaiters callers that may wait at once; more are refused
 * @param drainTimeout how long a closing pool waits for its leases before it aborts them
 * @param failOnDeadlock whether a borrow that can never succeed is refused at once
 * @param bargeTime how long the oldest waiter lets newcomers overtake it; 0: never, all are served in their order
 */
public record EngineSettings(
        int poolSize,
        int maxOverflow,
        long borrowTimeout,
        int maxRetries,
        long healthCheckInterval,
        long recycleTime,
        long overflowLinger,
        long validationWindow,
        long validationTimeout,
        long openTimeout,
        long leakThreshold,
        int maxWaiters,
        long drainTimeout,
        boolean failOnDeadlock,
        long bargeTime) {

    /** 2 ms: some context switches on a loaded machine, and a twenty-fifth of what a person notices. */
    public static final long BARGE_TIME = 2_000_000L;

    /** The same for other sizes. */
    public EngineSettings sized(int newPoolSize, int newMaxOverflow) {
        return new EngineSettings(
                newPoolSize,
                newMaxOverflow,
                borrowTimeout,
                maxRetries,
                healthCheckInterval,
                recycleTime,
                overflowLinger,
                validationWindow,
                validationTimeout,
                openTimeout,
                leakThreshold,
                maxWaiters,
                drainTimeout,
                failOnDeadlock,
                bargeTime);
    }
}
