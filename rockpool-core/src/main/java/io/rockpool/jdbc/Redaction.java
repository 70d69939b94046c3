package io.rockpool.jdbc;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of what is shown: JDBC URLs, driver messages, SQL.
 *
 * <p>Of a URL only the parameters on a list of harmless names keep their values, so that a secret under a name nobody
 * thought of is masked too. Of SQL every literal is replaced by {@code ?}.
 */
public final class Redaction {

    private static final String MASK = "***";
    private static final Pattern USER_INFO = Pattern.compile("(//)[^/@\\s]*@");
    private static final Pattern PARAMETER = Pattern.compile("([?&;])([^=&;?\\s]+)=([^&;\\s]*)");
    private static final Pattern SECRET_WORD =
            Pattern.compile("(?i)(password|passwd|pwd|secret|token|credential)(\\s*[=:]\\s*)(\"[^\"]*\"|'[^']*'|\\S+)");
    private static final Pattern URL = Pattern.compile("(?i)\\bjdbc:[^\\s\"'<>]+|\\b[a-z][a-z0-9+.-]*://[^\\s\"'<>]+");
    private static final Set<String> HARMLESS = Set.of(
            "applicationname", "autoreconnect", "cache", "connecttimeout", "currentschema", "databasename",
            "db_close_delay", "db_close_on_exit", "journal_mode", "loadbalancehosts", "logintimeout", "mode",
            "servertimezone", "sockettimeout", "ssl", "sslmode", "synchronous", "targetservertype", "tcpkeepalive",
            "useunicode");

    private Redaction() {}

    /** A URL with user information and the values of unknown parameters masked. */
    public static String url(@Nullable String url) {
        if (url == null) {
            return "";
        }
        Matcher parameters = PARAMETER.matcher(USER_INFO.matcher(url).replaceAll("$1" + MASK + "@"));
        return parameters.replaceAll(m -> Matcher.quoteReplacement(m.group(1) + m.group(2) + "="
                + (HARMLESS.contains(m.group(2).toLowerCase(Locale.ROOT)) ? m.group(3) : MASK)));
    }

    /** A driver's message with the URLs in it, the given secret, and what follows words like "password=" masked. */
    public static String message(@Nullable String message, @Nullable String secret) {
        if (message == null) {
            return "";
        }
        String text = URL.matcher(message).replaceAll(m -> Matcher.quoteReplacement(url(m.group())));
        text = SECRET_WORD.matcher(text).replaceAll("$1$2" + Matcher.quoteReplacement(MASK));
        return secret == null || secret.isEmpty() ? text : text.replace(secret, MASK);
    }

    /** SQL with its string and number literals replaced by {@code ?} and its comments dropped, at most 200 characters. */
    public static String sql(String sql) {
        StringBuilder out = new StringBuilder(Math.min(sql.length(), 256));
        int i = 0;
        while (i < sql.length() && out.length() < 200) {
            char c = sql.charAt(i);
            if (c == '\'' || c == '$' && dollarQuoteEnd(sql, i) > i) {
                i = c == '\'' ? quoteEnd(sql, i) : dollarQuoteEnd(sql, i);
                out.append('?');
            } else if (c == '"' || c == '`') {
                int end = quoteEnd(sql, i);
                out.append(sql, i, end);
                i = end;
            } else if (sql.startsWith("--", i)) {
                i = orEnd(sql, sql.indexOf('\n', i), 0);
            } else if (sql.startsWith("/*", i)) {
                i = orEnd(sql, sql.indexOf("*/", i), 2);
            } else if (Character.isDigit(c) && (out.length() == 0 || !isWord(out.charAt(out.length() - 1)))) {
                i = numberEnd(sql, i);
                out.append('?');
            } else {
                out.append(Character.isISOControl(c) ? ' ' : c);
                i++;
            }
        }
        return i < sql.length() ? out + "…" : out.toString();
    }

    private static int quoteEnd(String sql, int start) {
        char quote = sql.charAt(start);
        int i = start + 1;
        while (i < sql.length()) {
            if (sql.charAt(i) == '\\' && quote == '\'') {
                i += 2; // MySQL's escape; taken for one everywhere, which at worst masks more
            } else if (sql.charAt(i++) == quote) {
                return i;
            }
        }
        return sql.length();
    }

    private static int dollarQuoteEnd(String sql, int start) {
        int tagEnd = start + 1;
        while (tagEnd < sql.length() && isWord(sql.charAt(tagEnd))) {
            tagEnd++;
        }
        if (tagEnd >= sql.length() || sql.charAt(tagEnd) != '$') {
            return start;
        }
        String tag = sql.substring(start, tagEnd + 1);
        return orEnd(sql, sql.indexOf(tag, tagEnd + 1), tag.length());
    }

    private static int numberEnd(String sql, int start) {
        int i = start;
        while (i < sql.length() && (isWord(sql.charAt(i)) || sql.charAt(i) == '.')) {
            i++;
        }
        return i;
    }

    private static int orEnd(String sql, int found, int length) {
        return found < 0 ? sql.length() : found + length;
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }
}
