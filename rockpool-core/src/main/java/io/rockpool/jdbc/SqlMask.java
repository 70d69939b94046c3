package io.rockpool.jdbc;

import java.util.Locale;

/**
 * One SQL text with its literals masked, whatever dialect it is in.
 *
 * <p>Where dialects disagree on where a literal ends (a backslash before a quote, a {@code #} or a bracket before an odd
 * quote), the rest of the text is masked: rather too little is shown than a value. Threads: one.
 */
final class SqlMask {

    private static final int LONGEST = 200;
    private static final char LITERAL = '?';

    private final String sql;
    private final StringBuilder out;
    private int at;

    SqlMask(String sql) {
        this.sql = sql;
        this.out = new StringBuilder(Math.min(sql.length(), LONGEST + 2));
    }

    String masked() {
        while (at < sql.length() && out.length() <= LONGEST) {
            step(sql.charAt(at));
        }
        return out.length() > LONGEST || at < sql.length()
                ? out.substring(0, Math.min(LONGEST, out.length())) + "…"
                : out.toString();
    }

    private void step(char c) {
        int end;
        if (c == '\'') {
            literal(stringEnd());
        } else if (c == '"' || c == '`') {
            end = quoteEnd(c, false);
            boolean whole = end < sql.length() || (sql.charAt(end - 1) == c && end > at + 1);
            if (whole && sql.indexOf('\\', at) < 0 && (c == '`' || namesFollow())) {
                out.append(oneLine(sql.substring(at, end)));
                at = end;
            } else {
                literal(end); // a string in MySQL and SQLite
            }
        } else if (c == '$' && (end = dollarQuoteEnd()) > at) {
            literal(end);
        } else if (sql.startsWith("--", at)) {
            at = orEnd(sql.indexOf('\n', at), 0);
        } else if (sql.startsWith("/*", at)) {
            blank(commentEnd());
        } else if ((c == '#' && oddQuotes(orEnd(sql.indexOf('\n', at), 0)))
                || (c == '[' && oddQuotes(orEnd(sql.indexOf(']', at), 1)))) {
            literal(sql.length());
        } else if (Character.isDigit(c) && !afterWord()) {
            literal(numberEnd());
        } else {
            out.append(isControl(c) ? ' ' : c);
            at++;
        }
    }

    private void literal(int end) {
        out.append(LITERAL);
        at = end;
    }

    private void blank(int end) {
        out.append(' ');
        at = end;
    }

    private boolean afterWord() {
        return out.length() > 0 && isWord(out.charAt(out.length() - 1));
    }

    /** Whether only an identifier can stand here: after a dot or a word that names a table. */
    private boolean namesFollow() {
        String before = out.toString().stripTrailing();
        if (before.endsWith(".")) {
            return true;
        }
        int start = before.length();
        while (start > 0 && isWord(before.charAt(start - 1))) {
            start--;
        }
        return switch (before.substring(start).toUpperCase(Locale.ROOT)) {
            case "FROM", "JOIN", "INTO", "UPDATE", "TABLE" -> true;
            default -> sql.startsWith(".", quoteEnd('"', false));
        };
    }

    private int stringEnd() {
        char before = at == 0 ? ' ' : Character.toUpperCase(sql.charAt(at - 1));
        char first = at < 2 ? ' ' : Character.toUpperCase(sql.charAt(at - 2));
        boolean prefix = !isWord(first) || (before == 'Q' && first == 'N' && (at < 3 || !isWord(sql.charAt(at - 3))));
        if (before == 'Q' && prefix && at + 1 < sql.length()) { // Oracle's q'[...]'
            char open = sql.charAt(at + 1);
            int pair = "[{(<".indexOf(open);
            char close = pair < 0 ? open : "]})>".charAt(pair);
            return orEnd(sql.indexOf(close + "'", at + 2), 2);
        }
        return quoteEnd('\'', before == 'E' && prefix);
    }

    /** Past the closing quote; a doubled one does not close. */
    private int quoteEnd(char quote, boolean backslashEscapes) {
        int i = at + 1;
        while (i < sql.length()) {
            char c = sql.charAt(i);
            boolean pair = i + 1 < sql.length();
            if (c == '\\' && pair && quote != '`') {
                char next = sql.charAt(i + 1);
                if (next == quote && !backslashEscapes) {
                    return sql.length(); // an escape in MySQL, the end elsewhere
                }
                i += next == quote || next == '\\' ? 2 : 1;
            } else if (c == quote && pair && sql.charAt(i + 1) == quote) {
                i += 2;
            } else if (c == quote) {
                return i + 1;
            } else {
                i++;
            }
        }
        return sql.length();
    }

    private int dollarQuoteEnd() {
        int tagEnd = at + 1;
        while (tagEnd < sql.length() && isWord(sql.charAt(tagEnd))) {
            tagEnd++;
        }
        if (tagEnd >= sql.length() || sql.charAt(tagEnd) != '$') {
            return at;
        }
        String tag = sql.substring(at, tagEnd + 1);
        return orEnd(sql.indexOf(tag, tagEnd + 1), tag.length());
    }

    /** Past the comment, and the comments in it: PostgreSQL nests them. */
    private int commentEnd() {
        int depth = 0;
        for (int i = at; i < sql.length(); i++) {
            if (sql.startsWith("/*", i)) {
                depth++;
                i++;
            } else if (sql.startsWith("*/", i)) {
                depth--;
                i++;
                if (depth == 0) {
                    return i + 1;
                }
            }
        }
        return sql.length();
    }

    private boolean oddQuotes(int end) {
        return sql.substring(at, end)
                                .chars()
                                .filter(c -> c == '\'' || c == '"' || c == '`')
                                .count()
                        % 2
                == 1;
    }

    private int numberEnd() {
        int i = at;
        while (i < sql.length() && (isWord(sql.charAt(i)) || sql.charAt(i) == '.')) {
            i++;
        }
        return i;
    }

    private int orEnd(int found, int length) {
        return found < 0 ? sql.length() : found + length;
    }

    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text);
        for (int i = 0; i < line.length(); i++) {
            if (isControl(line.charAt(i))) {
                line.setCharAt(i, ' ');
            }
        }
        return line.toString();
    }

    private static boolean isControl(char c) {
        return Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }
}
