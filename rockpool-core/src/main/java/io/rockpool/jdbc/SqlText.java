package io.rockpool.jdbc;

import java.util.Locale;

/** Reads the first words of SQL text, past white space, comments and opening brackets. */
public final class SqlText {

    private final String sql;
    private int at;

    public SqlText(String sql) {
        this.sql = sql;
    }

    /** Whether it plainly begins with a query or a change of data, and is one statement: most SQL, told without reading on. */
    public static boolean isOrdinary(String sql) {
        int at = 0;
        while (at < sql.length() && Character.isWhitespace(sql.charAt(at))) {
            at++;
        }
        if (at == sql.length()) {
            return false;
        }
        String word = switch (sql.charAt(at) | 0x20) {
            case 's' -> "SELECT";
            case 'i' -> "INSERT";
            case 'u' -> "UPDATE";
            case 'd' -> "DELETE";
            case 'w' -> "WITH";
            case 'v' -> "VALUES";
            case 'm' -> "MERGE";
            default -> "";
        };
        int end = at + word.length();
        return !word.isEmpty()
                && sql.regionMatches(true, at, word, 0, word.length())
                && end < sql.length()
                && Character.isWhitespace(sql.charAt(end))
                && sql.indexOf(';') < 0;
    }

    /** The next word in upper case; empty where something else than a word follows. */
    public String word() {
        skipBlank();
        int start = at;
        while (at < sql.length() && (Character.isLetterOrDigit(sql.charAt(at)) || sql.charAt(at) == '_')) {
            at++;
        }
        return sql.substring(start, at).toUpperCase(Locale.ROOT);
    }

    /** After COMMIT, END or ROLLBACK: false where a savepoint, or a prepared transaction, follows. */
    public boolean endsTransaction() {
        String word = word();
        if (word.equals("TRANSACTION") || word.equals("WORK")) {
            word = word();
        }
        return !word.equals("TO") && !word.equals("PREPARED");
    }

    /** Whether this character comes next; it is then passed over. */
    public boolean skip(char expected) {
        skipBlank();
        if (at < sql.length() && sql.charAt(at) == expected) {
            at++;
            return true;
        }
        return false;
    }

    private void skipBlank() {
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (Character.isWhitespace(c) || c == '(' || c == ';' || c == '\uFEFF') {
                at++;
            } else if (sql.startsWith("--", at)) {
                int end = sql.indexOf('\n', at);
                at = end < 0 ? sql.length() : end;
            } else if (sql.startsWith("/*", at)) {
                int end = sql.indexOf("*/", at);
                at = end < 0 ? sql.length() : end + 2;
            } else {
                return;
            }
        }
    }
}
