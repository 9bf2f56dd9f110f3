package dev.switchback.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.change.Watermark;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableSchema;

class ChangeDecoderTest {

    private static final String BEFORE_NAME = "00 00000002 00 02 020e ";
    private static final String BEHIND_NAME = "00 d804 02 0c7075626c6963 0a73746f7265 ";

    private final MemorySchemaStore store = new MemorySchemaStore();
    private final ChangeEncoder encoder = new ChangeEncoder(store, Tables.TOPIC, Tables.STORE);
    private final ChangeDecoder decoder = new ChangeDecoder(store);

    @Test
    void theBytesTakenApartHereAreAChange() {
        Change change = (Change) decoder.decode(hex(BEFORE_NAME + "02 0261 " + BEHIND_NAME + "00 0275 00"));

        assertThat(change)
                .isEqualTo(new Change(Operation.UPDATE, Tables.STORE.id(), null, Tables.store(7L, "a", null), 300, 1));
    }

    @Test
    void rowsOfOneSchemaShareTheirType() {
        Change one = (Change) decoder.decode(encoder.value(delete(1)));
        Change other = (Change) decoder.decode(encoder.value(delete(2)));

        assertThat(one.before().type()).isSameAs(other.before().type());
        assertThat(decoder.decodeKey(encoder.key(one.before())).type())
                .isSameAs(decoder.decodeKey(encoder.key(other.before())).type());
    }

    @Test
    void aTableThatChangedHasAnotherRowTypeAndItsOlderRowsKeepTheirs() {
        TableSchema narrower =
                new TableSchema(Tables.STORE.id(), Tables.STORE.columns().subList(0, 2), List.of("id"));
        byte[] older = encoder.value(delete(1));
        Row narrow = new Row(new RowType(List.of("id", "name")), new Object[] {2L, "b"});
        byte[] newer = new ChangeEncoder(store, Tables.TOPIC, narrower)
                .value(new Change(Operation.DELETE, narrower.id(), narrow, null, 1, 1));

        assertThat(decoder.decode(newer)).isEqualTo(new Change(Operation.DELETE, narrower.id(), narrow, null, 1, 1));
        assertThat(decoder.decode(older)).isEqualTo(delete(1));
    }

    @Test
    void theStoreIsAskedOncePerSchema() {
        AtomicInteger asked = new AtomicInteger();
        ChangeDecoder counting = new ChangeDecoder(new SchemaStore() {
            @Override
            public int register(String subject, Schema schema) {
                throw new AssertionError("a decoder registers nothing");
            }

            @Override
            public Schema byId(int id) {
                asked.incrementAndGet();
                return store.byId(id);
            }

            @Override
            public void close() {}
        });

        counting.decode(encoder.value(delete(1)));
        counting.decode(encoder.value(delete(2)));

        assertThat(asked).hasValue(1);
    }

    @Test
    void whatIsCutOffAnywhereOrTooLongIsRefused() {
        byte[] value = encoder.value(new Change(
                Operation.UPDATE, Tables.STORE.id(), Tables.store(1L, null, -0.0), Tables.store(1L, "a", 1.5), 1, 1));
        for (int length = 0; length < value.length; length++) {
            byte[] cut = Arrays.copyOf(value, length);
            assertThatThrownBy(() -> decoder.decode(cut)).isInstanceOf(UndecodableException.class);
        }
        assertThatThrownBy(() -> decoder.decode(Arrays.copyOf(value, value.length + 1)))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("1 bytes too many");
        byte[] key = encoder.key(Tables.store(1L, "a", 1.5));
        assertThatThrownBy(() -> decoder.decodeKey(Arrays.copyOf(key, key.length + 1)))
                .isInstanceOf(UndecodableException.class);
        byte[] watermark = new WatermarkEncoder(store).value(new Watermark(1, 2, 3));
        assertThatThrownBy(() -> decoder.decode(Arrays.copyOf(watermark, watermark.length - 1)))
                .isInstanceOf(UndecodableException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "06, branch 3 of a union of 3",
        "01, branch -1 of a union of 3",
        "02 fcffffff0f, a length of 2147483646",
        "02 01, a length of -1",
        "02 02ff, not UTF-8",
        "02 06eda0bd, not UTF-8", // a surrogate
        "ffffffffffffffffff02, more than 64 bits",
        "ffffffffffffffffffff00, more than 64 bits"
    })
    void aColumnThatIsNoValueIsRefused(String column, String named) {
        assertThatThrownBy(() -> decoder.decode(hex(BEFORE_NAME + column + BEHIND_NAME + "00 0275 00")))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @CsvSource({
        "00 0278 00, no operation has the code 'x'",
        "00 0264 00, DELETE on public.store", // a delete with a row after it
        "02 0275 00, a boolean of 2"
    })
    void aChangeThatCannotBeIsRefused(String end, String named) {
        assertThatThrownBy(() -> decoder.decode(hex(BEFORE_NAME + "00 " + BEHIND_NAME + end)))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining(named);
    }

    @Test
    void aChangeWhoseSchemaWasMadeForAnotherTableIsRefused() {
        String elsewhere = "00 d804 02 0c7075626c6963 0a53746f7265 ";

        assertThatThrownBy(() -> decoder.decode(hex(BEFORE_NAME + "00" + elsewhere + "00 0275 00")))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContainingAll("'Store'", "'store'");
    }

    @Test
    void otherFormatsAndSchemasAreRefused() {
        store.register(
                "x", SchemaBuilder.record("R").fields().requiredLong("id").endRecord());
        store.register("y", Schema.create(Schema.Type.LONG));

        assertThatThrownBy(() -> decoder.decode(hex("01 00000002"))).isInstanceOf(UndecodableException.class);
        assertThatThrownBy(() -> decoder.decode(hex("00 00000003 02"))).isInstanceOf(UndecodableException.class);
        assertThatThrownBy(() -> decoder.decodeKey(hex("00 00000003 02")))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("switchback.column");
        assertThatThrownBy(() -> decoder.decodeKey(hex("00 00000004 02"))).isInstanceOf(UndecodableException.class);
        assertThatThrownBy(() -> decoder.decode(hex("00 00000001 02"))).isInstanceOf(UndecodableException.class);
        assertThatThrownBy(() -> decoder.decodeKey(hex("00 00000002 02"))).isInstanceOf(UndecodableException.class);
    }

    @Test
    void aSchemaThatNobodyKnowsIsAProblemOfTheStore() {
        assertThatThrownBy(() -> decoder.decode(hex("00 00000063 00")))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("99");
    }

    private static Change delete(long id) {
        return new Change(Operation.DELETE, Tables.STORE.id(), Tables.store(id, null, null), null, 1, 1);
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
