package dev.switchback.connectors.avro;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Future;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** One topic in memory that any number of stores share, as processes share a topic. */
final class FakeSchemaTopic implements SchemaTopic {

    static final String NAME = "m.schemas";

    private static final TopicPartition PARTITION = new TopicPartition(NAME, 0);

    private final NavigableMap<Long, ConsumerRecord<byte[], byte[]>> log = new ConcurrentSkipListMap<>();
    private final List<MockProducer<byte[], byte[]>> producers = new ArrayList<>();
    private long end;
    private @Nullable RuntimeException readFailure;
    private @Nullable RuntimeException writeFailure;
    private Runnable beforeAppend = () -> {};

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Consumer<byte[], byte[]> consumer() {
        MockConsumer<byte[], byte[]> consumer = new Reader();
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        return consumer;
    }

    @Override
    public Producer<byte[], byte[]> producer() {
        MockProducer<byte[], byte[]> producer = new Writer();
        producers.add(producer);
        return producer;
    }

    synchronized long append(byte @Nullable [] key, byte @Nullable [] value) {
        log.put(end, new ConsumerRecord<>(NAME, 0, end, key, value));
        return end++;
    }

    /** As transaction markers and records removed by hand do. */
    synchronized void skipOffsets(int count) {
        end += count;
    }

    synchronized void recreate() {
        log.clear();
        end = 0;
    }

    synchronized void failReads(@Nullable RuntimeException failure) {
        readFailure = failure;
    }

    synchronized void failWrites(@Nullable RuntimeException failure) {
        writeFailure = failure;
    }

    /** Runs once, between a writer's look into the topic and its record's arrival there. */
    void beforeNextAppend(Runnable action) {
        beforeAppend = () -> {
            beforeAppend = () -> {};
            action.run();
        };
    }

    List<String> keys() {
        return log.values().stream()
                .map(record -> new String(record.key(), StandardCharsets.UTF_8))
                .toList();
    }

    int producersOpened() {
        return producers.size();
    }

    boolean allProducersClosed() {
        return producers.stream().allMatch(MockProducer::closed);
    }

    private final class Reader extends MockConsumer<byte[], byte[]> {

        private long delivered;

        Reader() {
            super("none");
        }

        @Override
        public synchronized Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
            synchronized (FakeSchemaTopic.this) {
                if (readFailure != null) {
                    throw readFailure;
                }
                return Map.of(PARTITION, end);
            }
        }

        /** One record a poll, so that reading to the end takes several. */
        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            Map.Entry<Long, ConsumerRecord<byte[], byte[]>> next = log.ceilingEntry(delivered);
            if (next != null) {
                addRecord(next.getValue());
                delivered = next.getKey() + 1;
            }
            return super.poll(timeout);
        }
    }

    private final class Writer extends MockProducer<byte[], byte[]> {

        Writer() {
            super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
            beforeAppend.run();
            if (writeFailure != null) {
                return CompletableFuture.failedFuture(writeFailure);
            }
            long offset = append(record.key(), record.value());
            return CompletableFuture.completedFuture(new RecordMetadata(PARTITION, offset, 0, 0, 0, 0));
        }
    }
}
