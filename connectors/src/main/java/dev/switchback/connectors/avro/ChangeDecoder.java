package dev.switchback.connectors.avro;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiPredicate;
import java.util.function.Function;

import org.apache.avro.Schema;

import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.schema.TableId;

/**
 * Decodes the records of change topics. All rows that one schema id wrote share one {@link
 * dev.switchback.transforms.change.RowType} instance per decoder, and so do all keys. Thread-safe.
 */
public final class ChangeDecoder {

    private final SchemaStore store;
    private final BiPredicate<TableId, String> inspected;
    private final ConcurrentMap<Integer, EventReader> events = new ConcurrentHashMap<>();
    private final ConcurrentMap<Integer, RowReader> keys = new ConcurrentHashMap<>();

    /** @param store knows the schemas that the records were written with; it stays the caller's to close */
    public ChangeDecoder(SchemaStore store) {
        this(store, (table, column) -> true);
    }

    /** For events of whose rows nobody looks into a text, so that it need be none: what they are, of which table, when. */
    public static ChangeDecoder ofEvents(SchemaStore store) {
        return new ChangeDecoder(store, (table, column) -> false);
    }

    /**
     * For changes of which not every value is looked into: texts in all other columns stay in the record, as {@link
     * dev.switchback.transforms.change.Utf8Text}s, and whether they are UTF-8 is for the destination to say.
     *
     * @param store as above
     * @param inspected the columns, by table, of which somebody looks into the value
     */
    public ChangeDecoder(SchemaStore store, BiPredicate<TableId, String> inspected) {
        this.store = store;
        this.inspected = inspected;
    }

    /**
     * A record value: a change, or a watermark, as its writer schema says.
     *
     * @throws UndecodableException when the bytes or the schema are not of the form that Switchback writes
     * @throws dev.switchback.transforms.problem.ProblemException when the store does not know the schema or does not
     *     answer
     */
    public Event decode(byte[] value) {
        EventReader reader = readerOf(value, events, schema -> EventReader.of(schema, inspected));
        WireInput input = new WireInput(value);
        Event event = reader.read(input);
        input.end();
        return event;
    }

    /**
     * A record key: the key columns, in the key's order.
     *
     * @throws UndecodableException when the bytes or the schema are not of the form that Switchback writes
     * @throws dev.switchback.transforms.problem.ProblemException when the store does not know the schema or does not
     *     answer
     */
    public Row decodeKey(byte[] key) {
        RowReader reader = readerOf(key, keys, RowReader::ofKeys);
        WireInput input = new WireInput(key);
        Row row = reader.read(input);
        input.end();
        return row;
    }

    private <R> R readerOf(byte[] message, ConcurrentMap<Integer, R> readers, Function<Schema, R> compile) {
        int schemaId = WireFormat.schemaId(message);
        R known = readers.get(schemaId);
        return known != null ? known : remember(schemaId, readers, compile.apply(store.byId(schemaId)));
    }

    /** All threads go on with the reader that came first, so that they share its row type. */
    private static <R> R remember(int schemaId, ConcurrentMap<Integer, R> readers, R reader) {
        R first = readers.putIfAbsent(schemaId, reader);
        return first == null ? reader : first;
    }
}
