package dev.switchback.transforms.postgres;

/** {@code LIKE}, step by step as in {@code like_match.c}, so that a bad pattern is noticed in the same cases. */
public final class Like {

    private static final int MATCH = 1;
    private static final int NO_MATCH = 0;
    /** No match, and none further along either. */
    private static final int GIVE_UP = -1;

    private final int[] text;
    private final int[] pattern;

    private Like(String text, String pattern) {
        this.text = text.codePoints().toArray();
        this.pattern = pattern.codePoints().toArray();
    }

    /** A backslash in the pattern takes the next character by its word. */
    public static Boolean matches(String text, String pattern) {
        return new Like(text, pattern).match(0, 0) == MATCH;
    }

    /** The same pattern with a backslash for its own escape character; an empty one means that nothing is escaped. */
    public static String withBackslash(String pattern, String escape) {
        if (escape.codePointCount(0, escape.length()) > 1) {
            throw new ValueException("invalid escape string: it must be empty or one character");
        }
        if (escape.equals("\\")) {
            return pattern;
        }
        int escapePoint = escape.isEmpty() ? -1 : escape.codePointAt(0);
        StringBuilder result = new StringBuilder();
        boolean afterEscape = false;
        for (int point : pattern.codePoints().toArray()) {
            if (point == escapePoint && !afterEscape) {
                result.append('\\');
                afterEscape = true;
            } else {
                result.append(point == '\\' && !afterEscape ? "\\" : "").appendCodePoint(point);
                afterEscape = false;
            }
        }
        return result.toString();
    }

    private int match(int fromText, int fromPattern) {
        int t = fromText;
        int p = fromPattern;
        while (t < text.length && p < pattern.length) {
            if (pattern[p] == '%') {
                return matchRest(t, p + 1);
            }
            if (pattern[p] == '\\') {
                requireNext(++p);
                if (pattern[p] != text[t]) {
                    return NO_MATCH;
                }
            } else if (pattern[p] != '_' && pattern[p] != text[t]) {
                return NO_MATCH;
            }
            t++;
            p++;
        }
        if (t < text.length) {
            return NO_MATCH;
        }
        while (p < pattern.length && pattern[p] == '%') {
            p++;
        }
        return p >= pattern.length ? MATCH : GIVE_UP;
    }

    /** Behind a percent sign. */
    private int matchRest(int fromText, int fromPattern) {
        int t = fromText;
        int p = fromPattern;
        while (p < pattern.length && (pattern[p] == '%' || pattern[p] == '_')) {
            if (pattern[p] == '_' && t++ >= text.length) {
                return GIVE_UP;
            }
            p++;
        }
        if (p >= pattern.length) {
            return MATCH;
        }
        int first = pattern[p];
        if (first == '\\') {
            requireNext(p + 1);
            first = pattern[p + 1];
        }
        for (; t < text.length; t++) {
            if (text[t] == first) {
                int matched = match(t, p);
                if (matched != NO_MATCH) {
                    return matched;
                }
            }
        }
        return GIVE_UP;
    }

    private void requireNext(int index) {
        if (index >= pattern.length) {
            throw new ValueException("LIKE pattern must not end with escape character");
        }
    }
}
