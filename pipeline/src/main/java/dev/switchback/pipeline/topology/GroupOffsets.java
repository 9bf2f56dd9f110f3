package dev.switchback.pipeline.topology;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.TimeSpan;

/** The offsets that a consumer group has committed. Thread-safe. */
record GroupOffsets(Admin admin, String group) {

    private static final Duration STABLE_WITHIN = Duration.ofSeconds(30);
    private static final long PAUSE_MILLIS = 500;

    /**
     * What is committed, once no transaction that could still change it is open; partitions without offset are left out.
     *
     * @throws org.apache.kafka.common.KafkaException when Kafka refuses or does not answer, or such a transaction stays
     *     open
     */
    Map<TopicPartition, OffsetAndMetadata> committed(Collection<TopicPartition> partitions) {
        long deadline = System.nanoTime() + STABLE_WITHIN.toNanos();
        while (true) {
            Map<TopicPartition, @Nullable OffsetAndMetadata> offsets = stable(partitions);
            List<TopicPartition> open = partitions.stream()
                    .filter(partition -> !offsets.containsKey(partition))
                    .toList();
            if (open.isEmpty()) {
                Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
                offsets.forEach((partition, offset) -> {
                    if (offset != null) {
                        committed.put(partition, offset);
                    }
                });
                return committed;
            }
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("transactions with offsets of " + open + " are open since more than "
                        + TimeSpan.text(STABLE_WITHIN));
            }
            Utils.sleep(PAUSE_MILLIS);
        }
    }

    /** Without the partitions whose offset is not known yet; null for one that has none. */
    private Map<TopicPartition, @Nullable OffsetAndMetadata> stable(Collection<TopicPartition> partitions) {
        ListConsumerGroupOffsetsSpec spec = new ListConsumerGroupOffsetsSpec().topicPartitions(partitions);
        return KafkaAnswers.await(admin.listConsumerGroupOffsets(
                        Map.of(group, spec), new ListConsumerGroupOffsetsOptions().requireStable(true))
                .partitionsToOffsetAndMetadata(group));
    }

    /**
     * Commits the first retained offset of each partition that has none committed. The topology itself must not reset
     * offsets: where Kafka has lost one, or the records at it, that is a gap. What the destination has applied already
     * is skipped.
     *
     * @throws org.apache.kafka.common.KafkaException when Kafka refuses, as it does while members of the group are
     *     running that do not read one of the partitions, or does not answer
     */
    void commitFirstWhereMissing(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> committed = committed(partitions);
        List<TopicPartition> missing = partitions.stream()
                .filter(partition -> !committed.containsKey(partition))
                .toList();
        if (!missing.isEmpty()) {
            KafkaAnswers.await(
                    admin.alterConsumerGroupOffsets(group, first(missing)).all());
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> first(List<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> query =
                partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.earliest()));
        return KafkaAnswers.await(admin.listOffsets(query).all()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> new OffsetAndMetadata(entry.getValue().offset())));
    }
}
