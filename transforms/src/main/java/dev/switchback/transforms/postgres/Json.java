package dev.switchback.transforms.postgres;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Finds a value within the text of a {@code json} or {@code jsonb} value, which the server has checked already, and hands
 * out its part of the text as it stands. Not thread-safe; made for one look.
 */
public final class Json {

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
        this.at = 0;
    }

    /**
     * The text of the value at a path: a step is a key of an object, or a position in an array, counted from 0 or, if
     * negative, from the end. Of several equal keys the last counts.
     *
     * @return null where there is none
     * @throws ValueException for an escape anywhere in the text that stands for no letter, as PostgreSQL reads all of it
     */
    public static @Nullable String find(String json, @Nullable String... path) {
        if (Arrays.asList(path).contains(null)) {
            return null;
        }
        requireLetters(json);
        @Nullable String found = json;
        for (String step : path) {
            if (found == null || step == null) {
                return null;
            }
            found = new Json(found).step(step);
        }
        return found == null || path.length == 0 ? found : found.strip();
    }

    /** What {@code ->>} makes of a value's text: a string without its quotes, and NULL of null. */
    public static @Nullable String scalar(@Nullable String json) {
        if (json == null || json.equals("null")) {
            return null;
        }
        return json.startsWith("\"") ? new Json(json).string() : json;
    }

    /** What {@code json} takes as it is written, but no text can have: NUL, and half of a surrogate pair. */
    private static void requireLetters(String json) {
        boolean half = false;
        for (int at = json.indexOf('\\'); at >= 0; at = json.indexOf('\\', at)) {
            boolean unicode = json.charAt(at + 1) == 'u';
            char unit = unicode ? unit(json, at + 2) : 0;
            boolean second = Character.isLowSurrogate(unit);
            if (half != second || (unicode && unit == 0)) {
                throw new ValueException("unsupported Unicode escape sequence: " + json.substring(at, at + 6));
            }
            at += unicode ? 6 : 2;
            half = Character.isHighSurrogate(unit);
            if (half && !json.startsWith("\\u", at)) {
                throw new ValueException("Unicode low surrogate must follow a high surrogate");
            }
        }
    }

    private static char unit(String json, int at) {
        return (char) Integer.parseInt(json.substring(at, at + 4), 16);
    }

    private @Nullable String step(String step) {
        skipBlanks();
        if (at >= text.length()) {
            return null;
        }
        return switch (text.charAt(at)) {
            case '{' -> member(step);
            case '[' -> element(step);
            default -> null;
        };
    }

    private @Nullable String member(String name) {
        @Nullable String found = null;
        at++;
        skipBlanks();
        while (text.charAt(at) != '}') {
            String key = string();
            skipBlanks();
            at++;
            String value = value();
            if (key.equals(name)) {
                found = value;
            }
            skipSeparator();
        }
        return found;
    }

    private @Nullable String element(String step) {
        long wanted;
        try {
            wanted = Integers.read(step, Integer.MIN_VALUE, Integer.MAX_VALUE, "integer");
        } catch (ValueException e) {
            return null;
        }
        int start = at;
        if (wanted < 0) {
            wanted += count();
            at = start;
        }
        at++;
        skipBlanks();
        for (long index = 0; text.charAt(at) != ']'; index++) {
            String value = value();
            if (index == wanted) {
                return value;
            }
            skipSeparator();
        }
        return null;
    }

    private int count() {
        int count = 0;
        at++;
        skipBlanks();
        while (text.charAt(at) != ']') {
            value();
            count++;
            skipSeparator();
        }
        return count;
    }

    private void skipSeparator() {
        skipBlanks();
        if (text.charAt(at) == ',') {
            at++;
            skipBlanks();
        }
    }

    private void skipBlanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    /** The text of the value that begins here; stands behind it afterwards. */
    private String value() {
        skipBlanks();
        int start = at;
        int depth = 0;
        do {
            switch (text.charAt(at)) {
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                case '"' -> skipString();
                default -> {}
            }
            at++;
        } while (at < text.length() && (depth > 0 || ",]}".indexOf(text.charAt(at)) < 0));
        return text.substring(start, at).strip();
    }

    /** Ends on the closing quote. */
    private void skipString() {
        for (at++; text.charAt(at) != '"'; at++) {
            if (text.charAt(at) == '\\') {
                at++;
            }
        }
    }

    private String string() {
        StringBuilder string = new StringBuilder();
        for (at++; text.charAt(at) != '"'; at++) {
            char c = text.charAt(at);
            string.append(c == '\\' ? escaped() : c);
        }
        at++;
        return string.toString();
    }

    private char escaped() {
        at++;
        char c = text.charAt(at);
        return switch (c) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> {
                at += 4;
                yield unit(text, at - 3);
            }
            default -> c;
        };
    }
}
