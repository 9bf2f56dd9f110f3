package dev.switchback.transforms.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Clear;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

class ColumnMappingTest {

    private static final TableId ITEM = TableId.parse("public.item");
    private static final ColumnType TEXT = new ColumnType("text", "text", Carrier.TEXT, true);
    private static final ColumnType NUMERIC = new ColumnType("numeric", "numeric", Carrier.TEXT, true);
    private static final ColumnType INTEGER = new ColumnType("integer", "integer", Carrier.INT32, false);
    private static final ColumnType BIGINT = new ColumnType("bigint", "bigint", Carrier.INT64, false);
    private static final ColumnType REAL = new ColumnType("real", "real", Carrier.FLOAT32, false);
    private static final ColumnType DOUBLE =
            new ColumnType("double precision", "double precision", Carrier.FLOAT64, false);

    private static final TableSchema SOURCE = new TableSchema(
            ITEM,
            List.of(
                    Column.of("order_id", INTEGER),
                    Column.of("line", INTEGER),
                    Column.of("note", TEXT),
                    Column.of("weight", REAL)),
            List.of("order_id", "line"));
    private static final RowType TYPE = new RowType(SOURCE.columnNames());

    private static final Mapping SAME = mapping(null, SOURCE);
    private static final Mapping RENAMED = mapping(
            "SELECT note AS remark, line, order_id AS ord, weight FROM item",
            new TableSchema(
                    new TableId("shop", "line_item"),
                    List.of(
                            Column.of("remark", TEXT),
                            Column.of("line", BIGINT),
                            Column.of("ord", NUMERIC),
                            Column.of("weight", DOUBLE)),
                    List.of("ord", "line")));

    @Test
    void anInsertOfTheSameTableHandsTheRowsOwnValuesOn() {
        Row row = row(7, 1, "wrap it", 0.5f);

        Upsert upsert = (Upsert) only(SAME, change(Operation.INSERT, null, row));

        assertThat(upsert.values()).isSameAs(row.values());
        assertThat(upsert.key()).isEqualTo(new Key(7, 1));
    }

    @Test
    void itLooksIntoTheKeyAlone() {
        assertThat(SOURCE.columnNames().stream().filter(RENAMED::inspects)).containsExactly("order_id", "line");
    }

    @Test
    void aReadIsAnUpsert() {
        assertThat(only(SAME, change(Operation.READ, null, row(7, 1, null, null))))
                .isEqualTo(new Upsert(SAME.destination(), values(7, 1, null, null)));
    }

    @Test
    void columnsAreRenamedReorderedAndWidened() {
        assertThat(only(RENAMED, change(Operation.INSERT, null, row(7, 1, "wrap it", 0.1f))))
                .isEqualTo(new Upsert(RENAMED.destination(), values("wrap it", 1L, "7", (double) 0.1f)));
    }

    @Test
    void anUpdateWithEveryValueIsAnUpsert() {
        assertThat(only(SAME, change(Operation.UPDATE, null, row(7, 1, null, 2f))))
                .isEqualTo(new Upsert(SAME.destination(), values(7, 1, null, 2f)));
    }

    @Test
    void anUpdateThatLeavesAValueOutIsAPatchThatLeavesItAlone() {
        assertThat(only(RENAMED, change(Operation.UPDATE, null, row(7, 1, Absent.VALUE, 2f))))
                .isEqualTo(new Patch(RENAMED.destination(), values(Absent.VALUE, 1L, "7", 2d)));
    }

    @Test
    void anAbsentValueOfAColumnThatIsNotSelectedDoesNotMatter() {
        Mapping mapping = mapping("SELECT order_id, line, weight FROM item", SOURCE);

        assertThat(only(mapping, change(Operation.UPDATE, null, row(7, 1, Absent.VALUE, 2f))))
                .isEqualTo(new Upsert(mapping.destination(), values(7, 1, 2f)));
    }

    @Test
    void aDeleteRemovesTheRowOfItsKeyWhateverElseTheOldRowHolds() {
        assertThat(only(RENAMED, change(Operation.DELETE, row(7, 1, null, null), null)))
                .isEqualTo(new Remove(RENAMED.destination(), new Key("7", 1L)));
    }

