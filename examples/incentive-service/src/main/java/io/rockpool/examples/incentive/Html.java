package io.rockpool.examples.incentive;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Markup that is safe to send. {@link #of} escapes every value that is not itself Html, so that forgetting to escape is
 * not possible.
 */
record Html(String markup) {
    static final Html NONE = new Html("");

    /** The template with each {@code {}} replaced by the next value; attributes must stand in double quotes. */
    static Html of(String template, @Nullable Object... values) {
        StringBuilder markup = new StringBuilder(template.length() + 64);
        int from = 0;
        for (Object value : values) {
            int gap = template.indexOf("{}", from);
            if (gap < 0) {
                throw new IllegalArgumentException(values.length + " values for fewer gaps in: " + template);
            }
            markup.append(template, from, gap);
            markup.append(value instanceof Html html ? html.markup : escape(String.valueOf(value)));
            from = gap + 2;
        }
        if (template.indexOf("{}", from) >= 0) {
            throw new IllegalArgumentException(values.length + " values for more gaps in: " + template);
        }
        return new Html(markup.append(template, from, template.length()).toString());
    }

    static Html join(List<Html> parts) {
        StringBuilder markup = new StringBuilder();
        parts.forEach(part -> markup.append(part.markup));
        return new Html(markup.toString());
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
