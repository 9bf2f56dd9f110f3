package dev.switchback.topology;

import java.util.List;

import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** The tables that the topology tests move. */
final class Tables {

    private static final ColumnType BIGINT = new ColumnType("bigint", "bigint", Carrier.INT64, false);
    private static final ColumnType TEXT = new ColumnType("text", "text", Carrier.TEXT, true);

    /** (id, name, notes), where the source may leave out both texts. */
    static final TableSchema STORE = new TableSchema(
            TableId.parse("store"),
            List.of(Column.of("id", BIGINT), Column.of("name", TEXT), Column.of("notes", TEXT)),
            List.of("id"));

    /** (store_id, line, text) with a key of two columns. */
    static final TableSchema ITEM = new TableSchema(
            TableId.parse("item"),
            List.of(Column.of("store_id", BIGINT), Column.of("line", BIGINT), Column.of("text", TEXT)),
            List.of("store_id", "line"));

    private Tables() {}
}
