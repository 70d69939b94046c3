package io.rockpool.jdbc;

import java.util.Locale;

/** Reads the first words of SQL text, past white space, comments and opening brackets. */
public final class SqlText {

    private final String sql;
    private int at;

    public SqlText(String sql) {
        this.sql = sql;
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
