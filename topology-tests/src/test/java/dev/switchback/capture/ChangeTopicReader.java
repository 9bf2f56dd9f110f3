package dev.switchback.capture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.change.Watermark;

/** Reads a change topic as apply does: committed transactions only, each partition in order. */
final class ChangeTopicReader {

    private final String bootstrapServers;
    private final ChangeDecoder decoder;

    ChangeTopicReader(String bootstrapServers, SchemaStore schemas) {
        this.bootstrapServers = bootstrapServers;
        this.decoder = new ChangeDecoder(schemas);
    }

    /** All events of a topic that can be read now, by partition. */
    List<List<Event>> events(String topic) {
        return read(topic, record -> decoder.decode(record.value()));
    }

    /** From each change's commit until its record was made, in milliseconds, ascending. */
    List<Long> sendDelays(String topic) {
        return read(
                        topic,
                        record -> decoder.decode(record.value()) instanceof Change change
                                ? record.timestamp() - change.commitMicros() / 1000
                                : 0L)
                .stream()
                .flatMap(List::stream)
                .sorted()
                .toList();
    }

    private <T> List<List<T>> read(String topic, Function<ConsumerRecord<byte[], byte[]>, T> reading) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            List<List<T>> events = IntStream.range(0, partitions.size())
                    .<List<T>>mapToObj(i -> new ArrayList<>())
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    events.get(record.partition()).add(reading.apply(record));
                }
            }
            return events;
        }
    }

    List<Change> changes(String topic) {
        return events(topic).stream()
                .flatMap(List::stream)
                .filter(Change.class::isInstance)
                .map(Change.class::cast)
                .toList();
    }

    List<Watermark> watermarks(String topic, int partition) {
        return events(topic).get(partition).stream()
                .filter(Watermark.class::isInstance)
                .map(Watermark.class::cast)
                .toList();
    }
}
