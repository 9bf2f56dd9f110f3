package dev.switchback.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What capture has stored; and, while it is not running, something else in its place. */
record StoredOffsets(String bootstrapServers) {

    private static final JsonMapper JSON = new JsonMapper();
    private static final byte[] KEY = "offset".getBytes(StandardCharsets.UTF_8);

    /** Leaves of the position only the commit before it. */
    void forgetOrdinal() {
        change(position -> position.put("ordinal", 0).put("lastLsn", 0));
    }

    /** Replaces the position by one between two transactions. */
    void moveTo(long commitLsn) {
        change(position ->
                position.put("commitLsn", commitLsn).put("ordinal", 0).put("lastLsn", 0));
    }

    /** How much of a transaction capture has behind it. */
    long ordinal() {
        try {
            return JSON.readTree(last()).get("position").get("ordinal").asLong();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void change(Consumer<ObjectNode> change) {
        try {
            ObjectNode stored = (ObjectNode) JSON.readTree(last());
            ObjectNode position = (ObjectNode) stored.get("position");
            if (position.get("ordinal").asLong() == 0) {
                throw new AssertionError("capture stands between two transactions: " + stored);
            }
            change.accept(position);
            store(JSON.writeValueAsBytes(stored));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] last() {
        TopicPartition partition = new TopicPartition(FaultMigration.FLOW.offsetsTopic(), 0);
        byte[] last = null;
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    last = Arrays.equals(record.key(), KEY) ? record.value() : last;
                }
            }
        }
        return last;
    }

    private void store(byte[] value) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(FaultMigration.FLOW.offsetsTopic(), 0, KEY, value))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
