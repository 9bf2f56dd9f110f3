package dev.switchback.transforms.mapping;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.Lookup;
import dev.switchback.transforms.sql.Select;

/**
 * A table's compiled {@code SELECT} as a function of whole rows, its own and those that it looks up: what a destination
 * row is to be, if there is to be one. For tables whose mutations go through a mutation topic. Not thread-safe, see
 * {@link #copy()}.
 */
public final class RowMapping {

    private final TableSchema source;
    private final SelectProgram program;
    private final Select select;
    private final boolean contested;
    private final RowType joined;
    private final RowReader reader;

    RowMapping(TableSchema source, SelectProgram program, Select select, boolean contested) {
        this.source = source;
        this.program = program;
        this.select = select;
        this.contested = contested;
        this.joined = new RowType(List.copyOf(select.columns()));
        this.reader = new RowReader(program);
    }

    /** The table as its changes have it: without generated columns. */
    public TableSchema source() {
        return new TableSchema(
                source.id(),
                source.columns().stream()
                        .filter(column -> column.generation() != Generation.STORED)
                        .toList(),
                source.key());
    }

    public DestinationTable destination() {
        return program.destination();
    }

    /** In the order in which rows must be looked up: a later one may be found by what an earlier one gave. */
    public List<Lookup> lookups() {
        return select.lookups();
    }

    /** Whether other source rows, of this table or another, may claim the same destination rows. */
    public boolean contested() {
        return contested;
    }

    /** The same mapping for another thread. */
    public RowMapping copy() {
        return new RowMapping(source, program, select, contested);
    }

    /**
     * The row that everything is computed from.
     *
     * @param row of the table, whole
     * @param found the first lookups' rows, as many as there are by now; null where a lookup has none
     */
    public Row joined(Row row, List<@Nullable Row> found) {
        @Nullable Object[] values = new @Nullable Object[joined.columns().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(joined.columns().get(i), row, found);
        }
        return new Row(joined, values);
    }

    private @Nullable Object value(String name, Row row, List<@Nullable Row> found) {
        for (int i = 0; i < lookups().size(); i++) {
            Lookup lookup = lookups().get(i);
            if (name.startsWith(lookup.joined(""))) {
                @Nullable Row looked = i < found.size() ? found.get(i) : null;
                return looked == null
                        ? null
                        : looked.value(name.substring(lookup.joined("").length()));
            }
        }
        return row.value(name);
    }

    /**
     * The destination key that rows with this source key have.
     *
     * @return empty where it is not made of the source key alone, or cannot be made of this one
     */
    public Optional<Key> keyOf(Row sourceKey) {
        if (!program.keepsDestinationKey()) {
            return Optional.empty();
        }
        Set<String> known = Set.copyOf(source.key());
        @Nullable Object[] values = joined.columns().stream()
                .map(column -> known.contains(column) ? sourceKey.value(column) : Absent.VALUE)
                .toArray();
        try {
            return Optional.of(reader.key(new Row(joined, values)));
        } catch (UnmappableException e) {
            return Optional.empty();
        }
    }

    /** By what a joined row finds its row in a lookup; empty where a column of it is NULL, which equals nothing. */
    public Optional<Key> lookupKey(Lookup lookup, Row joinedRow) {
        return key(lookup.on().stream()
                .map(equality -> joinedRow.value(equality.other()))
                .toArray());
    }

    /** By what a row of a lookup is found. */
    public static Optional<Key> keyOfLookedUp(List<String> columns, Row row) {
        return key(columns.stream().map(row::value).toArray());
    }

    /** Whole numbers of any width are equal if they are the same number. */
    private static Optional<Key> key(@Nullable Object[] values) {
        List<Object> key = new ArrayList<>();
        for (Object value : values) {
            if (value == null || value == Absent.VALUE) {
                return Optional.empty();
            }
            key.add(value instanceof Integer number ? Long.valueOf(number) : value);
        }
        return Optional.of(new Key(key.toArray()));
    }

    /**
     * Leaves values out of a destination row that are as they were, since nothing they are made of has changed.
     *
     * @param unchanged columns of the table itself; its key is
     */
    public void leaveOut(@Nullable Object[] values, Set<String> unchanged) {
        for (int i = 0; i < values.length; i++) {
            Set<String> columns = program.targets().get(i).columns();
            boolean key = source.key().containsAll(columns);
            if (!key
                    && columns.stream()
                            .allMatch(name ->
                                    unchanged.contains(name) || source.key().contains(name))) {
                values[i] = Absent.VALUE;
            }
        }
    }

    /**
     * What the destination is to have for a joined row; empty where the filter leaves it out.
     *
     * @throws UnmappableException when that cannot be said
     */
    public Optional<Upsert> map(Row joinedRow) {
        if (!reader.isIn(joinedRow)) {
            return Optional.empty();
        }
        @Nullable Object[] values = reader.values(joinedRow);
        List<String> missing = reader.missing(joinedRow, values);
        if (!missing.isEmpty()) {
            throw new UnmappableException("there is no value for column " + String.join(", ", missing));
        }
        return Optional.of(new Upsert(destination(), reader.key(joinedRow), values));
    }
}
