package dev.switchback.pipeline.topology;

import java.util.Collection;
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

/** The offsets that a consumer group has committed. Thread-safe. */
record GroupOffsets(Admin admin, String group) {

    /**
     * What is committed, once no transaction that could still change it is open; partitions without offset are left out.
     *
     * @throws org.apache.kafka.common.KafkaException when Kafka refuses or does not answer
     */
    Map<TopicPartition, OffsetAndMetadata> committed(Collection<TopicPartition> partitions) {
        ListConsumerGroupOffsetsSpec spec = new ListConsumerGroupOffsetsSpec().topicPartitions(partitions);
        Map<TopicPartition, OffsetAndMetadata> offsets = KafkaAnswers.await(admin.listConsumerGroupOffsets(
                        Map.of(group, spec), new ListConsumerGroupOffsetsOptions().requireStable(true))
                .partitionsToOffsetAndMetadata(group));
        return offsets.entrySet().stream()
                .filter(entry -> entry.getValue() != null)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
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
