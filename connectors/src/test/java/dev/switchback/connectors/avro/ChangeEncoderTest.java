package dev.switchback.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.apache.avro.Schema;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.switchback.connectors.spi.InputChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

class ChangeEncoderTest {

    private final MemorySchemaStore store = new MemorySchemaStore();
    private final ChangeEncoder encoder = new ChangeEncoder(store, Tables.TOPIC, Tables.STORE);
    private final ChangeDecoder decoder = new ChangeDecoder(store);

    @Test
    void itsSchemasAreRegisteredBeforeAnythingIsEncoded() {
        assertThat(store.byId(1)).isEqualTo(ChangeSchemas.key(Tables.TOPIC, Tables.STORE));
        assertThat(store.byId(2)).isEqualTo(ChangeSchemas.envelope(Tables.TOPIC, Tables.STORE));
    }

    @Test
    void columnsAreMatchedByNameWhateverTheirOrder() {
        RowType reversed = new RowType(List.of("rating", "name", "id"));
        Row row = new Row(reversed, new Object[] {1.5, "a", 7L});

        assertThat(decoder.decode(encoder.value(update(row)))).isEqualTo(update(Tables.store(7L, "a", 1.5)));
        assertThat(decoder.decodeKey(encoder.key(row)).values()).containsExactly(7L);
        assertThat(decoder.decode(encoder.value(update(Tables.store(8L, "b", 2.5)))))
                .isEqualTo(update(Tables.store(8L, "b", 2.5)));
    }

    @Test
    void aKeyNeedsNoOtherColumns() {
        Row row = new Row(new RowType(List.of("id")), new Object[] {7L});

        assertThat(encoder.key(row)).isEqualTo(encoder.key(Tables.store(7L, "a", 1.5)));
    }

    @Test
    void amongOthersAKeySaysWhichTableItIsOf() {
        TableSchema branch = new TableSchema(TableId.parse("branch"), Tables.STORE.columns(), Tables.STORE.key());
        ChangeEncoder stores =
                ChangeEncoder.amongOthers(store, "shop.forward.public.store", Tables.STORE, new WireOutput());
        ChangeEncoder branches =
                ChangeEncoder.amongOthers(store, "shop.forward.public.branch", branch, new WireOutput());
        Row row = Tables.store(7L, "a", 1.5);
        byte[] key = stores.key(row);

        assertThat(decoder.decodeKey(key)).isEqualTo(decoder.decodeKey(encoder.key(row)));
        assertThat(new InputChange(new InputPartition("t", "id", 0), 0, key, key).sourceKey())
                .isNotEqualTo(new InputChange(new InputPartition("t", "id", 0), 0, branches.key(row), key).sourceKey());
        assertThat(store.byId(3).getFields()).extracting(Schema.Field::name).containsExactly("__table", "id");
    }

    @Test
    void aKeyColumnOfTheTableFieldsNameIsNotTakenForIt() {
        Column id = Tables.STORE.columns().get(0);
        TableSchema odd =
                new TableSchema(TableId.parse("odd"), List.of(Column.of("__table", id.type())), List.of("__table"));
        ChangeEncoder encoder = ChangeEncoder.amongOthers(store, "shop.forward.public.odd", odd, new WireOutput());
        Row row = new Row(new RowType(List.of("__table")), new Object[] {7L});

        assertThat(decoder.decodeKey(encoder.key(row))).isEqualTo(row);
    }

    @Test
    void aTableWithoutAKeyIsRefused() {
        TableSchema keyless = new TableSchema(Tables.STORE.id(), Tables.STORE.columns(), List.of());

        assertThatThrownBy(() -> new ChangeEncoder(store, Tables.TOPIC, keyless))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("public.store has no key");
    }

    @Test
    void aKeyColumnWithoutAValueIsRefused() {
        assertRefused(() -> encoder.key(Tables.store(null, "a", 1.5)), "public.store.id is NULL");
        assertRefused(() -> encoder.key(Tables.store(Absent.VALUE, "a", 1.5)), "public.store.id is absent");
        assertRefused(
                () -> encoder.key(new Row(new RowType(List.of("name")), new Object[] {"a"})), "lacks public.store.id");
    }

    @Test
    void aColumnThatCannotBeAbsentIsNotSilentlyMadeNull() {
        assertRefused(
                () -> encoder.value(update(Tables.store(7L, "a", Absent.VALUE))), "public.store.rating is absent");
    }

    @Test
    void noColumnIsLeftOutOrMadeUp() {
        Row fewer = new Row(new RowType(List.of("id", "name")), new Object[] {7L, "a"});
        Row more = new Row(new RowType(List.of("id", "name", "rating", "new")), new Object[] {7L, "a", 1.5, "b"});

        assertRefused(() -> encoder.value(update(fewer)), "lacks public.store.rating");
        assertRefused(() -> encoder.value(update(more)), "new");
    }

    @Test
    void aValueOfAnotherClassIsRefused() {
        assertRefused(() -> encoder.value(update(Tables.store(7, "a", 1.5))), "public.store.id", "java.lang.Integer");
        assertRefused(() -> encoder.value(update(Tables.store(7L, 'a', 1.5))), "public.store.name", "TEXT");
    }

    @Test
    void aChangeOfAnotherTableIsRefused() {
        Change other =
                new Change(Operation.UPDATE, new TableId("public", "other"), null, Tables.store(7L, "a", 1.5), 1, 1);

        assertRefused(() -> encoder.value(other), "public.other", "public.store");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uD83D", "\uDE00", "a\uD83Db", "\uDE00\uD83D"})
    void halfACharacterIsRefusedInsteadOfReplaced(String text) {
        assertRefused(() -> encoder.value(update(Tables.store(7L, text, 1.5))), "public.store.name", "surrogate");
    }

    @Test
    void aRefusedChangeLeavesNothingInTheNextOne() {
        Change good = update(Tables.store(7L, "a", 1.5));
        assertRefused(() -> encoder.value(update(Tables.store(7L, "x".repeat(5000), "no double"))), "rating");

        assertThat(decoder.decode(encoder.value(good))).isEqualTo(good);
    }

    @Test
    void aHugeRowIsWholeAndTheNextOneToo() {
        Change huge = update(Tables.store(7L, "\u00e4".repeat(20 << 20), 1.5));
        Change good = update(Tables.store(8L, "a", 2.5));

        assertThat(decoder.decode(encoder.value(huge))).isEqualTo(huge);
        assertThat(decoder.decode(encoder.value(good))).isEqualTo(good);
    }

    private static Change update(Row after) {
        return new Change(Operation.UPDATE, Tables.STORE.id(), null, after, 300, 1_000_000);
    }

    private static void assertRefused(ThrowingCallable call, String... named) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(named);
    }
}
