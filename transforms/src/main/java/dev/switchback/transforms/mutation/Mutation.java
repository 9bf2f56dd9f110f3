package dev.switchback.transforms.mutation;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Absent;

/**
 * What one destination row (for {@link Clear}: every row of a table) is to become. Values are as in a {@link
 * dev.switchback.transforms.change.Row}, so that a text may be a {@link dev.switchback.transforms.change.Utf8Text}; a key's
 * texts are {@code String}s, since keys are compared.
 */
public sealed interface Mutation {

    DestinationTable table();

    /** A mutation of the one row that has {@link #key()}. */
    sealed interface OfRow extends Mutation {
        Key key();
    }

    /** The row is to be this, whether or not it is there. Every column of the table has a known value. */
    record Upsert(DestinationTable table, Key key, @Nullable Object[] values) implements OfRow {

        public Upsert {
            requireWidth(table, values);
            for (Object value : values) {
                if (value == Absent.VALUE) {
                    throw new IllegalArgumentException("an Upsert of " + table + key + " lacks a column's value");
                }
            }
        }

        public Upsert(DestinationTable table, @Nullable Object[] values) {
            this(table, table.keyOf(values), values);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Upsert that && table == that.table && Arrays.deepEquals(values, that.values);
        }

        @Override
        public int hashCode() {
            return key.hashCode();
        }

        @Override
        public String toString() {
            return "Upsert " + table + Arrays.deepToString(values);
        }
    }

    /** The row, which is there, is to have these values; columns that are {@link Absent#VALUE} keep theirs. */
    record Patch(DestinationTable table, Key key, @Nullable Object[] values) implements OfRow {

        public Patch {
            requireWidth(table, values);
        }

        public Patch(DestinationTable table, @Nullable Object[] values) {
            this(table, table.keyOf(values), values);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Patch that && table == that.table && Arrays.deepEquals(values, that.values);
        }

        @Override
        public int hashCode() {
            return key.hashCode();
        }

        @Override
        public String toString() {
            return "Patch " + table + Arrays.deepToString(values);
        }
    }

    /**
     * The row is to be gone, whether or not it is there.
     *
     * @param age what the row had at the source in the column by which {@link OnConflict.Kind#NEWER} judges; null where
     *     that is not known, and for any other table
     */
    record Remove(DestinationTable table, Key key, @Nullable Object age) implements OfRow {

        /** Of a row of which nothing but the key is known. */
        public Remove(DestinationTable table, Key key) {
            this(table, key, null);
        }
    }

    /** Every row of the table is to be gone. */
    record Clear(DestinationTable table) implements Mutation {}

    private static void requireWidth(DestinationTable table, @Nullable Object[] values) {
        if (values.length != table.columns().size()) {
            throw new IllegalArgumentException(
                    values.length + " values for " + table.columns().size() + " columns of " + table);
        }
    }
}
