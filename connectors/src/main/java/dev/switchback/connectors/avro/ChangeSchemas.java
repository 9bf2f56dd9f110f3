package dev.switchback.connectors.avro;

import org.apache.avro.Schema;

import dev.switchback.transforms.schema.TableSchema;

/** The Avro schemas of change topics, and the tables they were made from. */
@SuppressWarnings("DoNotCallSuggester")
public final class ChangeSchemas {

    private ChangeSchemas() {}

    /** A change topic's record key: the primary key's columns, in the key's order. */
    public static Schema key(String topic, TableSchema table) {
        throw new UnsupportedOperationException("to come");
    }

    /** A change topic's record value: Debezium's envelope around the table's rows. */
    public static Schema envelope(String topic, TableSchema table) {
        throw new UnsupportedOperationException("to come");
    }

    /**
     * The table that an {@linkplain #envelope envelope} was made for, equal to what it was made from.
     *
     * @throws UndecodableException when the schema is not such an envelope
     */
    public static TableSchema tableOf(Schema envelope) {
        throw new UnsupportedOperationException("to come");
    }

    static String keySubject(String topic) {
        return topic + "-key";
    }

    static String valueSubject(String topic) {
        return topic + "-value";
    }
}
