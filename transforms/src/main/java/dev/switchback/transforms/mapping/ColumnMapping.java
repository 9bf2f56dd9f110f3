package dev.switchback.transforms.mapping;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Clear;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.schema.TableId;

/**
 * A mapping of bare columns: each destination column gets one source column's value. Where the row's columns are the
 * destination's, in its order, the row's own array is handed on.
 */
final class ColumnMapping implements Mapping {

    private final TableId source;
    private final DestinationTable destination;
    private final List<Source> sources;

    private @Nullable Binding binding;

    /** Where a destination column's values come from. */
    record Source(String column, Conversion conversion) {}

    /** @param sources one for each column of the destination, in its order */
    ColumnMapping(TableId source, DestinationTable destination, List<Source> sources) {
        this.source = source;
        this.destination = destination;
        this.sources = List.copyOf(sources);
    }

    @Override
    public TableId source() {
        return source;
    }

    @Override
    public DestinationTable destination() {
        return destination;
    }

    /** It is filled from the source's key only. */
    @Override
    public boolean keepsDestinationKey() {
        return true;
    }

    @Override
    public boolean inspects(String column) {
        return Arrays.stream(destination.keyIndexes())
                .anyMatch(index -> sources.get(index).column().equals(column));
    }

    @Override
    public Mapping copy() {
        return new ColumnMapping(source, destination, sources);
    }

    @Override
    public void map(Change change, Consumer<? super Mutation> out) {
        switch (change.operation()) {
            case INSERT, READ -> out.accept(whole(present(change.after(), change)));
            case UPDATE -> out.accept(update(change, present(change.after(), change)));
            case DELETE -> out.accept(remove(present(change.before(), change)));
            case TRUNCATE -> out.accept(new Clear(destination));
        }
    }

    private Mutation update(Change change, Row after) {
        Key key = keyOf(after);
        Row before = change.before();
        if (before != null && !keyOf(before).equals(key)) {
            throw new UnmappableException("an update changes the key " + keyOf(before) + " to " + key
                    + " in one event, which capture splits");
        }
        @Nullable Object[] values = binding(after.type()).values(after);
        return isWhole(values) ? new Upsert(destination, key, values) : new Patch(destination, key, values);
    }

    private Mutation remove(Row before) {
        return new Remove(
                destination,
                keyOf(before),
                destination.agesOfRemoved() ? binding(before.type()).value(before, destination.age()) : null);
    }

    private Mutation whole(Row row) {
        @Nullable Object[] values = binding(row.type()).values(row);
        for (int i = 0; i < values.length; i++) {
            if (values[i] == Absent.VALUE) {
                throw new UnmappableException("the change brings a whole row, but no value for column "
                        + sources.get(i).column());
            }
        }
        return new Upsert(destination, keyOf(row), values);
    }

    private static boolean isWhole(@Nullable Object[] values) {
        for (Object value : values) {
            if (value == Absent.VALUE) {
                return false;
            }
        }
        return true;
    }

    private Key keyOf(Row row) {
        int[] keyIndexes = destination.keyIndexes();
        Object[] key = new Object[keyIndexes.length];
        for (int i = 0; i < key.length; i++) {
            Object value = binding(row.type()).value(row, keyIndexes[i]);
            if (value == null || value == Absent.VALUE) {
                throw new UnmappableException("the key column "
                        + sources.get(keyIndexes[i]).column() + " is " + (value == null ? "NULL" : "absent"));
            }
            key[i] = value;
        }
        return new Key(key);
    }

    private static Row present(@Nullable Row row, Change change) {
        if (row == null) {
            throw new UnmappableException("a change (" + change.operation() + ") without its row");
        }
        return row;
    }

    /** Rows of one schema version share their type, so that looking columns up by name is done once for all of them. */
    private Binding binding(RowType type) {
        Binding bound = binding;
        if (bound == null || bound.type() != type) {
            bound = Binding.of(sources, type);
            binding = bound;
        }
        return bound;
    }

    /**
     * @param indexes where in a row of the type each destination column's value stands
     * @param identity whether a row's array already is the destination's
     */
    private record Binding(RowType type, List<Source> sources, int[] indexes, boolean identity) {

        static Binding of(List<Source> sources, RowType type) {
            int[] indexes = sources.stream()
                    .mapToInt(source -> type.indexOf(source.column()))
                    .toArray();
            boolean identity = indexes.length == type.columns().size();
            for (int i = 0; i < indexes.length; i++) {
                if (indexes[i] < 0) {
                    throw new UnmappableException("rows have the columns " + type + ", without "
                            + sources.get(i).column());
                }
                identity &= indexes[i] == i && sources.get(i).conversion() == Conversion.NONE;
            }
            return new Binding(type, sources, indexes, identity);
        }

        @Nullable Object[] values(Row row) {
            if (identity) {
                return row.values();
            }
            @Nullable Object[] values = new @Nullable Object[indexes.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = value(row, i);
            }
            return values;
        }

        @Nullable Object value(Row row, int column) {
            return sources.get(column).conversion().apply(row.values()[indexes[column]]);
        }
    }
}
