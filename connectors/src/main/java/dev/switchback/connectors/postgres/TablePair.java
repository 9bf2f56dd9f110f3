package dev.switchback.connectors.postgres;

import java.util.List;

import dev.switchback.transforms.schema.TableId;

/**
 * Which source table's rows go where.
 *
 * @param columns every destination column that is written and the bare source column it gets; generated columns may be
 *     among them, if both sides generate them
 * @param key the destination columns by which rows are found again, in the key's order
 */
public record TablePair(TableId source, TableId destination, List<ColumnPair> columns, List<String> key) {

    public TablePair {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
    }

    /** A source column and the destination column that gets its values. */
    public record ColumnPair(String source, String destination) {}
}
