package dev.switchback.pipeline.migration.topic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.problem.TimeSpan;

/**
 * A migration's ledger topic: one partition, so that its order is the order of the decisions; never compacted, never
 * expired; each record on disk before it is acknowledged. Thread-safe.
 */
public final class LedgerTopic {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);
    private static final int PAUSE_MILLIS = 50;
    private static final String FOR_EVER = "-1";

    private static final Map<String, String> KEPT = Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.RETENTION_MS_CONFIG, FOR_EVER,
            TopicConfig.RETENTION_BYTES_CONFIG, FOR_EVER);

    private final Map<String, Object> kafka;
    private final String name;
    private final int answerMillis;

    /** @param kafka how to reach Kafka, as for any client */
    public LedgerTopic(Map<String, Object> kafka, String migration) {
        this(kafka, migration, ANSWER_WITHIN);
    }

    /** @param answerWithin bounds each wait for Kafka */
    public LedgerTopic(Map<String, Object> kafka, String migration, Duration answerWithin) {
        this.answerMillis = Math.toIntExact(answerWithin.toMillis());
        this.kafka = new HashMap<>(kafka);
        this.kafka
                .keySet()
                .removeAll(List.of(CommonClientConfigs.GROUP_ID_CONFIG, ProducerConfig.TRANSACTIONAL_ID_CONFIG));
        this.kafka.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, answerMillis);
        this.kafka.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, answerMillis / 2);
        this.name = migration + ".ledger";
    }

    public String name() {
        return name;
    }

    /**
     * Creates the topic if it is missing.
     *
     * @param replication its replicas; -1 for the broker's default
     * @throws ProblemException when Kafka does not answer, or a topic of that name would lose records
     */
    public void ensure(short replication) {
        try (Admin admin = Admin.create(kafka)) {
            create(admin, replication);
            TopicDescription topic = described(admin);
            requireFit(topic, configured(admin));
            requireReplicas(admin, topic);
        } catch (KafkaException e) {
            throw unreachable(e);
        }
    }

    /** @throws ProblemException when Kafka does not answer */
    public boolean exists() {
        try (Admin admin = Admin.create(kafka)) {
            return answer(admin.listTopics().names()).contains(name);
        } catch (KafkaException e) {
            throw unreachable(e);
        }
    }

    Duration answerWithin() {
        return Duration.ofMillis(answerMillis);
    }

    TopicPartition partition() {
        return new TopicPartition(name, 0);
    }

    KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    KafkaProducer<byte[], byte[]> producer() {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, answerMillis);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, answerMillis);
        settings.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 10);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void create(Admin admin, short replication) {
        Map<String, String> settings = new HashMap<>(KEPT);
        // Elsewhere replicas make it durable; a single node has its own disk only, and acknowledges out of its memory.
        settings.put(TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG, "1");
        try {
            answer(admin.createTopics(List.of(new NewTopic(name, 1, replication).configs(settings)))
                    .all());
        } catch (ProblemException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    private void requireFit(TopicDescription topic, Config settings) {
        if (topic.partitions().size() != 1) {
            throw unfit("it has " + topic.partitions().size() + " partitions, and order is kept in one only");
        }
        List<String> lossy = new ArrayList<>();
        KEPT.forEach((setting, needed) -> {
            String found = settings.get(setting).value();
            if (!needed.equals(found)) {
                lossy.add("its " + setting + " is " + found);
            }
        });
        if (!lossy.isEmpty()) {
            Collections.sort(lossy);
            throw unfit(String.join(", ", lossy) + ", with which it loses records");
        }
    }

    /** One replica may be away; but a record that only one has is not acknowledged. */
    private void requireReplicas(Admin admin, TopicDescription topic) {
        int replicas = topic.partitions().get(0).replicas().size();
        String setting = TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG;
        if (replicas > 2 && Integer.parseInt(configured(admin).get(setting).value()) < 2) {
            answer(admin.incrementalAlterConfigs(Map.of(
                            resource(),
                            List.of(new AlterConfigOp(new ConfigEntry(setting, "2"), AlterConfigOp.OpType.SET))))
                    .all());
        }
    }

    private Config configured(Admin admin) {
        Map<ConfigResource, Config> found =
                answer(admin.describeConfigs(List.of(resource())).all());
        return found.values().iterator().next();
    }

    private ConfigResource resource() {
        return new ConfigResource(ConfigResource.Type.TOPIC, name);
    }

    private TopicDescription described(Admin admin) {
        for (int tries = answerMillis / PAUSE_MILLIS; ; tries--) {
            try {
                return answer(admin.describeTopics(List.of(name)).allTopicNames())
                        .values()
                        .iterator()
                        .next();
            } catch (ProblemException failure) {
                // A topic that was only just created is not known everywhere yet.
                if (tries == 0 || !(failure.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw failure;
                }
            }
            Utils.sleep(PAUSE_MILLIS);
        }
    }

    private <T> T answer(KafkaFuture<T> future) {
        try {
            return future.get(answerMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            throw unreachable(failure.getCause() == null ? failure : failure.getCause());
        } catch (TimeoutException late) {
            throw unreachable("nothing came within " + TimeSpan.text(answerWithin()), late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptException(interrupted);
        }
    }

    ProblemException unreachable(Throwable cause) {
        return unreachable(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage(), cause);
    }

    private ProblemException unreachable(String reason, Throwable cause) {
        return new ProblemException(
                new Problem(
                        Problem.Kind.UNREACHABLE,
                        "Kafka topic " + name,
                        "The ledger does not answer: " + reason + ".",
                        "See that the broker is up and lets this login create, describe, read and write the topic."),
                cause);
    }

    private ProblemException unfit(String what) {
        return new ProblemException(new Problem(
                Problem.Kind.REFUSED,
                "Kafka topic " + name,
                "It cannot be the ledger: " + what + ".",
                "Give it one partition, cleanup.policy=delete, retention.ms=-1 and retention.bytes=-1, or delete it if it"
                        + " is not Switchback's."));
    }
}
