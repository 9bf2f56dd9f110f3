package dev.switchback.pipeline.status;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.postgres.CheckpointRow;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** What is in a flow's topics and not applied yet, or not joined yet where that comes before. Not thread-safe. */
public final class Backlog implements AutoCloseable {

    /** Behind the last record of a transaction stands its marker, which nobody applies. */
    private static final int MARKER = 1;

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final Duration READ_WITHIN = Duration.ofSeconds(1);
    /** Topics come one after the other while a migration begins. */
    private static final Duration TOPICS_LAST = Duration.ofSeconds(10);

    private final Admin admin;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final ChangeDecoder decoder;
    private List<InputPartition> known = List.of();
    private long knownSince;

    /**
     * Where to look.
     *
     * @param group the consumer group of the flow: how far it has read what is joined before it is applied
     * @param all the topics that hold nothing before all of them exist
     * @param ifThere the topics that need not exist
     */
    public record Topics(String group, Collection<String> all, Collection<String> ifThere) {}

    /** @param kafka how to reach Kafka, as for any client */
    public Backlog(Map<String, Object> kafka, SchemaStore schemas) {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put("default.api.timeout.ms", (int) ANSWER_WITHIN.toMillis());
        settings.put("request.timeout.ms", (int) ANSWER_WITHIN.toMillis() - 1);
        this.admin = Admin.create(settings);
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", false);
        settings.put("auto.offset.reset", "earliest");
        settings.put("max.partition.fetch.bytes", 64 * 1024);
        this.consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.decoder = ChangeDecoder.ofEvents(schemas);
    }

    /**
     * When the source committed the oldest change that waits to be applied.
     *
     * @return empty when nothing waits
     * @throws ProblemException when Kafka does not answer
     */
    public Optional<Instant> oldest(Topics topics, List<CheckpointRow> checkpoints) {
        try {
            Map<TopicPartition, Long> ends = ends(topics);
            Map<TopicPartition, Long> pending = pending(ends, committed(topics.group(), ends.keySet()), checkpoints);
            return pending.isEmpty() ? Optional.empty() : firstCommit(pending, ends);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.UNREACHABLE,
                            "Kafka",
                            "It does not answer (" + e.getMessage() + ").",
                            "See that the broker runs and can be reached from here."),
                    e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** The partitions of these topics as checkpoints name them; none before all of them exist. */
    private List<InputPartition> partitions(Topics topics)
            throws ExecutionException, TimeoutException, InterruptedException {
        Set<String> existing = admin.listTopics().names().get(ANSWER_WITHIN.toSeconds(), TimeUnit.SECONDS);
        List<InputPartition> partitions = new ArrayList<>();
        if (existing.containsAll(topics.all())) {
            List<String> names = new ArrayList<>(topics.all());
            topics.ifThere().stream().filter(existing::contains).forEach(names::add);
            admin.describeTopics(names)
                    .allTopicNames()
                    .get(ANSWER_WITHIN.toSeconds(), TimeUnit.SECONDS)
                    .forEach((name, topic) -> topic.partitions()
                            .forEach(partition -> partitions.add(
                                    new InputPartition(name, topic.topicId().toString(), partition.partition()))));
        }
        return partitions;
    }

    /** How far the group has read. What is behind what it has applied: no checkpoint is further back. */
    private Map<TopicPartition, Long> committed(String group, Collection<TopicPartition> partitions)
            throws ExecutionException, TimeoutException, InterruptedException {
        Map<TopicPartition, Long> committed = new HashMap<>();
        admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get(ANSWER_WITHIN.toSeconds(), TimeUnit.SECONDS)
                .forEach((partition, offset) -> {
                    if (offset != null && partitions.contains(partition)) {
                        committed.put(partition, offset.offset());
                    }
                });
        return committed;
    }

    private Map<TopicPartition, Long> ends(Topics topics)
            throws ExecutionException, TimeoutException, InterruptedException {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        if (known.isEmpty() || System.nanoTime() - knownSince > TOPICS_LAST.toNanos()) {
            known = partitions(topics);
            knownSince = System.nanoTime();
        }
        for (InputPartition partition : known) {
            wanted.put(new TopicPartition(partition.topic(), partition.partition()), OffsetSpec.latest());
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        Map<TopicPartition, ListOffsetsResultInfo> answer = admin.listOffsets(
                        wanted, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get(ANSWER_WITHIN.toSeconds(), TimeUnit.SECONDS);
        answer.forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    private static Map<TopicPartition, Long> pending(
            Map<TopicPartition, Long> ends, Map<TopicPartition, Long> committed, List<CheckpointRow> checkpoints) {
        Map<TopicPartition, Long> pending = new HashMap<>(ends);
        pending.replaceAll((partition, end) -> committed.getOrDefault(partition, 0L));
        for (CheckpointRow row : checkpoints) {
            TopicPartition partition =
                    new TopicPartition(row.input().topic(), row.input().partition());
            pending.computeIfPresent(partition, (same, next) -> row.checkpoint().nextOffset());
        }
        pending.entrySet().removeIf(next -> ends.getOrDefault(next.getKey(), 0L) - next.getValue() <= MARKER);
        return pending;
    }

    private Optional<Instant> firstCommit(Map<TopicPartition, Long> pending, Map<TopicPartition, Long> ends) {
        Set<TopicPartition> unread = new HashSet<>(pending.keySet());
        Optional<Instant> oldest = Optional.empty();
        consumer.assign(unread);
        pending.forEach(consumer::seek);
        long deadline = System.nanoTime() + READ_WITHIN.toNanos();
        while (!unread.isEmpty() && System.nanoTime() < deadline) {
            List<TopicPartition> read = new ArrayList<>();
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                if (unread.remove(partition)) {
                    read.add(partition);
                    Instant commit = commit(record);
                    oldest = Optional.of(
                            oldest.filter(other -> other.isBefore(commit)).orElse(commit));
                }
            }
            consumer.pause(read);
            if (read.isEmpty()) {
                // What a transaction that was aborted left behind is passed over without a record.
                unread.removeIf(partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L));
            }
        }
        consumer.unsubscribe();
        return oldest;
    }

    private Instant commit(ConsumerRecord<byte[], byte[]> record) {
        return Instant.EPOCH.plus(decoder.decode(record.value()).commitMicros(), ChronoUnit.MICROS);
    }

    @Override
    public void close() {
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
        admin.close(Duration.ZERO);
    }
}
