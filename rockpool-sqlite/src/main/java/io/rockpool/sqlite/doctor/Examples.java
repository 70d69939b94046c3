package io.rockpool.sqlite.doctor;

import java.util.ArrayList;
import java.util.List;

/** The places where something was found: all are counted, the first are kept. Threads: one. */
final class Examples {

    private final List<String> kept = new ArrayList<>();
    private int count;

    void add(String place) {
        if (kept.size() < Finding.MOST_EXAMPLES) {
            kept.add(place);
        }
        count++;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** The count with its noun: {@code 1 table}, {@code 3 tables}. */
    String counted(String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    List<String> kept() {
        return kept;
    }
}
