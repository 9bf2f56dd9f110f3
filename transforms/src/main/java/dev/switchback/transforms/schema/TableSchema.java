package dev.switchback.transforms.schema;

import java.util.List;
import java.util.Optional;

/**
 * A table as its database's catalogue describes it.
 *
 * @param columns in the table's own order
 * @param key the names of the primary key's columns in the key's order; empty when there is none
 */
public record TableSchema(TableId id, List<Column> columns, List<String> key) {

    public TableSchema {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
        for (String name : key) {
            if (columns.stream().noneMatch(column -> column.name().equals(name))) {
                throw new IllegalArgumentException("key column " + name + " is not a column of " + id);
            }
        }
    }

    public Optional<Column> column(String name) {
        return columns.stream().filter(column -> column.name().equals(name)).findFirst();
    }

    public List<String> columnNames() {
        return columns.stream().map(Column::name).toList();
    }
}
