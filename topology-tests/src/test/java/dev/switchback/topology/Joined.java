package dev.switchback.topology;

import java.util.List;

import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** The tables that the tests of joins and key changes move: a shop's stores, whose merchants stand elsewhere. */
final class Joined {

    private static final ColumnType BIGINT = new ColumnType("bigint", "bigint", Carrier.INT64, false);
    private static final ColumnType INTEGER = new ColumnType("integer", "integer", Carrier.INT32, false);
    private static final ColumnType TEXT = new ColumnType("text", "text", Carrier.TEXT, true);

    /** (id, merchant, name, menu), where the source may leave out both texts. */
    static final TableSchema STORE = new TableSchema(
            TableId.parse("store"),
            List.of(
                    Column.of("id", BIGINT),
                    Column.of("merchant", BIGINT),
                    Column.of("name", TEXT),
                    Column.of("menu", TEXT)),
            List.of("id"));

    /** (store, merchant), of another width. */
    static final TableSchema LOOKUP = new TableSchema(
            TableId.parse("lookup_store2merchant"),
            List.of(Column.of("store", INTEGER), Column.of("merchant", BIGINT)),
            List.of("store"));

    /** (id, title). */
    static final TableSchema MERCHANT = new TableSchema(
            TableId.parse("merchant"), List.of(Column.of("id", BIGINT), Column.of("title", TEXT)), List.of("id"));

    /** (merchant, id, name, menu) with a key of two columns. */
    static final TableSchema MOVED = new TableSchema(
            TableId.parse("merchant_store"),
            List.of(
                    Column.of("merchant", BIGINT),
                    Column.of("id", BIGINT),
                    Column.of("name", TEXT),
                    Column.of("menu", TEXT)),
            List.of("merchant", "id"));

    /** (name, id), found by its name. */
    static final TableSchema NAMED = new TableSchema(
            TableId.parse("named"), List.of(Column.of("name", TEXT), Column.of("id", BIGINT)), List.of("name"));

    static final String BY_MERCHANT = "SELECT coalesce(s.merchant, m.merchant, 0) AS merchant, s.id, s.name, s.menu"
            + " FROM store s LEFT JOIN lookup_store2merchant m ON m.store = s.id";

    private Joined() {}
}
