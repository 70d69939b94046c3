package io.rockpool.jdbc;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    /** Up to the last at-sign, so that one within a password hides no end of it. */
    private static final Pattern USER_INFO =
            Pattern.compile("(?i)(//|\\bjdbc:oracle:(?:thin|oci8?|kprb):)([^\\r\\n]*)@");

    /** A value in braces or quotes may hold separators; a part with no equals sign belongs to the value before it. */
    private static final Pattern PARAMETER = Pattern.compile(
            "([?&;])([^=&;?\\r\\n]+)=" + "(\\{[^}]*(?:}}[^}]*)*}|\"[^\"]*\"|'[^']*'|[^&;]*(?:[&;][^=&;]*(?=[&;]|$))*)");

    private static final String SECRET_WORDS =
            "password|passwd|pwd|passphrase|secret|token|credential|authorization|api[_-]?key|private[_-]?key";
    private static final Pattern SECRET_NAME = Pattern.compile("(?i).*(?:" + SECRET_WORDS + ").*");
    private static final Pattern SECRET_WORD =
            Pattern.compile("(?i)(" + SECRET_WORDS + ")([\"']?\\s*[=:]\\s*)(\"[^\"]*\"|'[^']*'|\\{[^}]*}|\\S+)");
    private static final Pattern URL = Pattern.compile("(?i)\\bjdbc:[^\\s\"'<>]+|\\b[a-z][a-z0-9+.-]*://[^\\s\"'<>]+");
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\u2028\\u2029]+");
    private static final Set<String> HARMLESS = Set.of(
            "applicationname",
            "autoreconnect",
            "busy_timeout",
            "cache",
            "cache_size",
            "connecttimeout",
            "currentschema",
            "databasename",
            "db_close_delay",
            "db_close_on_exit",
            "foreign_keys",
            "journal_mode",
            "loadbalancehosts",
            "logintimeout",
            "mmap_size",
            "mode",
            "servertimezone",
            "sockettimeout",
            "ssl",
            "sslmode",
            "synchronous",
            "targetservertype",
            "tcpkeepalive",
            "temp_store",
            "useunicode");

    private Redaction() {}

    /** A URL with user information and the values of unknown parameters masked. */
    public static String url(@Nullable String url) {
        if (url == null) {
            return "";
        }
        String text = PARAMETER
                .matcher(url)
                .replaceAll(m -> Matcher.quoteReplacement(
                        m.group(1) + m.group(2) + "=" + (isHarmless(m.group(2), m.group(3)) ? m.group(3) : MASK)));
        return USER_INFO.matcher(text).replaceAll("$1" + Matcher.quoteReplacement(MASK) + "@");
    }

    private static boolean isHarmless(String name, String value) {
        return HARMLESS.contains(name.toLowerCase(Locale.ROOT).replace('-', '_'))
                && value.indexOf('&') < 0
                && value.indexOf(';') < 0;
    }

    /** A driver's message in one line, with the URLs in it, the secret, and what follows words like "password=" masked. */
    public static String message(@Nullable String message, @Nullable String secret) {
        return message(message, secret == null ? List.of() : List.of(secret));
    }

    /** The same for several secrets. */
    static String message(@Nullable String message, Collection<String> secrets) {
        if (message == null) {
            return "";
        }
        String text = message;
        for (String secret : secrets) { // first: a mask may cut a secret in two
            if (!secret.isEmpty()) {
                text = text.replace(secret, MASK);
            }
        }
        text = URL.matcher(text).replaceAll(m -> Matcher.quoteReplacement(url(m.group())));
        text = SECRET_WORD.matcher(text).replaceAll("$1$2" + Matcher.quoteReplacement(MASK));
        return CONTROLS.matcher(text).replaceAll(" ");
    }

    /** The secrets that a URL and driver properties hold, as they stand there and decoded, the longest first. */
    static List<String> secrets(String url, Map<String, String> driverProperties) {
        Set<String> secrets = new HashSet<>();
        Matcher user = USER_INFO.matcher(PARAMETER.matcher(url).replaceAll(""));
        while (user.find()) {
            String[] info = user.group(2).split("[:/]", 2);
            addSecret(secrets, info[info.length - 1]);
        }
        Matcher parameter = PARAMETER.matcher(url);
        while (parameter.find()) {
            if (SECRET_NAME.matcher(parameter.group(2)).matches()) {
                addSecret(secrets, parameter.group(3));
            }
        }
        driverProperties.forEach((key, value) -> {
            if (SECRET_NAME.matcher(key).matches()) {
                addSecret(secrets, value);
            }
        });
        return secrets.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    private static void addSecret(Set<String> secrets, String secret) {
        if (secret.length() > 1) {
            secrets.add(secret);
            try {
                secrets.add(URLDecoder.decode(secret.replace("+", "%2B"), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                return; // a percent sign that encodes nothing: it stands for itself
            }
        }
    }

    /** SQL with its literals replaced by {@code ?} and its comments dropped, at most 200 characters. */
    public static String sql(String sql) {
        return new SqlMask(sql).masked();
    }
}
