package dev.switchback.connectors.postgres;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Utf8Text;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;

/**
 * How one column's values become the elements of an array parameter. Refuses what the server would alter in silence:
 * assignment to {@code numeric(10,2)} rounds, to {@code timestamp(3)} too, and to {@code varchar(3)} cuts off spaces.
 */
final class ColumnArray {

    /** A value that the column cannot take exactly. The message says why. */
    static final class UnfitException extends Exception {
        private static final long serialVersionUID = 1L;

        UnfitException(String message) {
            super(message);
        }
    }

    private static final int UNBOUNDED = Integer.MAX_VALUE;
    private static final Pattern NUMBER = Pattern.compile("\\d+(?:\\.\\d+)?");
    private static final Pattern MODIFIER = Pattern.compile("\\((\\d+)(?:,(-?\\d+))?\\)");

    private final Column column;
    private final Carrier carrier;
    /** Digits behind the point, negative for rounded ones before it. */
    private final int scale;
    /** Characters. */
    private final int length;

    ColumnArray(Column column) {
        this.column = column;
        this.carrier = column.type().carrier();
        this.length = column.type().length();
        String type = column.type().declaration();
        Matcher modifier = MODIFIER.matcher(type);
        boolean modified = carrier == Carrier.TEXT && modifier.find();
        if (modified && type.startsWith("numeric")) {
            scale = modifier.group(2) == null ? 0 : Integer.parseInt(modifier.group(2));
        } else if (modified && (type.startsWith("time") || type.startsWith("interval"))) {
            scale = Integer.parseInt(modifier.group(1));
        } else {
            scale = UNBOUNDED;
        }
    }

    @Nullable Object[] elements(int count) {
        return switch (carrier) {
            case BOOLEAN -> new Boolean[count];
            case INT32 -> new Integer[count];
            case INT64 -> new Long[count];
            case FLOAT32 -> new Float[count];
            case FLOAT64 -> new Double[count];
            case BYTES -> new byte[count][];
            case TEXT -> new Utf8Text[count];
        };
    }

    /** The parameter that has these elements. */
    Array parameter(Connection connection, @Nullable Object[] elements) throws SQLException {
        return elements instanceof @Nullable Utf8Text[] texts
                ? TextArray.of(connection, texts)
                : connection.createArrayOf(ApplySql.elementType(carrier), elements);
    }

    /** @param value in its own column's carrier; one that fits the destination's exactly is converted */
    @Nullable Object element(@Nullable Object value) throws UnfitException {
        if (value == null) {
            return null;
        }
        Object fitting =
                switch (carrier) {
                    case BOOLEAN -> value instanceof Boolean ? value : null;
                    case INT32 -> value instanceof Long wide ? narrowed(wide) : value instanceof Integer ? value : null;
                    case INT64 -> value instanceof Integer i ? Long.valueOf(i) : value instanceof Long ? value : null;
                    case FLOAT32 -> value instanceof Float ? value : null;
                    case FLOAT64 -> widened(value);
                    case BYTES -> value instanceof byte[] ? value : null;
                    case TEXT -> text(value);
                };
        if (fitting == null) {
            throw new UnfitException("column " + column.name() + " of type "
                    + column.type().declaration() + " cannot take a value of type "
                    + (value instanceof Utf8Text ? "String" : value.getClass().getSimpleName()));
        }
        return fitting;
    }

    private static @Nullable Object widened(Object value) {
        if (value instanceof Float narrow) {
            return narrow.doubleValue();
        }
        if (value instanceof Integer whole) {
            return whole.doubleValue();
        }
        return value instanceof Double ? value : null;
    }

    private Integer narrowed(Long wide) throws UnfitException {
        if (wide.intValue() != wide) {
            throw unfit(wide.toString(), "is out of range");
        }
        return wide.intValue();
    }

    private @Nullable Utf8Text text(Object value) throws UnfitException {
        if (value instanceof Utf8Text text) {
            return fitting(text);
        }
        if (value instanceof String text) {
            return fitting(encoded(text));
        }
        return value instanceof Integer || value instanceof Long || value instanceof Boolean
                ? Utf8Text.of(value.toString())
                : null;
    }

    private Utf8Text fitting(Utf8Text text) throws UnfitException {
        if (scale != UNBOUNDED && (scale < 0 ? roundsWholeDigits(text.toString()) : decimals(text) > scale)) {
            throw unfit(text.toString(), "would be rounded");
        }
        if (text.length() > length && text.characters() > length) {
            throw unfit(text.toString(), "is longer than the column");
        }
        return text;
    }

    private Utf8Text encoded(String text) throws UnfitException {
        try {
            return Utf8Text.of(text);
        } catch (IllegalArgumentException e) {
            throw unfit(text, "cannot be encoded: " + e.getMessage());
        }
    }

    /** Any of an array's numbers, in front of which its bounds may be: {@code [2:3]={1200,1300}}. */
    private boolean roundsWholeDigits(String numbers) {
        return NUMBER.matcher(numbers.substring(numbers.indexOf('=') + 1))
                .results()
                .anyMatch(number -> {
                    BigDecimal plain = new BigDecimal(number.group()).stripTrailingZeros();
                    return plain.signum() != 0 && plain.scale() > scale;
                });
    }

    private UnfitException unfit(String value, String why) {
        String shown = value.length() > 100 ? value.substring(0, 100) + "…" : value;
        return new UnfitException("column " + column.name() + " of type "
                + column.type().declaration() + ": the value " + shown + " " + why);
    }

    /** The most digits behind any decimal point of the text, trailing zeros not counted. */
    private static int decimals(Utf8Text text) {
        int most = 0;
        for (int point = 0; point < text.length(); point++) {
            if (text.at(point) == '.') {
                int last = point;
                for (int i = point + 1; i < text.length() && text.at(i) >= '0' && text.at(i) <= '9'; i++) {
                    if (text.at(i) != '0') {
                        last = i;
                    }
                }
                most = Math.max(most, last - point);
            }
        }
        return most;
    }
}
