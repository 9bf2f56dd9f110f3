package dev.switchback.transforms.mapping;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.Assignment;
import dev.switchback.transforms.sql.Evaluator;
import dev.switchback.transforms.sql.Expression;

/**
 * What a compiled {@code SELECT} does with any row of its table. Immutable; shared by the copies of a mapping.
 *
 * @param source the table; with lookups, as the joined row has it
 * @param inputs the columns whose values evaluators get, in their order
 * @param targets one for each column of the destination, in its order
 * @param filter null where every row is taken
 */
record SelectProgram(
        TableSchema source,
        DestinationTable destination,
        List<Column> inputs,
        List<Target> targets,
        @Nullable Expression filter) {

    /** How a destination column is filled: from a column as it is, or by an expression. */
    sealed interface Target {

        Set<String> columns();
    }

    record Handed(String column, Conversion conversion) implements Target {

        @Override
        public Set<String> columns() {
            return Set.of(column);
        }
    }

    record Computed(String name, Set<String> columns, Evaluator evaluator, Assignment assignment) implements Target {}

    SelectProgram {
        inputs = List.copyOf(inputs);
        targets = List.copyOf(targets);
    }

    /** Whether the destination key is made of the source key's columns only. */
    boolean keepsDestinationKey() {
        return movingColumns().isEmpty();
    }

    /** The columns of the destination key's making that an update may change. */
    List<String> movingColumns() {
        Set<String> columns = new LinkedHashSet<>();
        for (int index : destination.keyIndexes()) {
            columns.addAll(targets.get(index).columns());
        }
        columns.removeAll(new HashSet<>(source.key()));
        return List.copyOf(columns);
    }

    /** Whether it makes anything of a source column's values but hands them on. */
    boolean inspects(String column) {
        return source.key().contains(column)
                || inputs.stream().anyMatch(input -> input.name().equals(column))
                || Arrays.stream(destination.keyIndexes())
                        .anyMatch(index -> targets.get(index).columns().contains(column));
    }

    /** Whether no update can make a row enter or leave the filter. */
    boolean filterIsFixed() {
        return filter == null || new HashSet<>(source.key()).containsAll(filter.columns());
    }

    /** The same with the destination's columns in the order in which the destination itself has them. */
    SelectProgram inDestinationOrder(TableSchema table) {
        List<Integer> order = IntStream.range(0, targets.size())
                .boxed()
                .sorted(Comparator.comparing(index -> table.columnNames()
                        .indexOf(destination.columns().get(index).name())))
                .toList();
        return new SelectProgram(
                source,
                new DestinationTable(
                        destination.id(),
                        order.stream().map(destination.columns()::get).toList(),
                        destination.key(),
                        destination.onConflict(),
                        destination.agesOfRemoved()),
                inputs,
                order.stream().map(targets::get).toList(),
                filter);
    }
}
