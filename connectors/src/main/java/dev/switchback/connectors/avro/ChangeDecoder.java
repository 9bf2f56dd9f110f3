package dev.switchback.connectors.avro;

import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.change.Row;

/**
 * Decodes the records of change topics. All rows that one schema id wrote share one {@link
 * dev.switchback.transforms.change.RowType} instance per decoder. Thread-safe.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class ChangeDecoder {

    public ChangeDecoder(SchemaStore store) {}

    /**
     * A record value: a change, or a watermark, as its writer schema says.
     *
     * @throws UndecodableException when the bytes or the schema are not of the form that Switchback writes
     * @throws dev.switchback.transforms.problem.ProblemException when the store does not know the schema or does not answer
     */
    public Event decode(byte[] value) {
        throw new UnsupportedOperationException("to come");
    }

    /**
     * A record key: the key columns, in the key's order.
     *
     * @throws UndecodableException when the bytes or the schema are not of the form that Switchback writes
     * @throws dev.switchback.transforms.problem.ProblemException when the store does not know the schema or does not answer
     */
    public Row decodeKey(byte[] key) {
        throw new UnsupportedOperationException("to come");
    }
}
