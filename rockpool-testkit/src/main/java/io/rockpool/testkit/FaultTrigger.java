package io.rockpool.testkit;

import java.util.regex.Pattern;

/**
 * When a {@link Fault} fires: which calls match, and which of the matching ones are hit.
 *
 * <p>Threads: immutable. Units: calls, counted from 1 at the moment the fault is scripted.
 *
 * @param pattern a method name with {@code *} for any run of characters, such as {@code Connection.set*}
 * @param connectionId the one physical connection whose calls match; 0 for any
 * @param nth the one matching call that is hit; 0 for any
 * @param probability the chance of each matching call to be hit, 0 to 1
 * @param times how often the fault fires at most
 */
record FaultTrigger(String pattern, int connectionId, long nth, double probability, long times) {

    FaultTrigger {
        if (pattern.isBlank()) {
            throw new IllegalArgumentException("a fault needs a method name or pattern, such as \"Connection.close\"");
        }
        if (connectionId < 0 || nth < 0 || times < 1) {
            throw new IllegalArgumentException("connection ids, calls and times of a fault count from 1: connection "
                    + connectionId + ", call " + nth + ", times " + times);
        }
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("a fault's probability must be 0 to 1, not " + probability);
        }
    }

    static FaultTrigger everyCall(String pattern) {
        return new FaultTrigger(pattern, 0, 0, 1, Long.MAX_VALUE);
    }

    FaultTrigger withConnectionId(int newConnectionId) {
        return new FaultTrigger(pattern, newConnectionId, nth, probability, times);
    }

    FaultTrigger withNth(long newNth) {
        return new FaultTrigger(pattern, connectionId, newNth, probability, times);
    }

    FaultTrigger withProbability(double newProbability) {
        return new FaultTrigger(pattern, connectionId, nth, newProbability, times);
    }

    FaultTrigger withTimes(long newTimes) {
        return new FaultTrigger(pattern, connectionId, nth, probability, newTimes);
    }

    boolean matches(String method, int callConnectionId) {
        return (connectionId == 0 || connectionId == callConnectionId) && matches(pattern, method);
    }

    /**
     * Whether the pattern stands for the method. Prepared and callable statements are statements too:
     * {@code Statement.close} also stands for {@code PreparedStatement.close} and {@code CallableStatement.close}.
     */
    static boolean matches(String pattern, String method) {
        return switch (method.substring(0, method.indexOf('.') + 1)) {
            case "CallableStatement." ->
                globMatches(pattern, method) || matches(pattern, "Prepared" + method.substring("Callable".length()));
            case "PreparedStatement." ->
                globMatches(pattern, method) || globMatches(pattern, method.substring("Prepared".length()));
            default -> globMatches(pattern, method);
        };
    }

    private static boolean globMatches(String pattern, String method) {
        if (pattern.equals("*") || pattern.equals(method)) {
            return true;
        }
        return pattern.indexOf('*') >= 0 && Pattern.matches("\\Q" + pattern.replace("*", "\\E.*\\Q") + "\\E", method);
    }

    @Override
    public String toString() {
        String which = nth > 0 ? " call " + nth : probability < 1 ? " with probability " + probability : "";
        return pattern + which + (connectionId > 0 ? " of c" + connectionId : "");
    }
}