    @Test
    void aTruncateClearsTheTable() {
        assertThat(only(SAME, change(Operation.TRUNCATE, null, null))).isEqualTo(new Clear(SAME.destination()));
    }

    @Test
    void anUpdateWithTheWholeOldRowIsOneOfItsKey() {
        assertThat(only(SAME, change(Operation.UPDATE, row(7, 1, "a", 1f), row(7, 1, "b", 1f))))
                .isInstanceOf(Upsert.class);
    }

    @Test
    void anUpdateThatChangesTheKeyInOneEventIsUnmappable() {
        Change change = change(Operation.UPDATE, row(7, 1, null, null), row(8, 1, "b", 1f));

        assertThatThrownBy(() -> only(SAME, change))
                .isInstanceOf(UnmappableException.class)
                .hasMessage("an update changes the key (7, 1) to (8, 1) in one event, which capture splits");
    }

    @Test
    void anInsertThatLacksAValueIsUnmappable() {
        assertThatThrownBy(() -> only(SAME, change(Operation.INSERT, null, row(7, 1, Absent.VALUE, 2f))))
                .isInstanceOf(UnmappableException.class)
                .hasMessage("the change brings a whole row, but no value for column note");
    }

    @Test
    void aRowWithoutItsKeyIsUnmappable() {
        assertThatThrownBy(() -> only(SAME, change(Operation.DELETE, row(7, null, null, null), null)))
                .isInstanceOf(UnmappableException.class)
                .hasMessage("the key column line is NULL");
        assertThatThrownBy(() -> only(SAME, change(Operation.UPDATE, null, row(7, Absent.VALUE, "x", 1f))))
                .isInstanceOf(UnmappableException.class)
                .hasMessage("the key column line is absent");
    }

    @Test
    void rowsOfAnotherSchemaVersionAreBoundByTheirOwnColumns() {
        RowType wider = new RowType(List.of("line", "extra", "order_id", "weight", "note"));
        Row row = new Row(wider, values(1, "new", 7, 2f, "n"));

        assertThat(only(SAME, change(Operation.INSERT, null, row(7, 1, "m", 2f))))
                .isEqualTo(new Upsert(SAME.destination(), values(7, 1, "m", 2f)));
        assertThat(only(SAME, change(Operation.INSERT, null, row)))
                .isEqualTo(new Upsert(SAME.destination(), values(7, 1, "n", 2f)));
        assertThat(only(SAME, change(Operation.INSERT, null, row(7, 1, "m", 2f))))
                .isEqualTo(new Upsert(SAME.destination(), values(7, 1, "m", 2f)));
    }

    @Test
    void rowsWithoutASelectedColumnAreUnmappable() {
        Row row = new Row(new RowType(List.of("order_id", "line", "weight")), values(7, 1, 2f));

        assertThatThrownBy(() -> only(SAME, change(Operation.INSERT, null, row)))
                .isInstanceOf(UnmappableException.class)
                .hasMessage("rows have the columns [order_id, line, weight], without note");
    }

    @Test
    void aCopyForAnotherThreadWritesTheSameTable() {
        assertThat(SAME.copy().destination()).isSameAs(SAME.destination());
        assertThat(only(SAME.copy(), change(Operation.TRUNCATE, null, null))).isEqualTo(new Clear(SAME.destination()));
    }

    private static Mapping mapping(@Nullable String select, TableSchema destination) {
        Selection selection = MappingCompiler.select(SOURCE, select, "test");
        List<String> key = MappingCompiler.key(SOURCE, selection, "test");
        return MappingCompiler.compile(SOURCE, selection, destination, key, "test");
    }

    private static Mutation only(Mapping mapping, Change change) {
        List<Mutation> mutations = new ArrayList<>();
        mapping.map(change, mutations::add);
        assertThat(mutations).hasSize(1);
        return mutations.get(0);
    }

    private static Change change(Operation operation, @Nullable Row before, @Nullable Row after) {
        return new Change(operation, ITEM, before, after, 1, 1);
    }

    private static Row row(@Nullable Object... values) {
        return new Row(TYPE, values);
    }

    private static @Nullable Object[] values(@Nullable Object... values) {
        return values;
    }
}
