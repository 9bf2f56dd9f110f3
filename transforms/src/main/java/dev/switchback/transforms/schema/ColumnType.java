package dev.switchback.transforms.schema;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A column's type in its database.
 *
 * @param name the type without modifier as the database prints it, schema-qualified where the type is not a system one:
 *     {@code bigint}, {@code numeric}, {@code text[]}, {@code shop.mood}
 * @param declaration the type with its modifier: {@code numeric(3,1)}, {@code character varying(20)}
 * @param carrier how its values travel
 * @param toastable whether the database may store a value out of line, so that an update may leave it out
 */
public record ColumnType(String name, String declaration, Carrier carrier, boolean toastable) {

    private static final Pattern VARCHAR = Pattern.compile("character varying\\((\\d+)\\)");

    /** How many characters a text may have; as good as any number for a type that sets no limit of its own. */
    public int length() {
        Matcher limited = VARCHAR.matcher(declaration);
        return limited.matches() ? Integer.parseInt(limited.group(1)) : Integer.MAX_VALUE;
    }
}
