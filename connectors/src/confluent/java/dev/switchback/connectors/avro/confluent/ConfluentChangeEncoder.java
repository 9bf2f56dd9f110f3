package dev.switchback.connectors.avro.confluent;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import org.apache.avro.Schema;

import dev.switchback.connectors.avro.ChangeSchemas;
import dev.switchback.connectors.avro.GenericChanges;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.Watermark;
import dev.switchback.transforms.schema.TableSchema;

/**
 * Encodes one table's changes with {@link KafkaAvroSerializer}: the records, and the subjects that their schemas are
 * registered under, are those of {@link dev.switchback.connectors.avro.ChangeEncoder}. Not thread-safe.
 */
public final class ConfluentChangeEncoder implements AutoCloseable {

    private final String topic;
    private final Schema key;
    private final Schema envelope;
    private final KafkaAvroSerializer keys;
    private final KafkaAvroSerializer values;
    private final KafkaAvroSerializer watermarks;
    private final GenericChanges generic = new GenericChanges();
    private final InstantSource clock = InstantSource.system();

    /** @param config of Confluent's serializer; {@code schema.registry.url} at least */
    public ConfluentChangeEncoder(SchemaRegistryClient client, Map<String, ?> config, String topic, TableSchema table) {
        this.topic = topic;
        this.key = ChangeSchemas.key(topic, table);
        this.envelope = ChangeSchemas.envelope(topic, table);
        this.keys = new KafkaAvroSerializer(client);
        keys.configure(config, true);
        this.values = new KafkaAvroSerializer(client);
        values.configure(config, false);
        this.watermarks = new KafkaAvroSerializer(client);
        watermarks.configure(byRecordName(config), false);
    }

    /** The record key: the key columns of a row. */
    public byte[] key(Row row) {
        return keys.serialize(topic, generic.key(key, row));
    }

    /** The record value. */
    public byte[] value(Change change) {
        return values.serialize(topic, generic.value(envelope, change, clock.millis()));
    }

    /** A watermark's record value. */
    public byte[] value(Watermark watermark) {
        return watermarks.serialize(topic, generic.value(watermark));
    }

    @Override
    public void close() {
        keys.close();
        values.close();
        watermarks.close();
    }

    private static Map<String, Object> byRecordName(Map<String, ?> config) {
        Map<String, Object> changed = new HashMap<>(config);
        changed.put("value.subject.name.strategy", "io.confluent.kafka.serializers.subject.RecordNameStrategy");
        return changed;
    }
}
