package io.rockpool.sqlite;

import java.sql.SQLException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a session's statements changed last, for {@code changes()}, {@code total_changes()} and {@code last_insert_rowid()} in
 * a later statement: SQLite keeps these for its connection, which another session writes with by then.
 *
 * <p>The calls are replaced by the session's own numbers. Threads: the session's.
 */
final class SessionChanges {

    private static final Pattern ALONE =
            Pattern.compile("(?is)\\s*select\\s+(changes|total_changes|last_insert_rowid)\\s*\\(\\s*\\)\\s*;?\\s*");

    private long count;
    private long total;
    private long rowId;
    private @Nullable LaneConnection inserted; // where the row id still has to be asked

    /** Takes in a statement that changed rows. */
    void note(LaneConnection lane, long changed, boolean hasInserted) {
        count = changed;
        total += changed;
        if (hasInserted) {
            inserted = lane;
        }
    }

    /** Takes in what a statement with rows has changed, as it ends. */
    void count(long changed) {
        total += changed - count;
        count = changed;
    }

    /** Another lease begins. */
    void forget() {
        count = 0;
        total = 0;
        rowId = 0;
        inserted = null;
    }

    /** Asks for the row id, as the lane is about to be let go. */
    void settle(LaneConnection lane) throws SQLException {
        if (inserted == lane) {
            inserted = null;
            rowId = lane.lastRowId();
        }
    }

    /** The text with this session's numbers. */
    String answered(String sql) throws SQLException {
        LaneConnection lane = inserted;
        if (lane != null) {
            settle(lane);
        }
        String text = new Replacing(sql).all();
        return text.equals(sql) || !ALONE.matcher(sql).matches()
                ? text
                : text.replaceFirst(";?\\s*$", "") + " AS \""
                        + sql.replaceFirst("(?is)\\s*select\\s+", "").replaceFirst(";?\\s*$", "") + "\"";
    }

    private final class Replacing {
        private final String sql;
        private final StringBuilder out = new StringBuilder();
        private int at;

        private Replacing(String sql) {
            this.sql = sql;
        }

        private String all() {
            while (at < sql.length()) {
                char c = sql.charAt(at);
                if (c == '\'' || c == '"' || c == '`' || c == '[') {
                    copyTo(sql.indexOf(c == '[' ? ']' : c, at + 1));
                } else if (sql.startsWith("--", at)) {
                    copyTo(sql.indexOf('\n', at));
                } else if (sql.startsWith("/*", at)) {
                    int end = sql.indexOf("*/", at);
                    copyTo(end < 0 ? end : end + 1);
                } else if (Character.isJavaIdentifierStart(c)) {
                    word();
                } else {
                    out.append(c);
                    at++;
                }
            }
            return out.toString();
        }

        private void copyTo(int last) {
            int end = last < 0 ? sql.length() : last + 1;
            out.append(sql, at, end);
            at = end;
        }

        private void word() {
            int start = at;
            while (at < sql.length() && Character.isJavaIdentifierPart(sql.charAt(at))) {
                at++;
            }
            int call = emptyCall(at);
            Long value = call < 0 ? null : value(sql.substring(start, at).toLowerCase(Locale.ROOT));
            if (value == null) {
                out.append(sql, start, at);
            } else {
                out.append(value);
                at = call;
            }
        }

        /** Where "( )" ends, or -1. */
        private int emptyCall(int from) {
            int open = blank(from);
            if (open < sql.length() && sql.charAt(open) == '(') {
                int close = blank(open + 1);
                if (close < sql.length() && sql.charAt(close) == ')') {
                    return close + 1;
                }
            }
            return -1;
        }

        private int blank(int from) {
            int i = from;
            while (i < sql.length() && Character.isWhitespace(sql.charAt(i))) {
                i++;
            }
            return i;
        }

        private @Nullable Long value(String function) {
            return switch (function) {
                case "changes" -> count;
                case "total_changes" -> total;
                case "last_insert_rowid" -> rowId;
                default -> null;
            };
        }
    }
}
