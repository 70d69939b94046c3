package io.rockpool.sqlite;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The statements of a string, which SQLite compiles one at a time and the driver mostly drops but for the first.
 *
 * <p>Knows quotes, comments and the body of a trigger, whose statements end in semicolons too. Threads: any; keeps nothing.
 */
final class SqlScript {

    private final String sql;
    private final List<String> parts = new ArrayList<>();
    private int at;
    private int start;
    private boolean empty = true; // nothing but white space and comments since start

    private SqlScript(String sql) {
        this.sql = sql;
    }

    /** The parts in their order, none of them empty. */
    static List<String> split(String sql) {
        SqlScript script = new SqlScript(sql);
        script.read();
        return script.parts;
    }

    private void read() {
        TriggerBody trigger = new TriggerBody();
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
            } else if (sql.startsWith("--", at)) {
                skipTo("\n");
            } else if (sql.startsWith("/*", at)) {
                skipTo("*/");
            } else if (c == ';') {
                at++;
                if (trigger.endsAtSemicolon()) {
                    endPart(at - 1);
                    trigger = new TriggerBody();
                }
            } else {
                empty = false;
                trigger.token(token(c));
            }
        }
        endPart(at);
    }

    private void endPart(int end) {
        if (!empty) {
            parts.add(sql.substring(start, end).strip());
        }
        start = at;
        empty = true;
    }

    private void skipTo(String mark) {
        int end = sql.indexOf(mark, at);
        at = end < 0 ? sql.length() : end + mark.length();
    }

    private String token(char c) {
        int from = at;
        if (c == '\'' || c == '"' || c == '`') {
            quoted(c);
            return "";
        }
        if (c == '[') {
            skipTo("]");
            return "";
        }
        while (at < sql.length() && isWordPart(sql.charAt(at))) {
            at++;
        }
        if (at == from) {
            at++;
            return "";
        }
        return sql.substring(from, at).toUpperCase(Locale.ROOT);
    }

    private void quoted(char quote) {
        at++;
        while (at < sql.length()) {
            if (sql.charAt(at++) == quote) {
                if (at < sql.length() && sql.charAt(at) == quote) {
                    at++; // doubled: a quote within
                } else {
                    return;
                }
            }
        }
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c > 127;
    }

    /** Follows CREATE [TEMP] TRIGGER … BEGIN …; …; END, as SQLite's own shell does. */
    private static final class TriggerBody {
        private int words;
        private boolean creating;
        private boolean isTrigger;
        private boolean afterSemicolon;
        private boolean ended;

        void token(String word) {
            words++;
            if (words == 1) {
                creating = word.equals("CREATE");
            } else if (creating && !isTrigger) {
                boolean temporary = words == 2 && (word.equals("TEMP") || word.equals("TEMPORARY"));
                isTrigger = word.equals("TRIGGER");
                creating = temporary || isTrigger;
            }
            ended = isTrigger && afterSemicolon && word.equals("END");
            afterSemicolon = false;
        }

        boolean endsAtSemicolon() {
            if (!isTrigger || ended) {
                return true;
            }
            afterSemicolon = true;
            return false;
        }
    }
}
