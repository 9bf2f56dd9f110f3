package dev.switchback.transforms.change;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * One row's values, in the order of its type. A value is {@code null} (SQL NULL), {@link Absent#VALUE}, or of the class
 * its column's {@link dev.switchback.transforms.schema.Carrier} names: {@code Boolean Integer Long Float Double byte[]
 * String}. A text may be a {@link Utf8Text} instead: in capture, and on the way through a mapping that only hands it on.
 * The array is not copied: whoever hands it over leaves it unchanged from then on.
 */
public record Row(RowType type, @Nullable Object[] values) {

    public Row {
        if (values.length != type.columns().size()) {
            throw new IllegalArgumentException(values.length + " values for the columns " + type);
        }
    }

    /** The value of a column; {@link Absent#VALUE} where rows of this type do not have the column. */
    public @Nullable Object value(String column) {
        int index = type.indexOf(column);
        return index < 0 ? Absent.VALUE : values[index];
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Row row
                && type.columns().equals(row.type.columns())
                && Arrays.deepEquals(values, row.values);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(values);
    }

    @Override
    public String toString() {
        return type + Arrays.deepToString(values);
    }
}
