package io.rockpool;

import java.util.List;

/** A pool's settings are wrong: all faults at once, each with the value, where it came from, the rule and the fix. */
public final class InvalidPoolConfigException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final List<String> faults;

    InvalidPoolConfigException(String pool, List<String> faults) {
        super("pool '" + pool + "': "
                + (faults.size() == 1 ? "a setting is wrong: " : faults.size() + " settings are wrong: ")
                + String.join(" | ", faults));
        this.faults = List.copyOf(faults);
    }

    /** The faults, one sentence each. */
    public List<String> faults() {
        return faults;
    }
}
