package io.rockpool.sqlite.doctor;

import java.util.List;

/**
 * One thing that {@link Doctor} found, and what to do about it.
 *
 * <p>Holds names of tables, columns and processes and rowids; never the value of a row.
 *
 * @param severity how bad it is
 * @param code its stable name, such as {@code wal-pinned}
 * @param message what was found, with its numbers
 * @param fix what to do
 * @param examples where it was found, one line each; at most {@value #MOST_EXAMPLES}, the message has the full count
 */
public record Finding(Severity severity, String code, String message, String fix, List<String> examples) {

    /** How many places a finding lists at most. */
    public static final int MOST_EXAMPLES = 20;

    /** The worst first. */
    public enum Severity {
        /** Data is damaged, or can be lost now. */
        ERROR,
        /** It will slow down, block or surprise under load. */
        WARNING,
        /** It would be better otherwise. */
        ADVICE
    }

    /** Keeps the first {@value #MOST_EXAMPLES} examples. */
    public Finding {
        examples = examples.stream().limit(MOST_EXAMPLES).toList();
    }

    Finding(Severity severity, String code, String message, String fix) {
        this(severity, code, message, fix, List.of());
    }
}
