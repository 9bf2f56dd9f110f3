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
import dev.switchback.transforms.change.Utf8Text;
import dev.switchback.transforms.mapping.MappingCompiler.Into;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Clear;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** What changes make of rows when the {@code SELECT} has expressions, a filter, or a key of its own. */
class SelectMappingTest {

    private static final TableId STORE = TableId.parse("public.store");
    private static final ColumnType TEXT = new ColumnType("text", "text", Carrier.TEXT, true);
    private static final ColumnType INTEGER = new ColumnType("integer", "integer", Carrier.INT32, false);
    private static final ColumnType BIGINT = new ColumnType("bigint", "bigint", Carrier.INT64, false);
    private static final ColumnType NUMERIC = new ColumnType("numeric", "numeric(6,2)", Carrier.TEXT, true);

    private static final TableSchema SOURCE = new TableSchema(
            STORE,
            List.of(
                    Column.of("id", INTEGER),
                    Column.of("owner", INTEGER),
                    new Column("name", TEXT, false, false, Column.Generation.NONE),
                    Column.of("menu", TEXT),
                    Column.of("price", NUMERIC)),
            List.of("id"));
    private static final RowType TYPE = new RowType(SOURCE.columnNames());

    private static final Mapping COMPUTED = mapping(
            "SELECT CAST(id AS bigint) AS id, left(name, 1) AS initial, price * 2 AS twice, menu FROM store",
            List.of(),
            Column.of("id", BIGINT),
            Column.of("initial", TEXT),
            Column.of("twice", NUMERIC),
            Column.of("menu", TEXT));

    private static final Mapping FILTERED = mapping(
            "SELECT id, name FROM store WHERE owner > 0", List.of(), Column.of("id", INTEGER), Column.of("name", TEXT));

    private static final Mapping MOVING = mapping(
            "SELECT coalesce(owner, 0) AS owner, id, name FROM store WHERE price > 0",
            List.of("owner", "id"),
            Column.of("owner", INTEGER),
            Column.of("id", INTEGER),
            Column.of("name", TEXT));

    @Test
    void anInsertComputesItsColumns() {
        assertThat(all(COMPUTED, change(Operation.INSERT, null, row(7, 1, "Basel", "soup", "1.50"))))
                .containsExactly(new Upsert(COMPUTED.destination(), values(7L, "B", "3.00", "soup")));
    }

    @Test
    void itLooksIntoKeysAndWhatExpressionsRead() {
        assertThat(inspected(COMPUTED)).containsExactly("id", "name", "price");
        assertThat(inspected(FILTERED)).containsExactly("id", "owner");
        assertThat(inspected(MOVING)).containsExactly("id", "owner", "price");
    }

    @Test
    void textsThatItHandsOnMayComeAsTheyAreInTheRecord() {
        Utf8Text menu = Utf8Text.of("Zürcher Geschnetzeltes");

        assertThat(all(COMPUTED, change(Operation.INSERT, null, row(7, 1, "Basel", menu, "1.50"))))
                .containsExactly(new Upsert(COMPUTED.destination(), values(7L, "B", "3.00", menu)));
    }

    private static List<String> inspected(Mapping mapping) {
        return SOURCE.columnNames().stream().filter(mapping::inspects).toList();
    }

    @Test
    void nullIsComputedToo() {
        assertThat(all(COMPUTED, change(Operation.READ, null, row(7, 1, null, null, null))))
                .containsExactly(new Upsert(COMPUTED.destination(), values(7L, null, null, null)));
    }

    @Test
    void anAbsentColumnLeavesWhatIsComputedFromItAsItWas() {
        assertThat(all(COMPUTED, change(Operation.UPDATE, null, row(7, 1, Absent.VALUE, Absent.VALUE, "2.00"))))
                .containsExactly(new Patch(COMPUTED.destination(), values(7L, Absent.VALUE, "4.00", Absent.VALUE)));
    }

