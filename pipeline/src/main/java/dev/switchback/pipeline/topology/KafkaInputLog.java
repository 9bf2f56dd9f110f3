package dev.switchback.pipeline.topology;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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

    @Override
    public Content content(InputPartition input, long from, long to) {
        TopicPartition partition = partition(input);
        try (Consumer<byte[], byte[]> consumer = consumers.get()) {
            consumer.assign(Set.of(partition));
            if (consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L) > from) {
                return Content.REMOVED;
            }
            consumer.seek(partition, from);
            return firstRecord(consumer, partition, to) < to ? Content.RECORDS : Content.NOTHING;
        } catch (OffsetOutOfRangeException e) {
            return Content.REMOVED;
        }
    }

    /** The offset of the first record, or one not before {@code limit}. */
    private static long firstRecord(Consumer<byte[], byte[]> consumer, TopicPartition partition, long limit) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (consumer.position(partition) < limit) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                return record.offset();
            }
            if (System.nanoTime() > deadline) {
                throw new TimeoutException(
                        "could not read " + partition + " up to offset " + limit + " within " + LIMIT);
            }
        }
        return limit;
    }

    private static TopicPartition partition(InputPartition input) {
        return new TopicPartition(input.topic(), input.partition());
    }
}
