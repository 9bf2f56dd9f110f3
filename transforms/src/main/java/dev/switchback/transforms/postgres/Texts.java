package dev.switchback.transforms.postgres;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/** Functions of texts in a UTF-8 database; a character is a Unicode code point. Rules as in {@code varlena.c}. Stateless. */
public final class Texts {

    /** Longer results are refused by the server too, at a limit in bytes that depends on the content. */
    private static final int LONGEST = 1 << 28;

    private Texts() {}

    public static Integer length(String text) {
        return text.codePointCount(0, text.length());
    }

    public static Integer octetLength(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * In every locale the letters of ASCII have the same other case (but for Turkish and its kin, which the plan refuses);
     * what becomes of others depends on the source's locale and C library.
     */
    public static String upper(String text) {
        requireAscii(text);
        return text.toUpperCase(Locale.ROOT);
    }

    public static String lower(String text) {
        requireAscii(text);
        return text.toLowerCase(Locale.ROOT);
    }

    private static void requireAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            int point = text.codePointAt(i);
            if (point > 127 && hasCase(point)) {
                throw new ValueException("what upper and lower make of the letter " + Character.toString(point)
                        + " depends on the source's locale");
            }
        }
    }

    private static boolean hasCase(int point) {
        return Character.isUpperCase(point)
                || Character.isLowerCase(point)
                || Character.isTitleCase(point)
                || Character.toUpperCase(point) != point
                || Character.toLowerCase(point) != point;
    }

    public static String substring(String text, int from) {
        return from <= 1 ? text : from(text, from - 1);
    }

    public static String substring(String text, int from, int length) {
        if (length < 0) {
            throw new ValueException("negative substring length not allowed");
        }
        long end = (long) from + length;
        if (end > Integer.MAX_VALUE) {
            return substring(text, from);
        }
        int start = Math.max(from, 1);
        return end <= start ? "" : first(from(text, start - 1), (int) end - start);
    }

    /** A negative count leaves out that many at the other end. */
    public static String left(String text, int count) {
        return first(text, count >= 0 ? count : Math.max(0, length(text) + count));
    }

    public static String right(String text, int count) {
        // The server's own -n overflows for the least integer.
        return count < 0 ? from(text, Math.max(0, -count)) : from(text, Math.max(0, length(text) - count));
    }

    private static String first(String text, int points) {
        return points >= text.length()
                ? text
                : points >= length(text) ? text : text.substring(0, text.offsetByCodePoints(0, points));
    }

    private static String from(String text, int points) {
        return points <= 0
                ? text
                : points >= text.length()
                        ? ""
                        : points >= length(text) ? "" : text.substring(text.offsetByCodePoints(0, points));
    }

    /** Counted from 1; 0 where it is not contained. */
    public static Integer position(String text, String part) {
        int at = text.indexOf(part);
        return at < 0 ? 0 : text.codePointCount(0, at) + 1;
    }

    public static String replace(String text, String from, String to) {
        return from.isEmpty() ? text : bounded(text.replace(from, to));
    }

    public static String padLeft(String text, int length, String fill) {
        String cut = first(text, Math.max(0, length));
        return padding(length - length(cut), fill) + cut;
    }

    public static String padRight(String text, int length, String fill) {
        String cut = first(text, Math.max(0, length));
        return cut + padding(length - length(cut), fill);
    }

    private static String padding(int length, String fill) {
        if (length <= 0 || fill.isEmpty()) {
            return "";
        }
        requireBounded((long) length * 4);
        return first(fill.repeat(length / length(fill) + 1), length);
    }

    public static String repeat(String text, int count) {
        requireBounded((long) text.length() * Math.max(0, count));
        return text.repeat(Math.max(0, count));
    }

    public static String reverse(String text) {
        StringBuilder reversed = new StringBuilder(text.length());
        for (int i = text.length(); i > 0; ) {
            int point = text.codePointBefore(i);
            reversed.appendCodePoint(point);
            i -= Character.charCount(point);
        }
        return reversed.toString();
    }

    public static String translate(String text, String from, String to) {
        int[] origins = from.codePoints().toArray();
        int[] replacements = to.codePoints().toArray();
        StringBuilder translated = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            int index = 0;
            while (index < origins.length && origins[index] != point) {
                index++;
            }
            if (index == origins.length) {
                translated.appendCodePoint(point);
            } else if (index < replacements.length) {
                translated.appendCodePoint(replacements[index]);
            }
        });
        return translated.toString();
    }

    /** Counted from 1, or from the end where negative. An empty delimiter splits nothing. */
    public static String splitPart(String text, String delimiter, int field) {
        if (field == 0) {
            throw new ValueException("field position must not be zero");
        }
        if (text.isEmpty()) {
            return "";
        }
        if (delimiter.isEmpty()) {
            return field == 1 || field == -1 ? text : "";
        }
        return field > 0 ? fromStart(text, delimiter, field) : fromEnd(text, delimiter, -(long) field);
    }

    private static String fromStart(String text, String delimiter, int field) {
        int start = 0;
        for (int i = 1; i < field; i++) {
            int at = text.indexOf(delimiter, start);
            if (at < 0) {
                return "";
            }
            start = at + delimiter.length();
        }
        int end = text.indexOf(delimiter, start);
        return end < 0 ? text.substring(start) : text.substring(start, end);
    }

    /** The parts are those that one finds from the start. */
    private static String fromEnd(String text, String delimiter, long field) {
        int parts = 1;
        for (int at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter, at + delimiter.length())) {
            parts++;
        }
        return field > parts ? "" : fromStart(text, delimiter, (int) (parts - field + 1));
    }

    /** Removes characters of the set, not the set as a word. */
    public static String trim(String text, String characters, boolean start, boolean end) {
        int from = 0;
        int to = text.length();
        while (start && from < to && characters.indexOf(text.codePointAt(from)) >= 0) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (end && to > from && characters.indexOf(text.codePointBefore(to)) >= 0) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return text.substring(from, to);
    }

    public static String overlay(String text, String part, int from, int length) {
        if (from <= 0) {
            throw new ValueException("negative substring length not allowed");
        }
        long rest = (long) from + length;
        if (rest > Integer.MAX_VALUE || rest < Integer.MIN_VALUE) {
            throw new ValueException("integer out of range");
        }
        return substring(text, 1, from - 1) + part + substring(text, (int) rest);
    }

    /** The number of the first character, 0 for none. */
    public static Integer ascii(String text) {
        return text.isEmpty() ? 0 : text.codePointAt(0);
    }

    public static String character(int point) {
        if (point <= 0 || point > Character.MAX_CODE_POINT || (point >= 0xD800 && point <= 0xDFFF)) {
            throw new ValueException("requested character not valid for encoding: " + point);
        }
        return Character.toString(point);
    }

    public static String md5(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String md5(String text) {
        return md5(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Joins what is not NULL. */
    public static String join(String separator, @Nullable String[] parts) {
        StringBuilder joined = new StringBuilder();
        boolean first = true;
        for (String part : parts) {
            if (part != null) {
                joined.append(first ? "" : separator).append(part);
                first = false;
            }
        }
        return joined.toString();
    }

    /** Without the white space of C's {@code isspace} at either end, as input functions of types do it. */
    public static String trimSpace(String text) {
        return trim(text, " \t\n\r\u000B\f", true, true);
    }

    public static String stripBlanks(String text) {
        return trim(text, " ", false, true);
    }

    /** As cast to {@code varchar(n)}: the rest is cut off without a word. */
    public static String cut(String text, int length) {
        return first(text, length);
    }

    /** As cast to {@code char(n)}. */
    public static String cutAndPad(String text, int length) {
        return padRight(text, length, " ");
    }

    private static String bounded(String text) {
        requireBounded(text.length());
        return text;
    }

    private static void requireBounded(long length) {
        if (length > LONGEST) {
            throw new ValueException("requested length too large");
        }
    }
}
