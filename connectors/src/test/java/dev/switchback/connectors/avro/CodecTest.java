package dev.switchback.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.change.Utf8Text;
import dev.switchback.transforms.change.Watermark;
import dev.switchback.transforms.schema.TableSchema;

class CodecTest {

    private static final long ENCODED_MILLIS = 1_700_000_000_000L;
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(ENCODED_MILLIS));

    private final SchemaStore store = new MemorySchemaStore();
    private final ChangeDecoder decoder = new ChangeDecoder(store);
    private final GenericChanges generic = new GenericChanges();

    /** A change with the table it is of. */
    record Case(TableSchema table, Change change) {}

    /** A row with the table it is of. */
    record RowCase(TableSchema table, Row row) {}

    @Provide
    Arbitrary<RowCase> rows() {
        return Tables.tables().flatMap(table -> Tables.rows(table).map(row -> new RowCase(table, row)));
    }

    @Provide
    Arbitrary<Case> cases() {
        return Tables.tables().flatMap(table -> Tables.changes(table).map(change -> new Case(table, change)));
    }

    @Property(tries = 300)
    void whatIsDecodedIsWhatWasEncoded(@ForAll("cases") Case given) {
        assertThat(decoder.decode(encoder(given.table()).value(given.change()))).isEqualTo(given.change());
    }

    @Property(tries = 300)
    void textsThatNobodyLooksIntoAreTheSameTexts(@ForAll("rows") RowCase given) {
        String inspected = given.table().columnNames().get(0);
        ChangeDecoder lean = new ChangeDecoder(
                store, (table, column) -> table.equals(given.table().id()) && column.equals(inspected));
        Change change = new Change(Operation.INSERT, given.table().id(), null, given.row(), 7, 11);

        Row decoded = ((Change) lean.decode(encoder(given.table()).value(change))).after();

        Object[] expected = given.table().columnNames().stream()
                .map(given.row()::value)
                .map(value -> value instanceof String text ? Utf8Text.of(text) : value)
                .toArray();
        expected[0] = given.row().value(inspected);
        assertThat(decoded).isEqualTo(new Row(new RowType(given.table().columnNames()), expected));
    }

    @Property(tries = 300)
    void aDecodedKeyHasTheKeyColumnsInTheKeysOrder(@ForAll("rows") RowCase given) {
        Row key = decoder.decodeKey(encoder(given.table()).key(given.row()));

        Object[] values = given.table().key().stream().map(given.row()::value).toArray();
        assertThat(key).isEqualTo(new Row(new RowType(given.table().key()), values));
    }

    @Property(tries = 300)
    void theBytesAreThoseThatAvrosOwnWriterWrites(@ForAll("cases") Case given) throws IOException {
        Schema schema = ChangeSchemas.envelope(Tables.TOPIC, given.table());

        byte[] avros = avroBytes(schema, generic.value(schema, given.change(), ENCODED_MILLIS));

        assertThat(body(encoder(given.table()).value(given.change()))).isEqualTo(avros);
    }

    @Property(tries = 300)
    void textsOfTheLogAreEncodedAsStringsAre(@ForAll("rows") RowCase given) {
        TableSchema table = given.table();
        Change change = new Change(Operation.INSERT, table.id(), null, given.row(), 7, 11);
        Row logged = new Row(
                given.row().type(),
                Arrays.stream(given.row().values())
                        .map(value -> value instanceof String text ? logged(text) : value)
                        .toArray());

        ChangeEncoder encoder = encoder(table);

        assertThat(encoder.key(logged)).isEqualTo(encoder.key(given.row()));
        assertThat(encoder.value(new Change(Operation.INSERT, table.id(), null, logged, 7, 11)))
                .isEqualTo(encoder.value(change));
    }

    /** Among other bytes. */
    private static Utf8Text logged(String text) {
        byte[] log = ("Zürich" + text + "Zürich").getBytes(StandardCharsets.UTF_8);
        int around = "Zürich".getBytes(StandardCharsets.UTF_8).length;
        return new Utf8Text(log, around, log.length - 2 * around);
    }

    @Property(tries = 300)
    void avrosOwnReaderReadsWhatWasEncoded(@ForAll("cases") Case given) throws IOException {
        Schema schema = ChangeSchemas.envelope(Tables.TOPIC, given.table());
        byte[] body = body(encoder(given.table()).value(given.change()));

        assertThat(generic.event(avroRecord(schema, body))).isEqualTo(given.change());
    }

    @Property(tries = 300)
    void aKeyIsWhatAvroWritesAndReads(@ForAll("rows") RowCase given) throws IOException {
        Schema schema = ChangeSchemas.key(Tables.TOPIC, given.table());

        byte[] key = encoder(given.table()).key(given.row());

        assertThat(body(key)).isEqualTo(avroBytes(schema, generic.key(schema, given.row())));
        assertThat(generic.row(avroRecord(schema, body(key)))).isEqualTo(decoder.decodeKey(key));
    }

    @Property(tries = 300)
    void aWatermarkIsWhatAvroWritesAndReads(@ForAll long id, @ForAll long lsn, @ForAll long micros) throws IOException {
        Watermark watermark = new Watermark(id, lsn, micros);

        byte[] value = new WatermarkEncoder(store).value(watermark);

        assertThat(decoder.decode(value)).isEqualTo(watermark);
        assertThat(body(value)).isEqualTo(avroBytes(ChangeSchemas.WATERMARK, generic.value(watermark)));
        assertThat(generic.event(avroRecord(ChangeSchemas.WATERMARK, body(value))))
                .isEqualTo(watermark);
    }

    @Property(tries = 300)
    void aSchemaGivesItsTableBackAlsoAfterItWasStoredAsText(@ForAll("tables") TableSchema table) {
        Schema stored = new Schema.Parser()
                .parse(ChangeSchemas.envelope(Tables.TOPIC, table).toString());

        assertThat(ChangeSchemas.tableOf(stored)).isEqualTo(table);
    }

    @Provide
    Arbitrary<TableSchema> tables() {
        return Tables.tables();
    }

    private ChangeEncoder encoder(TableSchema table) {
        return new ChangeEncoder(store, Tables.TOPIC, table, false, new WireOutput(), CLOCK);
    }

    private static GenericRecord avroRecord(Schema schema, byte[] body) throws IOException {
        return new GenericDatumReader<GenericRecord>(schema)
                .read(null, DecoderFactory.get().binaryDecoder(body, null));
    }

    private static byte[] body(byte[] record) {
        return Arrays.copyOfRange(record, 5, record.length);
    }

    private static byte[] avroBytes(Schema schema, GenericRecord record) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }
}
