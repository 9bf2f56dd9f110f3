package dev.switchback.transforms.mapping;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.mapping.SelectProgram.Computed;
import dev.switchback.transforms.mapping.SelectProgram.Handed;
import dev.switchback.transforms.mapping.SelectProgram.Target;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.postgres.ValueException;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.sql.Expression;
import dev.switchback.transforms.sql.Select;

/** Runs a program on rows. Remembers the last row's inputs and the last row type's indexes: not thread-safe. */
final class RowReader {

    private final SelectProgram program;
    private final Set<String> sourceKey;
    private final @Nullable Object[] inputs;
    private @Nullable Row current;
    private boolean hasAbsent;
    private @Nullable Binding binding;

    /** Where in a row of one type the values of inputs and of handed-on columns stand. */
    private record Binding(RowType type, int[] inputs, int[] handed) {}

    RowReader(SelectProgram program) {
        this.program = program;
        this.sourceKey = Set.copyOf(program.source().key());
        this.inputs = new @Nullable Object[program.inputs().size()];
    }

    /** Whether the filter takes the row. */
    boolean isIn(Row row) {
        Expression filter = program.filter();
        if (filter == null) {
            return true;
        }
        read(row);
        List<String> absent = absent(row, filter.columns());
        if (!absent.isEmpty()) {
            throw new IncompleteRowException(absent, "the filter reads it");
        }
        try {
            return Boolean.TRUE.equals(filter.evaluator().evaluate(inputs));
        } catch (ValueException e) {
            throw new UnmappableException("the filter fails: " + e.getMessage());
        }
    }

    /** The row's values in the order of the destination's columns; absent where an update has left them as they were. */
    @Nullable Object[] values(Row row) {
        read(row);
        @Nullable Object[] values = new @Nullable Object[program.targets().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(row, i);
        }
        return values;
    }

    Key key(Row row) {
        read(row);
        int[] indexes = program.destination().keyIndexes();
        Object[] key = new Object[indexes.length];
        for (int i = 0; i < key.length; i++) {
            Object value = value(row, indexes[i]);
            if (value == null || value == Absent.VALUE) {
                throw new UnmappableException("the key column "
                        + program.destination().columns().get(indexes[i]).name()
                        + " is " + (value == null ? "NULL" : "absent"));
            }
            key[i] = value;
        }
        return new Key(key);
    }

    /**
     * What an old row has in the column by which the destination judges which of two rows is newer; null where there is
     * none, or where it cannot be said.
     */
    @Nullable Object age(Row row) {
        if (!program.destination().agesOfRemoved()) {
            return null;
        }
        read(row);
        try {
            @Nullable Object value = value(row, program.destination().age());
            return value == Absent.VALUE ? null : value;
        } catch (UnmappableException e) {
            return null;
        }
    }

    /** The source columns for lack of which values are absent. */
    List<String> missing(Row row, @Nullable Object[] values) {
        Set<String> missing = new LinkedHashSet<>();
        for (int i = 0; i < values.length; i++) {
            if (values[i] == Absent.VALUE) {
                missing.addAll(absent(row, program.targets().get(i).columns()));
            }
        }
        return List.copyOf(missing);
    }

    private @Nullable Object value(Row row, int index) {
        Target target = program.targets().get(index);
        if (target instanceof Handed handed) {
            return handed.conversion().apply(row.values()[bound(row).handed()[index]]);
        }
        Computed computed = (Computed) target;
        List<String> absent = absent(row, computed.columns());
        if (!absent.isEmpty()) {
            return unchanged(computed, absent);
        }
        try {
            return computed.assignment().apply(computed.evaluator().evaluate(inputs));
        } catch (ValueException e) {
            throw new UnmappableException("column " + computed.name() + " cannot be computed: " + e.getMessage());
        }
    }

    /** Where nothing that an expression reads has changed, its value has not either. */
    private Object unchanged(Computed computed, List<String> absent) {
        for (String column : computed.columns()) {
            if (!absent.contains(column) && !sourceKey.contains(column)) {
                throw new IncompleteRowException(
                        absent, "column " + computed.name() + " is computed from it and " + column);
            }
        }
        return Absent.VALUE;
    }

    private List<String> absent(Row row, Set<String> columns) {
        if (!hasAbsent) {
            return List.of();
        }
        List<String> absent = new ArrayList<>(0);
        for (String column : columns) {
            if (row.value(column) == Absent.VALUE) {
                absent.add(column);
            }
        }
        return absent;
    }

    @SuppressWarnings("ReferenceEquality") // another row may be equal, but this one is cheaper to know again
    private void read(Row row) {
        if (current == row) {
            return;
        }
        Binding bound = bound(row);
        current = null;
        hasAbsent = false;
        for (Object value : row.values()) {
            hasAbsent |= value == Absent.VALUE;
        }
        for (int i = 0; i < inputs.length; i++) {
            Object carried = row.values()[bound.inputs()[i]];
            inputs[i] = carried == null || carried == Absent.VALUE
                    ? carried
                    : decode(program.inputs().get(i), carried);
        }
        current = row;
    }

    private static Object decode(Column column, Object carried) {
        try {
            return Select.decode(column, carried);
        } catch (ValueException e) {
            throw new UnmappableException("column " + column.name() + " cannot be read: " + e.getMessage());
        }
    }

    /** Rows of one schema version share their type, so that looking columns up by name is done once for all of them. */
    private Binding bound(Row row) {
        Binding bound = binding;
        if (bound == null || bound.type() != row.type()) {
            bound = bind(row.type());
            binding = bound;
        }
        return bound;
    }

    private Binding bind(RowType type) {
        int[] handed = new int[program.targets().size()];
        for (int i = 0; i < handed.length; i++) {
            handed[i] = program.targets().get(i) instanceof Handed target ? index(type, target.column()) : -1;
        }
        return new Binding(
                type,
                program.inputs().stream()
                        .mapToInt(column -> index(type, column.name()))
                        .toArray(),
                handed);
    }

    private static int index(RowType type, String column) {
        int index = type.indexOf(column);
        if (index < 0) {
            throw new UnmappableException("rows have the columns " + type + ", without " + column);
        }
        return index;
    }
}
