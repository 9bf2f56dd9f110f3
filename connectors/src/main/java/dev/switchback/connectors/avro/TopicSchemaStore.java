package dev.switchback.connectors.avro;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;

import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Schemas in a compacted topic of their own, for installations without a schema registry. A record holds one schema; its
 * offset is the schema's id. No two records have the same key, so compaction keeps them all. Thread-safe, and safe for
 * any number of processes at once: two that register the same schema at the same moment write two records, and either
 * id is good.
 */
public final class TopicSchemaStore implements SchemaStore {

    private static final Logger log = LoggerFactory.getLogger(TopicSchemaStore.class);

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration CLOSE = Duration.ofSeconds(1);
    private static final char BEHIND_SUBJECT = '/';

    private final SchemaTopic topic;
    private final TopicPartition partition;
    private final Consumer<byte[], byte[]> consumer;
    private final ConcurrentMap<Integer, Schema> schemas = new ConcurrentHashMap<>();
    private final ConcurrentMap<Registered, Integer> ids = new ConcurrentHashMap<>();
    private volatile @Nullable Producer<byte[], byte[]> producer;
    private volatile boolean closed;

    /** A schema's text is compared instead of the schema, whose hash takes a walk through it. */
    private record Registered(String subject, String schema) {}

    /**
     * Creates the topic if it is missing, with the broker's default replication factor. Each wait for Kafka, here and
     * later, is bounded by 30 seconds.
     *
     * @param clientConfig how to reach Kafka: {@code bootstrap.servers} and security, as for any client
     * @param topic by convention {@code <migration>.schemas}
     * @throws ProblemException when Kafka does not answer, or a topic of that name is not fit
     */
    public TopicSchemaStore(Map<String, Object> clientConfig, String topic) {
        this(new ClusterSchemaTopic(clientConfig, topic));
    }

    TopicSchemaStore(SchemaTopic topic) {
        this.topic = topic;
        this.partition = new TopicPartition(topic.name(), 0);
        try {
            this.consumer = topic.consumer();
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
        } catch (KafkaException e) {
            throw KafkaProblems.of(topic.name(), e);
        }
    }

    @Override
    public int register(String subject, Schema schema) {
        Registered wanted = new Registered(subject, schema.toString());
        Integer known = ids.get(wanted);
        return known != null ? known : findOrAppend(wanted);
    }

    @Override
    public Schema byId(int id) {
        Schema known = schemas.get(id);
        return known != null ? known : findBehindTheEnd(id);
    }

    @Override
    public void close() {
        closed = true;
        // Whoever waits for Kafka inside the lock is woken, so that an end is quick also when Kafka does not answer.
        consumer.wakeup();
        Producer<byte[], byte[]> current = producer;
        if (current != null) {
            current.close(Duration.ZERO);
        }
        synchronized (this) {
            consumer.close(CloseOptions.timeout(CLOSE));
        }
    }

    private synchronized int findOrAppend(Registered wanted) {
        readToEnd();
        if (!ids.containsKey(wanted)) {
            append(wanted);
            readToEnd();
        }
        Integer id = ids.get(wanted);
        if (id == null) {
            throw new IllegalStateException("topic " + topic.name() + " acknowledged a schema of " + wanted.subject()
                    + " and does not have it");
        }
        return id;
    }

    private synchronized Schema findBehindTheEnd(int id) {
        readToEnd();
        Schema schema = schemas.get(id);
        if (schema == null) {
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.REFUSED,
                            "Kafka topic " + topic.name(),
                            "no schema has the id " + id + ", which a record refers to.",
                            "Use the schema topic that the changes were written with; if it was deleted, start the flow anew."));
        }
        return schema;
    }

    private void append(Registered schema) {
        requireOpen();
        String key = schema.subject() + BEHIND_SUBJECT + UUID.randomUUID();
        try {
            openProducer()
                    .send(new ProducerRecord<>(topic.name(), 0, utf8(key), utf8(schema.schema())))
                    .get();
        } catch (ExecutionException | KafkaException e) {
            requireOpen();
            throw KafkaProblems.of(topic.name(), e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private Producer<byte[], byte[]> openProducer() {
        Producer<byte[], byte[]> open = producer;
        if (open == null) {
            open = topic.producer();
            producer = open;
        }
        return open;
    }

    private void readToEnd() {
        requireOpen();
        try {
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            requireSameTopic(end);
            long deadline = System.nanoTime()
                    + Duration.ofMillis(ClusterSchemaTopic.TIMEOUT_MILLIS).toNanos();
            while (consumer.position(partition) < end) {
                consumer.poll(POLL).records(partition).forEach(this::learn);
                if (System.nanoTime() - deadline > 0) {
                    throw new TimeoutException(
                            "no more than " + consumer.position(partition) + " of " + end + " schemas could be read");
                }
            }
        } catch (KafkaException e) {
            requireOpen();
            throw KafkaProblems.of(topic.name(), e);
        }
    }

    private void requireSameTopic(long end) {
        if (end < consumer.position(partition)) {
            throw new ProblemException(new Problem(
                    Problem.Kind.REFUSED,
                    "Kafka topic " + topic.name(),
                    "it ends before schemas that were read from it: it has been deleted and created again.",
                    "Start the flow anew; the changes in its topics can no longer be decoded."));
        }
    }

    private void learn(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null || record.value() == null) {
            log.warn("topic {} holds no schema at offset {}", topic.name(), record.offset());
            return;
        }
        String key = new String(record.key(), StandardCharsets.UTF_8);
        String text = new String(record.value(), StandardCharsets.UTF_8);
        int id = Math.toIntExact(record.offset());
        try {
            schemas.put(id, ChangeSchemas.parse(text));
            ids.putIfAbsent(new Registered(key.substring(0, key.lastIndexOf(BEHIND_SUBJECT)), text), id);
        } catch (UndecodableException | IndexOutOfBoundsException e) {
            log.warn("topic {} holds something else than a schema at offset {}: {}", topic.name(), id, e.getMessage());
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the schema store on topic " + topic.name() + " is closed");
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
