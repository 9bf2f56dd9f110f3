package dev.switchback.connectors.postgres;

import java.util.List;
import java.util.Set;

import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.schema.TableId;

/**
 * Which source table's rows go where.
 *
 * @param columns every destination column that gets a bare source column's values, and which; generated columns may be
 *     among them, if both sides generate them
 * @param computed the other destination columns that are written, from expressions
 * @param key the destination columns by which rows are found again, in the key's order
 * @param onConflict what becomes of rows that the destination has
 */
public record TablePair(
        TableId source,
        TableId destination,
        List<ColumnPair> columns,
        Set<String> computed,
        List<String> key,
        OnConflict onConflict) {

    public TablePair {
        columns = List.copyOf(columns);
        computed = Set.copyOf(computed);
        key = List.copyOf(key);
    }

    /** Overwriting what is there. */
    public TablePair(
            TableId source, TableId destination, List<ColumnPair> columns, Set<String> computed, List<String> key) {
        this(source, destination, columns, computed, key, OnConflict.OVERWRITE);
    }

    /** Without expressions. */
    public TablePair(TableId source, TableId destination, List<ColumnPair> columns, List<String> key) {
        this(source, destination, columns, Set.of(), key);
    }

    /** A source column and the destination column that gets its values. */
    public record ColumnPair(String source, String destination) {}
}
