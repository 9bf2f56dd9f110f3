package dev.switchback.connectors.debezium;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.Utils;

import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/** The topics that capture writes, by {@link Routes}, and the one of its offsets. Thread-safe. */
public final class ChangeTopics {

    private static final int ANSWER_SECONDS = 15;
    private static final int PAUSE_MILLIS = 50;

    private final Map<String, Object> kafka;
    private final Flow flow;
    private final Routes routes;
    private final CaptureSettings.Topics settings;

    /** For tables that are all captured by their keys. */
    public ChangeTopics(Map<String, Object> kafka, Flow flow, CaptureSettings.Topics settings) {
        this(kafka, flow, Routes.BY_KEY, settings);
    }

    /** @param kafka how to reach Kafka, as for any client */
    public ChangeTopics(Map<String, Object> kafka, Flow flow, Routes routes, CaptureSettings.Topics settings) {
        this.kafka = new HashMap<>(kafka);
        this.kafka.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_SECONDS * 1000);
        this.kafka.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_SECONDS * 500);
        this.flow = flow;
        this.routes = routes;
        this.settings = settings;
    }

    /**
     * Creates the topics that are missing.
     *
     * @return what tells whether a table's topics are still the same: Kafka's ids of them
     * @throws ProblemException when a topic exists with another number of partitions, tables that share a topic have had
     *     their own or the other way round, or Kafka does not answer
     */
    public Map<TableId, String> ensure(Collection<TableId> tables) {
        List<String> names = names(tables);
        try (Admin admin = admin()) {
            Set<String> existing = answer(admin.listTopics().names());
            requireSameShare(existing, tables);
            List<NewTopic> topics = new ArrayList<>();
            names.forEach(name -> topics.add(partitioned(name)));
            topics.add(offsetsTopic());
            create(admin, existing, topics);
            Map<String, String> ids = check(admin, names);
            return tables.stream().collect(Collectors.toMap(table -> table, table -> routes.topics(flow, table).stream()
                    .map(ids::get)
                    .collect(Collectors.joining("+"))));
        }
    }

    /**
     * Creates those of these topics that are missing, as change topics are created.
     *
     * @param tables all that are captured
     * @return Kafka's id of each
     * @throws ProblemException as {@link #ensure}
     */
    public Map<String, String> ensureTopics(Collection<String> names, Collection<TableId> tables) {
        try (Admin admin = admin()) {
            Set<String> existing = answer(admin.listTopics().names());
            requireSameShare(existing, tables);
            create(admin, existing, names.stream().map(this::partitioned).toList());
            return check(admin, List.copyOf(names));
        }
    }

    /** What a topic holds stays where it is, so nothing is created beside the topics that the tables had before. */
    private void requireSameShare(Set<String> existing, Collection<TableId> tables) {
        boolean shared = existing.contains(flow.sharedTopic());
        boolean toBeShared = !shared
                && tables.stream().filter(routes::shares).map(flow::changeTopic).anyMatch(existing::contains);
        boolean toBeParted = shared
                && !routes.share()
                && tables.stream()
                        .filter(routes::byKey)
                        .map(flow::changeTopic)
                        .anyMatch(topic -> !existing.contains(topic));
        if (toBeShared || toBeParted) {
            throw new ProblemException(new Problem(
                    Problem.Kind.REFUSED,
                    "topics of " + flow,
                    toBeShared
                            ? "Its tables have a topic each, and now they are to share one."
                            : "Its tables share the topic " + flow.sharedTopic()
                                    + ", and now they are to have their own.",
                    "Write topics: {shared: " + toBeParted + "} into the migration file: what a topic holds stays where"
                            + " it is."));
        }
    }

    private List<String> names(Collection<TableId> tables) {
        return tables.stream()
                .flatMap(table -> routes.topics(flow, table).stream())
                .distinct()
                .toList();
    }

    /**
     * The id that the Kafka cluster gives itself.
     *
     * @throws ProblemException when Kafka does not answer
     */
    public String cluster() {
        try (Admin admin = admin()) {
            return answer(admin.describeCluster().clusterId());
        }
    }

    /** Whether anything was ever written to one of the tables' topics. */
    boolean hold(Collection<TableId> tables) {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (String topic : names(tables)) {
            for (int partition = 0; partition < settings.partitions(); partition++) {
                ends.put(new TopicPartition(topic, partition), OffsetSpec.latest());
            }
        }
        try (Admin admin = admin()) {
            return answer(admin.listOffsets(ends).all()).values().stream()
                    .mapToLong(ListOffsetsResultInfo::offset)
                    .anyMatch(end -> end > 0);
        }
    }

    private NewTopic partitioned(String name) {
        return new NewTopic(name, settings.partitions(), settings.replication())
                .configs(Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.RETENTION_MS_CONFIG,
                        Long.toString(settings.retention().toMillis()),
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                        Integer.toString(settings.maxRecordBytes())));
    }

    private NewTopic offsetsTopic() {
        return new NewTopic(flow.offsetsTopic(), 1, settings.replication())
                .configs(Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG,
                        TopicConfig.CLEANUP_POLICY_COMPACT,
                        // What all tables look like goes in one record.
                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                        Integer.toString(settings.maxRecordBytes())));
    }

    private void create(Admin admin, Set<String> existing, List<NewTopic> topics) {
        List<NewTopic> missing = topics.stream()
                .filter(topic -> !existing.contains(topic.name()))
                .toList();
        admin.createTopics(missing).values().values().forEach(created -> {
            try {
                answer(created);
            } catch (ProblemException failure) {
                if (!(failure.getCause() instanceof TopicExistsException)) {
                    throw failure;
                }
            }
        });
    }

    private Map<String, String> check(Admin admin, List<String> names) {
        Map<String, String> ids = new HashMap<>();
        described(admin, names).forEach((name, topic) -> {
            int partitions = topic.partitions().size();
            if (partitions != settings.partitions()) {
                throw new ProblemException(new Problem(
                        Problem.Kind.REFUSED,
                        "topic " + name,
                        "It has " + partitions + " partitions, but the migration asks for " + settings.partitions()
                                + ".",
                        "Ask for " + partitions + ": a key must stay in its partition."));
            }
            ids.put(name, topic.topicId().toString());
        });
        return ids;
    }

    private Map<String, TopicDescription> described(Admin admin, List<String> names) {
        for (int tries = ANSWER_SECONDS * 1000 / PAUSE_MILLIS; ; tries--) {
            try {
                return answer(admin.describeTopics(names).allTopicNames());
            } catch (ProblemException failure) {
                // A topic that was only just created is not known everywhere yet.
                if (tries == 0 || !(failure.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw failure;
                }
            }
            Utils.sleep(PAUSE_MILLIS);
        }
    }

    private <T> T answer(org.apache.kafka.common.KafkaFuture<T> future) {
        try {
            return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            throw new ProblemException(unreachable(cause), cause);
        } catch (TimeoutException late) {
            throw new ProblemException(unreachable(late), late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(interrupted);
        }
    }

    private Admin admin() {
        try {
            return Admin.create(kafka);
        } catch (KafkaException failure) {
            throw new ProblemException(unreachable(failure), failure);
        }
    }

    private Problem unreachable(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        boolean silent =
                cause instanceof TimeoutException || cause instanceof org.apache.kafka.common.errors.TimeoutException;
        return new Problem(
                Problem.Kind.UNREACHABLE,
                "Kafka at " + kafka.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG),
                silent ? "It does not answer." : "It did not do what capture asked (" + cause.getMessage() + ").",
                "See that the broker runs, can be reached from here, and lets this login create and describe topics.");
    }
}
