package dev.switchback.connectors.avro;

import java.util.List;
import java.util.stream.Collectors;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** Tables, and arbitrary ones, for the tests of this package. */
final class Tables {

    static final String TOPIC = "m.forward.public.store";

    static final ColumnType BIGINT = new ColumnType("bigint", "bigint", Carrier.INT64, false);
    static final ColumnType TEXT = new ColumnType("text", "text", Carrier.TEXT, true);
    static final ColumnType FLOAT8 = new ColumnType("double precision", "double precision", Carrier.FLOAT64, false);

    /** {@code store(id bigint primary key, name text, rating double precision)}. */
    static final TableSchema STORE = new TableSchema(
            new TableId("public", "store"),
            List.of(
                    new Column("id", BIGINT, false, true, Generation.IDENTITY_ALWAYS),
                    Column.of("name", TEXT),
                    Column.of("rating", FLOAT8)),
            List.of("id"));

    static final RowType STORE_ROW = new RowType(STORE.columnNames());

    private Tables() {}

    static Row store(@Nullable Object id, @Nullable Object name, @Nullable Object rating) {
        return new Row(STORE_ROW, new @Nullable Object[] {id, name, rating});
    }

    /** Any table: 1 to 8 columns of any names, types and attributes, some of them the key. */
    static Arbitrary<TableSchema> tables() {
        Arbitrary<List<Column>> columns =
                columns().list().uniqueElements(Column::name).ofMinSize(1).ofMaxSize(8);
        Arbitrary<TableId> ids = Combinators.combine(names(), names()).as(TableId::new);
        return Combinators.combine(ids, columns).flatAs((id, list) -> Arbitraries.subsetOf(
                        list.stream().map(Column::name).collect(Collectors.toSet()))
                .ofMinSize(1)
                .map(key -> new TableSchema(id, list, List.copyOf(key))));
    }

    /** Any change of a table. */
    static Arbitrary<Change> changes(TableSchema table) {
        Arbitrary<Row> rows = rows(table);
        return Combinators.combine(
                        Arbitraries.of(Operation.class),
                        rows,
                        rows,
                        Arbitraries.of(true, false),
                        Arbitraries.longs(),
                        Arbitraries.longs())
                .as((operation, before, after, hasBefore, lsn, micros) -> switch (operation) {
                    case TRUNCATE -> new Change(operation, table.id(), null, null, lsn, micros);
                    case DELETE -> new Change(operation, table.id(), before, null, lsn, micros);
                    default -> new Change(operation, table.id(), hasBefore ? before : null, after, lsn, micros);
                });
    }

    /** Any row of a table, key columns with a value. */
    static Arbitrary<Row> rows(TableSchema table) {
        RowType type = new RowType(table.columnNames());
        List<Arbitrary<@Nullable Object>> values = table.columns().stream()
                .map(column -> values(column, table.key().contains(column.name())))
                .toList();
        return Combinators.combine(values).as(list -> new Row(type, list.toArray()));
    }

    private static Arbitrary<@Nullable Object> values(Column column, boolean key) {
        Arbitrary<@Nullable Object> present = values(column.type().carrier());
        if (key) {
            return present;
        }
        Arbitrary<@Nullable Object> orNull = present.injectNull(0.15);
        return column.type().toastable()
                ? Arbitraries.frequencyOf(Tuple.of(4, orNull), Tuple.of(1, Arbitraries.just((Object) Absent.VALUE)))
                : orNull;
    }

    private static Arbitrary<@Nullable Object> values(Carrier carrier) {
        return switch (carrier) {
            case BOOLEAN -> Arbitraries.of(true, false).asGeneric();
            case INT32 -> Arbitraries.integers().asGeneric();
            case INT64 -> Arbitraries.longs().asGeneric();
            case FLOAT32 ->
                Arbitraries.oneOf(
                                Arbitraries.floats(),
                                Arbitraries.of(Float.NaN, -0.0f, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY),
                                Arbitraries.integers().map(Float::intBitsToFloat))
                        .asGeneric();
            case FLOAT64 ->
                Arbitraries.oneOf(
                                Arbitraries.doubles(),
                                Arbitraries.of(Double.NaN, -0.0, Double.NEGATIVE_INFINITY, Double.MIN_VALUE),
                                Arbitraries.longs().map(Double::longBitsToDouble))
                        .asGeneric();
            case BYTES ->
                Arbitraries.bytes().array(byte[].class).ofMaxSize(5000).asGeneric();
            case TEXT -> texts().asGeneric();
        };
    }

    /** Empty, with characters of one to four bytes, a replacement character, and longer than any buffer. */
    static Arbitrary<String> texts() {
        Arbitrary<String> any = Arbitraries.integers()
                .between(1, Character.MAX_CODE_POINT)
                .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
                .list()
                .ofMaxSize(40)
                .map(points -> points.stream().map(Character::toString).collect(Collectors.joining()));
        Arbitrary<String> special = Arbitraries.of(
                "", "\uFFFD", "?", "😀", "k\u00f6ln", "\u0001", "NULL", "x".repeat(3000), "\u00e4😀".repeat(3000));
        return Arbitraries.frequencyOf(Tuple.of(5, any), Tuple.of(2, special));
    }

    /** Names as databases allow them: legal ones, illegal ones, and ones that look like an escaped other. */
    static Arbitrary<String> names() {
        Arbitrary<String> odd = Arbitraries.of(
                "order",
                "a b",
                "a-b",
                "a_b",
                "a_u002Db",
                "a_u005Fu002Db",
                "1st",
                "größe",
                "\"",
                "a.b",
                "😀",
                "null",
                "_u");
        return Arbitraries.frequencyOf(
                Tuple.of(2, odd),
                Tuple.of(
                        1,
                        Arbitraries.strings()
                                .withChars("abAB_u019-é. ")
                                .ofMinLength(1)
                                .ofMaxLength(12)
                                .filter(name -> !name.isBlank())));
    }

    private static Arbitrary<Column> columns() {
        Arbitrary<ColumnType> types = Combinators.combine(
                        names(), names(), Arbitraries.of(Carrier.class), Arbitraries.of(true, false))
                .as(ColumnType::new);
        return Combinators.combine(
                        names(),
                        types,
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false),
                        Arbitraries.of(Generation.class))
                .as(Column::new);
    }
}
