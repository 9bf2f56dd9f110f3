package dev.switchback.connectors.avro;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/** How a {@link TopicSchemaStore} reaches its topic. */
interface SchemaTopic {

    String name();

    /** A new consumer without a group, which fails rather than jump where its position is gone. */
    Consumer<byte[], byte[]> consumer();

    /** A new producer whose acknowledged records are durable. */
    Producer<byte[], byte[]> producer();
}
