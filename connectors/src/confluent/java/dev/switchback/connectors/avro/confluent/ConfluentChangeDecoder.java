package dev.switchback.connectors.avro.confluent;

import java.util.Map;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import org.apache.avro.generic.GenericRecord;

import dev.switchback.connectors.avro.GenericChanges;
import dev.switchback.connectors.avro.UndecodableException;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.change.Row;

/**
 * Decodes the records of change topics with {@link KafkaAvroDeserializer}: what {@link
 * dev.switchback.connectors.avro.ChangeDecoder} does by itself. Not thread-safe.
 */
public final class ConfluentChangeDecoder implements AutoCloseable {

    private final KafkaAvroDeserializer keys;
    private final KafkaAvroDeserializer values;
    private final GenericChanges generic = new GenericChanges();

    /** @param config of Confluent's deserializer; {@code schema.registry.url} at least, and no specific reader */
    public ConfluentChangeDecoder(SchemaRegistryClient client, Map<String, ?> config) {
        this.keys = new KafkaAvroDeserializer(client);
        keys.configure(config, true);
        this.values = new KafkaAvroDeserializer(client);
        values.configure(config, false);
    }

    /** A record value: a change, or a watermark. */
    public Event decode(String topic, byte[] value) {
        return generic.event(record(values.deserialize(topic, value)));
    }

    /** A record key: the key columns, in the key's order. */
    public Row decodeKey(String topic, byte[] key) {
        return generic.row(record(keys.deserialize(topic, key)));
    }

    @Override
    public void close() {
        keys.close();
        values.close();
    }

    private static GenericRecord record(Object decoded) {
        if (decoded instanceof GenericRecord record) {
            return record;
        }
        throw new UndecodableException("a record of another form than Switchback writes");
    }
}
