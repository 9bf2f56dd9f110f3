package dev.switchback.connectors.debezium;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads what capture stored in its offsets topic. Only committed transactions are seen, so it is to be read when no
 * transaction of capture is open. Stateless.
 */
final class OffsetsTopic {

    /** The key of records that hold a {@link StoredOffset}. */
    static final byte[] OFFSET_KEY = "offset".getBytes(StandardCharsets.UTF_8);

    /** The key of records that hold {@link CapturedTable}s. */
    static final byte[] TABLES_KEY = "tables".getBytes(StandardCharsets.UTF_8);

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);
    private static final long FIRST_STEP = 64;

    private final Map<String, Object> kafka;
    private final TopicPartition partition;

    OffsetsTopic(Map<String, Object> kafka, String topic) {
        this.kafka = new HashMap<>(kafka);
        this.kafka.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        this.kafka.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        this.kafka.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(ANSWER_WITHIN.toMillis()));
        this.partition = new TopicPartition(topic, 0);
    }

    /** The offset that was stored last. */
    Optional<StoredOffset> last() {
        try (Consumer<byte[], byte[]> consumer = consumer()) {
            long begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, begin);
            // Compaction lags behind, so the last record is looked for from the end, in ever larger steps.
            for (long step = FIRST_STEP; ; step *= 8) {
                long from = Math.max(begin, end - step);
                byte[] found = lastBetween(consumer, from, end);
                if (found != null || from == begin) {
                    return Optional.ofNullable(found).map(StoredOffset::ofJson);
                }
            }
        }
    }

    /** The tables that a stored offset points to. */
    List<CapturedTable> tables(StoredOffset stored) {
        try (Consumer<byte[], byte[]> consumer = consumer()) {
            consumer.seek(partition, stored.tables());
            long deadline = System.nanoTime() + ANSWER_WITHIN.toNanos();
            while (System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.offset() == stored.tables()) {
                        return CapturedTable.ofJson(record.value());
                    }
                }
            }
            throw new IllegalStateException(partition + " does not hold record " + stored.tables() + " any more");
        }
    }

    private byte @Nullable [] lastBetween(Consumer<byte[], byte[]> consumer, long from, long end) {
        byte[] last = null;
        consumer.seek(partition, from);
        long deadline = System.nanoTime() + ANSWER_WITHIN.toNanos();
        while (consumer.position(partition) < end) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                if (java.util.Arrays.equals(record.key(), OFFSET_KEY)) {
                    last = record.value();
                }
            }
            if (System.nanoTime() > deadline) {
                throw new org.apache.kafka.common.errors.TimeoutException(
                        partition + " was not read to its end within " + ANSWER_WITHIN);
            }
        }
        return last;
    }

    private Consumer<byte[], byte[]> consumer() {
        Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(kafka, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(List.of(partition));
        return consumer;
    }
}
