package io.rockpool.examples.incentive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The named values of a request, from a form or from one flat JSON object, and the rules they are held to.
 *
 * <p>Errors: every reader throws a {@link Refusal} that names the value, the rule and the fix.
 */
final class Input {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?[0-9]{1,9}");
    private static final Pattern CODE = Pattern.compile("[A-Z0-9]{2,6}");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cc}");

    private final Map<String, String> values;

    Input(Map<String, String> values) {
        this.values = values;
    }

    static Input of(Context ctx) {
        return new Input(isJson(ctx.contentType()) ? jsonValues(ctx.body()) : formValues(ctx.formParamMap()));
    }

    /** 1 to {@code maxLength} characters, none of them a control character; surrounding blanks do not count. */
    String text(String name, int maxLength) {
        String rule = "text of 1 to " + maxLength + " characters on one line";
        String text = required(name, rule);
        if (text.codePointCount(0, text.length()) > maxLength
                || CONTROL.matcher(text).find()) {
            throw refused(name, text, rule, "shorten it");
        }
        return text;
    }

    /** A whole number from {@code min} to {@code max}. */
    int number(String name, int min, int max) {
        String rule = "a whole number from " + min + " to " + max;
        String text = required(name, rule);
        // Nine digits at most, so that it fits an int.
        if (!WHOLE_NUMBER.matcher(text).matches()) {
            throw refused(name, text, rule, "send digits only, such as " + max);
        }
        int number = Integer.parseInt(text);
        if (number < min || number > max) {
            throw refused(name, text, rule, "send one in that range, such as " + (number < min ? min : max));
        }
        return number;
    }

    /** An employee's code: 2 to 6 letters A to Z or digits; small letters become capitals. */
    String code(String name) {
        String rule = "a code of 2 to 6 letters A to Z or digits";
        String text = required(name, rule);
        String code = text.toUpperCase(Locale.ROOT);
        if (!CODE.matcher(code).matches()) {
            throw refused(name, text, rule, "send one such as AOK");
        }
        return code;
    }

    /** The value without surrounding blanks, or null where it is missing or blank. */
    @Nullable String optional(String name) {
        @Nullable String value = values.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    private String required(String name, String rule) {
        @Nullable String value = optional(name);
        if (value == null) {
            throw Refusal.badInput(
                    name + ": missing; it must be " + rule + ". Send it as a form field or a JSON member.");
        }
        return value;
    }

    private static Refusal refused(String name, String value, String rule, String fix) {
        String shown = value.length() <= 80 ? value : value.substring(0, 80) + "…";
        return Refusal.badInput(name + ": '" + shown + "' is not allowed; it must be " + rule + ": " + fix + ".");
    }

    private static boolean isJson(@Nullable String contentType) {
        return contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith("application/json");
    }

    private static Map<String, String> formValues(Map<String, List<String>> form) {
        Map<String, String> values = new LinkedHashMap<>();
        form.forEach((name, all) -> {
            if (all.size() > 1) {
                throw Refusal.badInput(
                        name + ": sent " + all.size() + " times; it must be sent once: leave out the rest.");
            }
            all.forEach(value -> values.put(name, value));
        });
        return values;
    }

    private static Map<String, String> jsonValues(String body) {
        Map<String, String> values = new LinkedHashMap<>();
        if (body.isBlank()) {
            return values;
        }
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw notAFlatObject("it starts with another value");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (!value.isScalarValue()) {
                    throw notAFlatObject("'" + name + "' is an object or a list");
                }
                if (value != JsonToken.VALUE_NULL) {
                    values.put(name, parser.getText());
                }
            }
            if (parser.nextToken() != null) {
                throw notAFlatObject("something follows it");
            }
            return values;
        } catch (IOException failure) {
            throw notAFlatObject("it cannot be read as JSON");
        }
    }

    private static Refusal notAFlatObject(String reason) {
        return Refusal.badInput("body: it must be one flat JSON object, and " + reason
                + "; send one such as {\"employee_id\": 3, \"delta\": 5, \"reason\": \"good work\"}.");
    }
}
