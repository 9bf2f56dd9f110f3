package dev.switchback.connectors.avro;

import java.util.regex.Pattern;

/** Names that Avro takes, for names that databases take. */
final class FieldName {

    private static final Pattern LEGAL = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern ESCAPE = Pattern.compile("_u[0-9A-F]{4}");

    private FieldName() {}

    /**
     * A legal Avro name, different for different names: a character that Avro refuses becomes {@code _u} and its UTF-16
     * code in four hexadecimal digits, and so does an underscore that would read as the beginning of such an escape.
     */
    static String of(String name) {
        if (LEGAL.matcher(name).matches() && !ESCAPE.matcher(name).find()) {
            return name;
        }
        StringBuilder legal = new StringBuilder(name.length() + 10);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean escapes =
                    c == '_' && ESCAPE.matcher(name).region(i, name.length()).lookingAt();
            if (isLegal(c, i == 0) && !escapes) {
                legal.append(c);
            } else {
                legal.append("_u%04X".formatted((int) c));
            }
        }
        return legal.toString();
    }

    private static boolean isLegal(char c, boolean first) {
        boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        return letter || (!first && c >= '0' && c <= '9');
    }
}
