package dev.switchback.benchmarks.stage;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import dev.switchback.platform.Await;

/** The broker's topics and consumer groups, as the benchmark arranges them. Thread-safe. */
public final class Topics implements AutoCloseable {

    /** Of every change topic, whoever writes it. */
    public static final int PARTITIONS = 8;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Admin admin;

    Topics(String bootstrapServers) {
        admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    }

    /** Creates a topic of {@link #PARTITIONS} partitions. */
    public void create(String topic) {
        await(admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1)))
                .all());
    }

    /** Deletes the topics whose names begin so. */
    public void deleteAll(String prefix) {
        Set<String> names = await(admin.listTopics().names());
        List<String> doomed =
                names.stream().filter(name -> name.startsWith(prefix)).toList();
        await(admin.deleteTopics(doomed).all());
        Await.until(
                "the topics " + prefix + "* to be gone",
                PATIENCE,
                () -> await(admin.listTopics().names()).stream().noneMatch(name -> name.startsWith(prefix)));
    }

    /** Deletes a consumer group if it is there, once its last member has left. */
    public void deleteGroup(String group) {
        Await.until("the consumer group " + group + " to be gone", PATIENCE, () -> {
            boolean known = await(admin.listGroups().all()).stream()
                    .anyMatch(listing -> listing.groupId().equals(group));
            if (known) {
                await(admin.deleteConsumerGroups(Set.of(group)).all());
            }
            return true;
        });
    }

    /** How many records a topic of {@link #PARTITIONS} partitions has taken, transaction markers included. */
    public long records(String topic) {
        return await(admin.listOffsets(partitions(topic).stream()
                                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())))
                        .all())
                .values()
                .stream()
                .mapToLong(end -> end.offset())
                .sum();
    }

    /** How many bytes a topic takes on the broker's disk, in one copy. */
    public long bytes(String topic) {
        List<Integer> ids =
                await(admin.describeCluster().nodes()).stream().map(Node::id).toList();
        return await(admin.describeLogDirs(ids).allDescriptions()).values().stream()
                .flatMap(directories -> directories.values().stream())
                .flatMap(directory -> directory.replicaInfos().entrySet().stream())
                .filter(replica -> replica.getKey().topic().equals(topic))
                .mapToLong(replica -> replica.getValue().size())
                .sum();
    }

    /**
     * Hands over all records of a topic that have been committed by now.
     *
     * @param kafka how to reach it
     */
    public static void read(
            Map<String, Object> kafka, String topic, Consumer<? super ConsumerRecord<byte[], byte[]>> reader) {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put("isolation.level", "read_committed");
        settings.put("auto.offset.reset", "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = partitions(topic);
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(500)).forEach(reader);
            }
        }
    }

    @Override
    public void close() {
        admin.close();
    }

    private static List<TopicPartition> partitions(String topic) {
        return IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for Kafka", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Kafka: " + e.getMessage(), e);
        }
    }
}
