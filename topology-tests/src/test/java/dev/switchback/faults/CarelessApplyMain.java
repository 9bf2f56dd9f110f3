package dev.switchback.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;

import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.postgres.ApplySettings;
import dev.switchback.connectors.postgres.PostgresDestination;
import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.topology.ApplyListener;
import dev.switchback.pipeline.topology.ApplyThreads;
import dev.switchback.pipeline.topology.BufferBounds;
import dev.switchback.pipeline.topology.InputLog;
import dev.switchback.pipeline.topology.InputTopics;
import dev.switchback.pipeline.topology.MigrationTopology;

/**
 * Apply's own topology under Streams' usual clients: nothing is written before a Streams commit but what has reached a
 * bound, or uncommitted changes are read, as {@link Safeguard} says. {@code CarelessApplyMain STATE_DIRECTORY}.
 */
final class CarelessApplyMain {

    private CarelessApplyMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        Plan plan = FaultMigration.inheritedPlan(ApplyMain.HALTED);
        Map<String, Object> kafka = FaultMigration.kafka(plan);
        SchemaStore schemas = FaultMigration.schemas(plan);
        ApplyThreads threads = new ApplyThreads(
                FaultMigration.FLOW,
                new PostgresDestination(
                        FaultMigration.destination(plan, FaultRun.CARELESS),
                        ApplySettings.DEFAULTS,
                        FaultAt.inherited(),
                        key -> ""),
                bounds(),
                10_000,
                new Printer());
        KafkaStreams streams = new KafkaStreams(
                MigrationTopology.build(
                        topics(kafka), plan.mappings(), plan.joins(), schemas, new SilentLog(), threads),
                configuration(kafka, Path.of(arguments[0])),
                new Clients());
        streams.start();
        new CountDownLatch(1).await();
    }

    /** Without the flush before the commit, a buffer is only as good as its age. */
    private static BufferBounds bounds() {
        BufferBounds usual = ApplyMain.bounds();
        return Safeguard.FLUSH_BEFORE_COMMIT.missing()
                ? new BufferBounds(usual.rows(), usual.bytes(), Duration.ofSeconds(2))
                : usual;
    }

    private static InputTopics topics(Map<String, Object> kafka) {
        try (Admin admin = Admin.create(kafka)) {
            Map<String, String> ids = FaultMigration.inputs(admin).stream()
                    .collect(Collectors.toMap(InputPartition::topic, InputPartition::topicId, (one, same) -> one));
            return new InputTopics(ids, FaultMigration.PARTITIONS);
        }
    }

    private static Properties configuration(Map<String, Object> kafka, Path state) {
        Properties config = new Properties();
        config.putAll(kafka);
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, FaultMigration.FLOW.applicationId());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100L);
        config.put(StreamsConfig.POLL_MS_CONFIG, 5L);
        config.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        config.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), "careless");
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 10_000);
        return config;
    }

    /** Streams' own clients, of which the consumer may be made to read what is not committed. */
    private static final class Clients extends DefaultKafkaClientSupplier {
        @Override
        public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
            Map<String, Object> changed = new HashMap<>(config);
            if (Safeguard.KAFKA_TRANSACTION.missing()) {
                changed.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
            }
            return super.getConsumer(changed);
        }
    }

    /** Never refuses to go on: the refusal of a destination that is behind would hide what it is behind by. */
    private static final class SilentLog implements InputLog {
        @Override
        public Map<InputPartition, Long> resumesAt(Collection<InputPartition> inputs) {
            return Map.of();
        }

        @Override
        public Map<InputPartition, Long> ends(Collection<InputPartition> inputs) {
            return inputs.stream().collect(Collectors.toMap(Function.identity(), input -> Long.MAX_VALUE));
        }

        @Override
        public Map<InputPartition, Content> contents(Map<InputPartition, Range> ranges) {
            return ranges.keySet().stream().collect(Collectors.toMap(Function.identity(), input -> Content.NOTHING));
        }
    }

    private static final class Printer implements ApplyListener {
        @Override
        public void flushed(int rows, List<Batch.Advance> advances, Duration took) {
            System.out.println(ApplyMain.FLUSHED + " " + rows + " rows in " + took.toMillis() + " ms");
        }
    }
}
