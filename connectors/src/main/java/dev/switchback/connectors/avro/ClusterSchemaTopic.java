package dev.switchback.connectors.avro;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** A topic for schemas on a real cluster: one partition, compacted, never expired. */
final class ClusterSchemaTopic implements SchemaTopic {

    /** Bounds each wait for Kafka. */
    static final int TIMEOUT_MILLIS = 30_000;

    private static final int RETRY_MILLIS = 100;

    private final String name;
    private final Map<String, Object> config;

    /**
     * Creates the topic if it is missing.
     *
     * @param clientConfig how to reach Kafka; what a schema topic needs wins over it
     * @throws ProblemException when Kafka does not answer, or a topic of that name would lose schemas
     */
    ClusterSchemaTopic(Map<String, Object> clientConfig, String name) {
        this.name = name;
        this.config = new HashMap<>(clientConfig);
        config.remove(CommonClientConfigs.GROUP_ID_CONFIG);
        config.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        config.put(
                CommonClientConfigs.CLIENT_ID_CONFIG,
                clientConfig.getOrDefault(CommonClientConfigs.CLIENT_ID_CONFIG, "switchback") + "-schemas");
        config.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        config.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS / 3);
        createIfMissing();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Consumer<byte[], byte[]> consumer() {
        Map<String, Object> settings = new HashMap<>(config);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        // The broker answers what is asked next behind a fetch that waits for more: half a second for each schema.
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 5);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public Producer<byte[], byte[]> producer() {
        Map<String, Object> settings = new HashMap<>(config);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TIMEOUT_MILLIS);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void createIfMissing() {
        try (Admin admin = Admin.create(config)) {
            if (!create(admin)) {
                requireFit(admin);
            }
        } catch (ExecutionException | KafkaException e) {
            throw KafkaProblems.of(name, e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** @return whether it was missing */
    private boolean create(Admin admin) throws ExecutionException, InterruptedException {
        NewTopic topic = new NewTopic(name, Optional.of(1), Optional.empty())
                .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
        try {
            admin.createTopics(List.of(topic)).all().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return false;
            }
            throw e;
        }
    }

    private void requireFit(Admin admin) throws ExecutionException, InterruptedException {
        TopicDescription description =
                onceKnown(() -> admin.describeTopics(List.of(name)).allTopicNames());
        int partitions = description.partitions().size();
        if (partitions != 1) {
            throw unfit("it has " + partitions + " partitions, and offsets count as schema ids in a single one only.");
        }
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        Config settings =
                onceKnown(() -> admin.describeConfigs(List.of(resource)).all());
        String cleanup = settings.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
        if (!TopicConfig.CLEANUP_POLICY_COMPACT.equals(cleanup)) {
            throw unfit("its cleanup.policy is " + cleanup + ", which removes schemas that changes still refer to.");
        }
    }

    /** The one answer to a question about the topic; a broker may hear of it later than the one that created it. */
    private static <T> T onceKnown(Supplier<KafkaFuture<? extends Map<?, T>>> question)
            throws ExecutionException, InterruptedException {
        for (int waited = 0; ; waited += RETRY_MILLIS) {
            try {
                return question.get().get().values().iterator().next();
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException) || waited > TIMEOUT_MILLIS) {
                    throw e;
                }
                Thread.sleep(RETRY_MILLIS);
            }
        }
    }

    private ProblemException unfit(String what) {
        return new ProblemException(new Problem(
                Problem.Kind.REFUSED,
                "Kafka topic " + name,
                "it cannot hold schemas: " + what,
                "Set its cleanup.policy to compact and its partitions to one, or give it another name if it is not"
                        + " Switchback's."));
    }
}
