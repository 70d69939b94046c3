package io.rockpool.benchmarks;

import java.util.List;
import java.util.Set;

/** Which cases of a benchmark are to run: those named, or the benchmark's own choice where none is. */
final class Selection {

    private final Set<String> names;

    private Selection(Set<String> names) {
        this.names = names;
    }

    /** No name: the benchmark's own choice. */
    static Selection of(List<String> names) {
        return new Selection(Set.copyOf(names));
    }

    /** Whether a case runs; {@code byDefault}: whether it does where none is named. */
    boolean includes(String caseName, boolean byDefault) {
        return names.isEmpty() ? byDefault : names.contains(caseName);
    }

    /** The names that are not among the known ones, in order. */
    List<String> unknown(List<String> known) {
        return names.stream().filter(name -> !known.contains(name)).sorted().toList();
    }
}
