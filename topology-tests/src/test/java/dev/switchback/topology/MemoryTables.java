package dev.switchback.topology;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Clear;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.schema.TableId;

/** Rows by table and key, with the constraints of a database. Not thread-safe. */
final class MemoryTables {

    private final Map<TableId, Map<Key, @Nullable Object[]>> rows = new HashMap<>();
    private final Set<Object> forbidden = new HashSet<>();
    private final Map<TableId, Integer> uniqueColumns = new HashMap<>();

    /** The rows of a table as text, {@code [1, Ann]}, sorted. */
    List<String> rows(TableId table) {
        return rows.getOrDefault(table, Map.of()).values().stream()
                .map(Arrays::toString)
                .sorted()
                .toList();
    }

    /** No two rows of the table may have the same value in this column, counted from 0. */
    void unique(TableId table, int column) {
        uniqueColumns.put(table, column);
    }

    /** No row may have this value in any column, as if a check constraint said so. */
    void forbid(Object value) {
        forbidden.add(value);
    }

    void permit(Object value) {
        forbidden.remove(value);
    }

    MemoryTables copy() {
        MemoryTables copy = new MemoryTables();
        rows.forEach((table, content) -> copy.rows.put(table, new HashMap<>(content)));
        copy.forbidden.addAll(forbidden);
        copy.uniqueColumns.putAll(uniqueColumns);
        return copy;
    }

    /** Applies a mutation, or says why not. */
    Optional<String> apply(Mutation mutation) {
        Map<Key, @Nullable Object[]> table =
                rows.computeIfAbsent(mutation.table().id(), id -> new HashMap<>());
        if (mutation instanceof Upsert upsert) {
            return write(upsert.table(), table, upsert.key(), upsert.values());
        }
        if (mutation instanceof Patch patch) {
            @Nullable Object @Nullable [] row = table.get(patch.key());
            return row == null
                    ? Optional.of("there is no row " + patch.key() + " to patch")
                    : write(patch.table(), table, patch.key(), overlay(row, patch.values()));
        }
        if (mutation instanceof Remove remove) {
            table.remove(remove.key());
        } else if (mutation instanceof Clear) {
            table.clear();
        }
        return Optional.empty();
    }

    private Optional<String> write(
            DestinationTable definition, Map<Key, @Nullable Object[]> table, Key key, @Nullable Object[] values) {
        for (Object value : values) {
            if (value != null && forbidden.contains(value)) {
                return Optional.of("a check constraint forbids " + value);
            }
        }
        @Nullable Integer unique = uniqueColumns.get(definition.id());
        if (unique != null && isTaken(table, key, unique, values[unique])) {
            return Optional.of("a unique constraint has " + values[unique] + " already");
        }
        table.put(key, values);
        return Optional.empty();
    }

    private static boolean isTaken(Map<Key, @Nullable Object[]> table, Key key, int column, @Nullable Object value) {
        return value != null
                && table.entrySet().stream()
                        .anyMatch(row -> !row.getKey().equals(key) && value.equals(row.getValue()[column]));
    }

    private static @Nullable Object[] overlay(@Nullable Object[] row, @Nullable Object[] patch) {
        @Nullable Object[] result = row.clone();
        for (int i = 0; i < result.length; i++) {
            if (patch[i] != Absent.VALUE) {
                result[i] = patch[i];
            }
        }
        return result;
    }
}