    @Test
    void aColumnComputedFromAnAbsentAndAnotherColumnNeedsTheWholeRow() {
        Mapping both = mapping(
                "SELECT id, name || menu AS title FROM store",
                List.of(),
                Column.of("id", INTEGER),
                Column.of("title", TEXT));

        assertThatThrownBy(() -> all(both, change(Operation.UPDATE, null, row(7, 1, "Bern", Absent.VALUE, "2.00"))))
                .isInstanceOf(IncompleteRowException.class)
                .hasMessage("the update leaves out the unchanged menu, and column title is computed from it and name;"
                        + " set REPLICA IDENTITY FULL");
    }

    @Test
    void aKeyBesideAnAbsentColumnIsNoObstacle() {
        Mapping label = mapping(
                "SELECT id, id || name AS label FROM store",
                List.of(),
                Column.of("id", INTEGER),
                Column.of("label", TEXT));

        assertThat(all(label, change(Operation.UPDATE, null, row(7, 1, Absent.VALUE, "x", "2.00"))))
                .containsExactly(new Patch(label.destination(), values(7, Absent.VALUE)));
    }

    @Test
    void anErrorOfTheDatabaseMakesTheChangeUnmappable() {
        Mapping share = mapping(
                "SELECT id, 100 / owner AS share FROM store",
                List.of(),
                Column.of("id", INTEGER),
                Column.of("share", INTEGER));

        assertThatThrownBy(() -> all(share, change(Operation.INSERT, null, row(7, 0, "x", "x", "2.00"))))
                .isInstanceOf(UnmappableException.class)
                .hasMessage("column share cannot be computed: division by zero");
    }

    @Test
    void aTextThatTheDatabaseWouldCutIsUnmappable() {
        Mapping label = mapping(
                "SELECT id, lower(name) AS label FROM store",
                List.of(),
                Column.of("id", INTEGER),
                Column.of("label", new ColumnType("character varying", "character varying(2)", Carrier.TEXT, true)));

        assertThat(all(label, change(Operation.INSERT, null, row(7, 1, "😀x", "x", "2.00"))))
                .containsExactly(new Upsert(label.destination(), values(7, "😀x")));
        assertThatThrownBy(() -> all(label, change(Operation.INSERT, null, row(7, 1, "ab ", "x", "2.00"))))
                .isInstanceOf(UnmappableException.class)
                .hasMessage("column label cannot be computed: value too long for type character varying(2)");
    }

    /** Of a row of which the log has the key alone, the expression would give what no row has. */
    @Test
    void howOldARemovedRowWasIsSaidWhereTheLogHasWholeOldRows() {
        TableSchema into =
                new TableSchema(STORE, List.of(Column.of("id", INTEGER), Column.of("version", INTEGER)), List.of("id"));
        OnConflict newer = new OnConflict(OnConflict.Kind.NEWER, "version", false);
        Selection selection =
                MappingCompiler.select(SOURCE, "SELECT id, coalesce(owner, 0) AS version FROM store", "test");
        Mapping whole = MappingCompiler.compile(SOURCE, selection, new Into(into, List.of("id"), newer, true), "test");
        Mapping keys = MappingCompiler.compile(SOURCE, selection, new Into(into, List.of("id"), newer, false), "test");

        assertThat(all(whole, change(Operation.DELETE, row(7, 3, "x", "x", "1"), null)))
                .containsExactly(new Remove(whole.destination(), new Key(7), 3));
        assertThat(all(whole, change(Operation.DELETE, row(7, null, "x", "x", "1"), null)))
                .containsExactly(new Remove(whole.destination(), new Key(7), 0));
        assertThat(all(keys, change(Operation.DELETE, row(7, null, null, null, null), null)))
                .containsExactly(new Remove(keys.destination(), new Key(7)));
    }

    @Test
    void aRowThatEntersTheFilterIsUpserted() {
        assertThat(all(FILTERED, change(Operation.UPDATE, row(7, 0, "x", "x", "1"), row(7, 1, "x", "x", "1"))))
                .containsExactly(new Upsert(FILTERED.destination(), values(7, "x")));
    }

