package dev.switchback.transforms.mutation;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;

/**
 * The part of a destination table that a mapping writes: its columns in the order in which mutations carry their values,
 * and which of them are the key. One instance a mapping; compare by identity.
 */
public final class DestinationTable {

    private final TableId id;
    private final List<Column> columns;
    private final int[] keyIndexes;
    private final OnConflict onConflict;
    private final int age;
    private final boolean agesOfRemoved;
    private final int[] removedBy;

    /** @throws IllegalArgumentException when the key is empty or names a column that is not written */
    public DestinationTable(TableId id, List<Column> columns, List<String> key) {
        this(id, columns, key, OnConflict.OVERWRITE);
    }

    /** @throws IllegalArgumentException when the key is empty or names a column that is not written */
    public DestinationTable(TableId id, List<Column> columns, List<String> key, OnConflict onConflict) {
        this(id, columns, key, onConflict, true);
    }

    /**
     * @param agesOfRemoved whether it is known of a removed row how old it was
     * @throws IllegalArgumentException when the key is empty or names a column that is not written
     */
    public DestinationTable(
            TableId id, List<Column> columns, List<String> key, OnConflict onConflict, boolean agesOfRemoved) {
        this.id = id;
        this.onConflict = onConflict;
        this.columns = List.copyOf(columns);
        List<String> names = this.columns.stream().map(Column::name).toList();
        this.keyIndexes = key.stream().mapToInt(names::indexOf).toArray();
        if (key.isEmpty() || Arrays.stream(keyIndexes).anyMatch(index -> index < 0)) {
            throw new IllegalArgumentException("the key " + key + " of " + id + " is not among the columns " + names);
        }
        this.age = onConflict.column() == null ? -1 : names.indexOf(onConflict.column());
        this.agesOfRemoved = age >= 0 && agesOfRemoved;
        boolean ofKey = age < 0 || Arrays.stream(keyIndexes).anyMatch(index -> index == age);
        this.removedBy = ofKey
                ? keyIndexes
                : IntStream.concat(Arrays.stream(keyIndexes), IntStream.of(age)).toArray();
    }

    public TableId id() {
        return id;
    }

    public OnConflict onConflict() {
        return onConflict;
    }

    public List<Column> columns() {
        return columns;
    }

    /** The key's columns as indexes into {@link #columns()}, in the key's order. Not to be changed. */
    public int[] keyIndexes() {
        return keyIndexes;
    }

    /**
     * The column by which {@link OnConflict.Kind#NEWER} judges, as an index into {@link #columns()}; -1 for other tables.
     */
    public int age() {
        return age;
    }

    /**
     * Whether it is known of a removed row what it had in that column: not where the log has but the keys of old rows.
     * False for tables without one.
     */
    public boolean agesOfRemoved() {
        return agesOfRemoved;
    }

    /**
     * The columns that say which rows are removed, as indexes into {@link #columns()}: the key's, and behind them the one
     * of {@link #age()}, unless it is of the key. Not to be changed.
     */
    public int[] removedBy() {
        return removedBy;
    }

    /** The names of the key's columns, in the key's order. */
    public List<String> key() {
        return Arrays.stream(keyIndexes)
                .mapToObj(index -> columns.get(index).name())
                .toList();
    }

    /** The key within a row of this table's columns. */
    public Key keyOf(@Nullable Object[] values) {
        Object[] key = new Object[keyIndexes.length];
        for (int i = 0; i < key.length; i++) {
            Object value = values[keyIndexes[i]];
            if (value == null) {
                throw new IllegalArgumentException("key column " + key().get(i) + " of " + id + " is NULL");
            }
            key[i] = value;
        }
        return new Key(key);
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
