package dev.switchback.pipeline.topology;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.InputPartition;

/** Asks the broker. */
final class KafkaInputLog implements InputLog {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final GroupOffsets offsets;
    private final Supplier<Consumer<byte[], byte[]>> consumers;

    /** @param consumers opens a consumer of committed records that belongs to no group */
    KafkaInputLog(Admin admin, String group, Supplier<Consumer<byte[], byte[]>> consumers) {
        this.offsets = new GroupOffsets(admin, group);
        this.consumers = consumers;
    }

    @Override
    public Map<InputPartition, Long> resumesAt(Collection<InputPartition> inputs) {
        Map<TopicPartition, OffsetAndMetadata> committed =
                offsets.committed(inputs.stream().map(KafkaInputLog::partition).toList());
        Map<InputPartition, Long> result = new HashMap<>();
        for (InputPartition input : inputs) {
            @Nullable OffsetAndMetadata offset = committed.get(partition(input));
            if (offset != null) {
                result.put(input, offset.offset());
            }
        }
        return result;
    }

    @Override
    public Map<InputPartition, Long> ends(Collection<InputPartition> inputs) {
        Map<TopicPartition, OffsetSpec> query =
                inputs.stream().collect(Collectors.toMap(KafkaInputLog::partition, input -> OffsetSpec.latest()));
        Map<TopicPartition, ListOffsetsResultInfo> ends =
                KafkaAnswers.await(offsets.admin().listOffsets(query).all());
        return inputs.stream().collect(Collectors.toMap(Function.identity(), input -> Objects.requireNonNull(
                        ends.get(partition(input)))
                .offset()));
    }

    /** By one consumer for all: a start with thousands of partitions must not ask for one after another. */
    @Override
    public Map<InputPartition, Content> contents(Map<InputPartition, Range> ranges) {
        Map<InputPartition, Content> contents = new HashMap<>();
        if (ranges.isEmpty()) {
            return contents;
        }
        Map<TopicPartition, InputPartition> unread = new HashMap<>();
        ranges.keySet().forEach(input -> unread.put(partition(input), input));
        try (Consumer<byte[], byte[]> consumer = consumers.get()) {
            Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(unread.keySet());
            unread.entrySet().removeIf(entry -> {
                boolean removed = beginnings.getOrDefault(entry.getKey(), 0L) > from(ranges, entry.getValue());
                if (removed) {
                    contents.put(entry.getValue(), Content.REMOVED);
                }
                return removed;
            });
            consumer.assign(unread.keySet());
            unread.forEach((partition, input) -> consumer.seek(partition, from(ranges, input)));
            read(consumer, unread, ranges, contents);
        }
        return contents;
    }

    private static long from(Map<InputPartition, Range> ranges, InputPartition input) {
        return Objects.requireNonNull(ranges.get(input)).from();
    }

    /** Reads each partition until its first record, or past its range. */
    private static void read(
            Consumer<byte[], byte[]> consumer,
            Map<TopicPartition, InputPartition> unread,
            Map<InputPartition, Range> ranges,
            Map<InputPartition, Content> contents) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!unread.isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("could not read " + unread.keySet() + " within " + LIMIT);
            }
            ConsumerRecords<byte[], byte[]> records = ConsumerRecords.empty();
            try {
                records = consumer.poll(POLL);
            } catch (OffsetOutOfRangeException e) {
                e.partitions().forEach(partition -> settle(unread, contents, partition, Content.REMOVED));
            }
            for (TopicPartition partition : List.copyOf(unread.keySet())) {
                long limit = Objects.requireNonNull(ranges.get(unread.get(partition)))
                        .to();
                List<ConsumerRecord<byte[], byte[]>> found = records.records(partition);
                if (!found.isEmpty()) {
                    boolean within = found.get(0).offset() < limit;
                    settle(unread, contents, partition, within ? Content.RECORDS : Content.NOTHING);
                } else if (consumer.position(partition) >= limit) {
                    settle(unread, contents, partition, Content.NOTHING);
                }
            }
            consumer.assign(unread.keySet());
        }
    }

    private static void settle(
            Map<TopicPartition, InputPartition> unread,
            Map<InputPartition, Content> contents,
            TopicPartition partition,
            Content content) {
        InputPartition input = unread.remove(partition);
        if (input != null) {
            contents.put(input, content);
        }
    }

    private static TopicPartition partition(InputPartition input) {
        return new TopicPartition(input.topic(), input.partition());
    }
}
