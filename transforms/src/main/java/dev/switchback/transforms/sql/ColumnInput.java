package dev.switchback.transforms.sql;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.switchback.transforms.postgres.Integers;
import dev.switchback.transforms.postgres.Numeric;
import dev.switchback.transforms.postgres.Texts;
import dev.switchback.transforms.postgres.Times;
import dev.switchback.transforms.postgres.ValueException;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.ColumnType;

/**
 * What a column has once a text was written into it: read as its type's input function does, and fitted to its length or
 * precision as an assignment does. Types that are not understood take every text as it is. Stateless.
 */
public final class ColumnInput {

    private static final Pattern MODIFIER = Pattern.compile("\\((\\d+)(?:,(-?\\d+))?\\)");
    private static final long LARGEST_OID = 0xFFFF_FFFFL;

    private ColumnInput() {}

    /** @throws ValueException when the database would refuse it, or the form is one that only the database reads */
    public static Object read(ColumnType type, String text) {
        SqlType known = SqlType.of(type);
        if (known.is(SqlType.Kind.OTHER)) {
            return type.carrier() == Carrier.INT64 ? Integers.read(text, 0, LARGEST_OID, type.name()) : text;
        }
        return known.encode(fitted(known, type.declaration(), known.read(text)), type.carrier());
    }

    private static Object fitted(SqlType type, String declaration, Object value) {
        Matcher modifier = MODIFIER.matcher(declaration);
        if (!modifier.find()) {
            return value;
        }
        int first = Integer.parseInt(modifier.group(1));
        int second = modifier.group(2) == null ? 0 : Integer.parseInt(modifier.group(2));
        return switch (type.kind()) {
            case NUMERIC -> ((Numeric) value).fit(first, second);
            case VARCHAR -> Texts.cut(requireLength((String) value, first, declaration), first);
            case BPCHAR -> Texts.cutAndPad(requireLength((String) value, first, declaration), first);
            case TIMESTAMP, TIMESTAMPTZ, TIME -> Times.round((Long) value, first);
            default -> value;
        };
    }

    /** Only blanks may be cut off. */
    private static String requireLength(String text, int length, String declaration) {
        if (Texts.length(text.stripTrailing()) > length) {
            throw new ValueException("value too long for type " + declaration);
        }
        return text;
    }
}