    @Test
    void aRowThatLeavesTheFilterIsRemovedWhateverIsKnownOfTheOldOne() {
        Remove remove = new Remove(FILTERED.destination(), new Key(7));

        assertThat(all(FILTERED, change(Operation.UPDATE, row(7, 1, "x", "x", "1"), row(7, 0, "x", "x", "1"))))
                .containsExactly(remove);
        assertThat(all(FILTERED, change(Operation.UPDATE, null, row(7, null, "x", "x", "1"))))
                .containsExactly(remove);
    }

    @Test
    void anInsertThatTheFilterDoesNotTakeMakesNothing() {
        assertThat(all(FILTERED, change(Operation.INSERT, null, row(7, 0, "x", "x", "1"))))
                .isEmpty();
    }

    @Test
    void aReadThatTheFilterDoesNotTakeRemovesWhatMayBeThere() {
        assertThat(all(FILTERED, change(Operation.READ, null, row(7, 0, "x", "x", "1"))))
                .containsExactly(new Remove(FILTERED.destination(), new Key(7)));
    }

    @Test
    void aDeleteOfARowWithOnlyItsKeyRemovesIt() {
        assertThat(all(FILTERED, change(Operation.DELETE, row(7, null, null, null, null), null)))
                .containsExactly(new Remove(FILTERED.destination(), new Key(7)));
    }

    @Test
    void aRowThatMayEnterTheFilterWithoutAValueNeedsToBeWhole() {
        assertThatThrownBy(() -> all(FILTERED, change(Operation.UPDATE, null, row(7, 1, Absent.VALUE, "x", "1"))))
                .isInstanceOf(IncompleteRowException.class)
                .hasMessage("the update leaves out the unchanged name, and the destination may not have the row yet;"
                        + " set REPLICA IDENTITY FULL");
    }

    /** As after a partition was created whose log has no old rows: the destination's is at a key that nobody knows. */
    @Test
    void whatAMovingRowComesToIsNotKnownWithoutTheFirstOldRow() {
        Change first = change(Operation.UPDATE, null, row(7, 1, "x", "x", "1"));
        Change moved = change(Operation.UPDATE, row(7, 1, "x", "x", "1"), row(7, 2, "y", "x", "1"));
        Change deleted = change(Operation.DELETE, row(7, 1, "x", "x", "1"), null);

        assertThatThrownBy(() -> settled(first, moved)).isInstanceOf(IncompleteRowException.class);
        assertThatThrownBy(() -> settled(first, deleted)).isInstanceOf(IncompleteRowException.class);
        assertThat(settled(moved, deleted)).containsExactly(new Remove(MOVING.destination(), new Key(1, 7)));
        assertThat(settled(change(Operation.INSERT, null, row(7, 1, "x", "x", "1")), moved))
                .containsExactly(new Upsert(MOVING.destination(), values(2, 7, "y")));
    }

    private static List<Mutation> settled(Change first, Change last) {
        List<Mutation> mutations = new ArrayList<>();
        MOVING.settle(first, last, mutations::add);
        return mutations;
    }

    @Test
    void aTruncateClearsTheTable() {
        assertThat(all(FILTERED, change(Operation.TRUNCATE, null, null)))
                .containsExactly(new Clear(FILTERED.destination()));
    }

    @Test
    void aChangedDestinationKeyRemovesTheOldRowAndWritesTheNew() {
        assertThat(all(MOVING, change(Operation.UPDATE, row(7, 1, "x", "x", "1"), row(7, null, "y", "x", "1"))))
                .containsExactly(
                        new Remove(MOVING.destination(), new Key(1, 7)),
                        new Upsert(MOVING.destination(), values(0, 7, "y")));
    }

    @Test
    void anUnchangedDestinationKeyIsOneUpsert() {
        assertThat(all(MOVING, change(Operation.UPDATE, row(7, 1, "x", "x", "1"), row(7, 1, "y", "x", "1"))))
                .containsExactly(new Upsert(MOVING.destination(), values(1, 7, "y")));
    }

