package dev.switchback.connectors.avro;

import java.util.Map;

import org.apache.avro.Schema;

/**
 * Schemas in a compacted topic of their own, for installations without a schema registry. Thread-safe, and safe for any
 * number of processes at once. A schema's id is its record's offset.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class TopicSchemaStore implements SchemaStore {

    /**
     * Creates the topic if it is missing.
     *
     * @param clientConfig how to reach Kafka: {@code bootstrap.servers} and security, as for any client
     * @param topic by convention {@code <migration>.schemas}
     * @throws dev.switchback.transforms.problem.ProblemException when Kafka does not answer, or the topic is not fit
     */
    public TopicSchemaStore(Map<String, Object> clientConfig, String topic) {}

    @Override
    public int register(String subject, Schema schema) {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public Schema byId(int id) {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public void close() {}
}
