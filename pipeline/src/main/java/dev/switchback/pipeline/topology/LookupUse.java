package dev.switchback.pipeline.topology;

import java.util.List;

import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.Lookup;

/**
 * A table and the columns by which rows are looked up in it. Two mappings that look up alike share what is remembered.
 *
 * @param table as its changes have it: without generated columns
 */
record LookupUse(TableSchema table, List<String> columns) {

    static LookupUse of(Lookup lookup) {
        TableSchema table = lookup.table();
        return new LookupUse(
                new TableSchema(
                        table.id(),
                        table.columns().stream()
                                .filter(column -> column.generation() != Generation.STORED)
                                .toList(),
                        table.key()),
                lookup.columns());
    }

    /** Its name in the keys of state stores. */
    @Override
    public String toString() {
        return table.id() + "(" + String.join(",", columns) + ")";
    }
}