    @Test
    void aRowThatMovesAndLeavesTheFilterIsRemovedWhereItWas() {
        assertThat(all(MOVING, change(Operation.UPDATE, row(7, 1, "x", "x", "1"), row(7, 2, "y", "x", "0"))))
                .containsExactly(new Remove(MOVING.destination(), new Key(1, 7)));
    }

    @Test
    void withoutTheOldRowAMovingKeyCannotBeFollowed() {
        assertThat(MOVING.keepsDestinationKey()).isFalse();
        assertThatThrownBy(() -> all(MOVING, change(Operation.UPDATE, null, row(7, 1, "x", "x", "1"))))
                .isInstanceOf(IncompleteRowException.class)
                .hasMessageContaining("the old row's destination key is made of them");
    }

    /** As after somebody has taken REPLICA IDENTITY FULL away again. */
    @Test
    void anOldRowOfWhichOnlyTheKeyIsKnownIsNotTakenForOneOfNulls() {
        assertThatThrownBy(() -> all(MOVING, change(Operation.DELETE, row(7, null, null, null, null), null)))
                .isInstanceOf(IncompleteRowException.class);
        assertThat(all(MOVING, change(Operation.DELETE, row(7, null, "x", null, "1"), null)))
                .containsExactly(new Remove(MOVING.destination(), new Key(0, 7)));
    }

    @Test
    void anOldRowThatTheFilterLeftOutIsNowhere() {
        assertThat(all(MOVING, change(Operation.DELETE, row(7, 1, "x", null, "0"), null)))
                .isEmpty();
        assertThat(all(MOVING, change(Operation.UPDATE, row(7, 1, "x", null, "0"), row(7, 2, "x", null, "1"))))
                .containsExactly(new Upsert(MOVING.destination(), values(2, 7, "x")));
    }

    @Test
    void anUpdateThatChangesTheSourceKeyInOneEventIsUnmappable() {
        assertThatThrownBy(
                        () -> all(MOVING, change(Operation.UPDATE, row(7, 1, "x", "x", "1"), row(8, 1, "x", "x", "1"))))
                .isInstanceOf(UnmappableException.class)
                .hasMessageContaining("which capture splits");
    }

    @Test
    void theCompilerSaysWhyOldRowsMustBeWhole() {
        assertThat(reason("SELECT id, upper(name) AS n, price * owner AS p FROM store", "id"))
                .isNull();
        assertThat(reason("SELECT id, name FROM store WHERE id > 10", "id")).isNull();
        assertThat(reason("SELECT id, price FROM store WHERE owner > 10", "id")).isNull();
        assertThat(reason("SELECT id, name || menu AS t FROM store", "id"))
                .startsWith("t is computed from ")
                .contains("and an update may bring the others without ");
        assertThat(reason("SELECT id, name FROM store WHERE owner > 10", "id"))
                .isEqualTo("an update may bring a row into its filter without bringing name");
        assertThat(reason("SELECT id, owner FROM store", "owner", "id"))
                .isEqualTo("its destination key is made of owner too, so that an update may move the row");
    }

    private static @Nullable String reason(String select, String... key) {
        Selection selection = MappingCompiler.select(SOURCE, select, "test");
        return MappingCompiler.needsFullIdentity(SOURCE, selection, List.of(key))
                .orElse(null);
    }

    private static Mapping mapping(String select, List<String> key, Column... columns) {
        Selection selection = MappingCompiler.select(SOURCE, select, "test");
        TableSchema destination = new TableSchema(STORE, List.of(columns), List.of());
        return MappingCompiler.compile(
                SOURCE, selection, destination, MappingCompiler.key(SOURCE, selection, key, "test"), "test");
    }

    private static List<Mutation> all(Mapping mapping, Change change) {
        List<Mutation> mutations = new ArrayList<>();
        mapping.map(change, mutations::add);
        return mutations;
    }

    private static Change change(Operation operation, @Nullable Row before, @Nullable Row after) {
        return new Change(operation, STORE, before, after, 1, 1);
    }

    private static Row row(@Nullable Object... values) {
        return new Row(TYPE, values);
    }

    private static @Nullable Object[] values(@Nullable Object... values) {
        return values;
    }
}
