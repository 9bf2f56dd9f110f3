package dev.switchback.transforms.sql;

import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

import dev.switchback.transforms.postgres.Texts;
import dev.switchback.transforms.postgres.ValueException;

/** How texts become values of the types that have no class of their own. Stateless. */
final class Inputs {

    private static final Pattern UUID = Pattern.compile("\\{?([0-9a-f]{4}-?){7}[0-9a-f]{4}\\}?");

    private Inputs() {}

    /** Any beginning of true, false, yes or no, but {@code of} alone says nothing; on, off, 1 and 0. */
    static Boolean bool(String text) {
        String word = Texts.trimSpace(text).toLowerCase(Locale.ROOT);
        if (!word.isEmpty()) {
            if ("true".startsWith(word) || "yes".startsWith(word) || word.equals("on") || word.equals("1")) {
                return true;
            }
            if ("false".startsWith(word)
                    || "no".startsWith(word)
                    || word.equals("off")
                    || word.equals("of")
                    || word.equals("0")) {
                return false;
            }
        }
        throw new ValueException("invalid input syntax for type boolean: \"" + text + "\"");
    }

    /** Thirty-two digits, with hyphens behind any group of four, in braces or not. */
    static String uuid(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        boolean braces = lower.startsWith("{");
        if (!UUID.matcher(lower).matches() || braces != lower.endsWith("}")) {
            throw new ValueException("invalid input syntax for type uuid: \"" + text + "\"");
        }
        String digits = lower.replaceAll("[{}-]", "");
        return digits.substring(0, 8) + "-" + digits.substring(8, 12) + "-" + digits.substring(12, 16) + "-"
                + digits.substring(16, 20) + "-" + digits.substring(20);
    }

    /** The hex format only. */
    static byte[] bytes(String text) {
        if (!text.startsWith("\\x")) {
            throw new ValueException("\"" + text + "\" is not bytea in hex format (\\x…)");
        }
        try {
            return HexFormat.of().parseHex(text.substring(2));
        } catch (IllegalArgumentException e) {
            throw new ValueException("invalid hexadecimal data: \"" + text + "\"");
        }
    }
}
