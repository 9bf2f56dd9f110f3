package dev.switchback.topology;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.memory.RowsInMemory;
import dev.switchback.connectors.memory.TableRules;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.schema.TableId;

/** The rows of a destination in memory, and constraints as tests set them. Thread-safe. */
final class MemoryTables implements TableRules {

    private final Set<Object> forbidden = new HashSet<>();
    private final Map<TableId, Integer> uniqueColumns = new HashMap<>();
    private @Nullable Supplier<RowsInMemory> content;

    synchronized void show(Supplier<RowsInMemory> rows) {
        content = rows;
    }

    /** The rows of a table as text, {@code [1, Ann]}, sorted. */
    List<String> rows(TableId table) {
        return content.get().rows(table).stream().map(Arrays::toString).sorted().toList();
    }

    /** No two rows of the table may have the same value in this column, counted from 0. */
    synchronized void unique(TableId table, int column) {
        uniqueColumns.put(table, column);
    }

    /** No row may have this value in any column, as if a check constraint said so. */
    synchronized void forbid(Object value) {
        forbidden.add(value);
    }

    synchronized void permit(Object value) {
        forbidden.remove(value);
    }

    @Override
    public synchronized Optional<String> refusal(DestinationTable table, @Nullable Object[] row) {
        return Arrays.stream(row)
                .filter(value -> value != null && forbidden.contains(value))
                .map(value -> "a check constraint forbids " + value)
                .findFirst();
    }

    @Override
    public synchronized List<Set<String>> unique(DestinationTable table) {
        @Nullable Integer column = uniqueColumns.get(table.id());
        return column == null
                ? List.of()
                : List.of(Set.of(table.columns().get(column).name()));
    }
}
