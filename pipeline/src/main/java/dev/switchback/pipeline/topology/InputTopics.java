package dev.switchback.pipeline.topology;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * The topics of a flow that are read, as they are in Kafka now. Immutable.
 *
 * @param ids Kafka's id of each topic, by its name
 * @param partitions of each topic, all the same
 */
public record InputTopics(Map<String, String> ids, int partitions) {

    public InputTopics {
        ids = Map.copyOf(ids);
    }

    /**
     * Looks the topics up.
     *
     * @throws ProblemException when one is missing, or has another number of partitions
     * @throws org.apache.kafka.common.KafkaException when Kafka does not answer
     */
    static InputTopics describe(Admin admin, Collection<String> topics, int partitions) {
        Map<String, TopicDescription> descriptions;
        try {
            descriptions = KafkaAnswers.await(admin.describeTopics(topics).allTopicNames());
        } catch (UnknownTopicOrPartitionException e) {
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.UNREACHABLE,
                            "apply",
                            "Not all of the change topics " + topics + " are there yet.",
                            "Start capture, which creates them."),
                    e);
        }
        List<Problem> problems = descriptions.values().stream()
                .filter(topic -> topic.partitions().size() != partitions)
                .map(topic -> wrongPartitions(topic, partitions))
                .toList();
        ProblemException.requireNone(problems);
        return new InputTopics(
                descriptions.values().stream().collect(Collectors.toMap(TopicDescription::name, topic -> topic.topicId()
                        .toString())),
                partitions);
    }

    /** Those of these names. */
    InputTopics only(Set<String> names) {
        return new InputTopics(
                ids.entrySet().stream()
                        .filter(entry -> names.contains(entry.getKey()))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
                partitions);
    }

    /** What task number {@code task} reads, by topic: its partition of each of them. */
    Map<String, InputPartition> ofTask(int task) {
        return ids.keySet().stream().collect(Collectors.toMap(Function.identity(), topic -> partition(topic, task)));
    }

    /** All partitions of a topic. */
    List<InputPartition> of(String topic) {
        return IntStream.range(0, partitions)
                .mapToObj(number -> partition(topic, number))
                .toList();
    }

    /** All partitions of all topics, as Kafka's clients name them. */
    List<TopicPartition> all() {
        return ids.keySet().stream()
                .flatMap(topic -> IntStream.range(0, partitions).mapToObj(number -> new TopicPartition(topic, number)))
                .toList();
    }

    private InputPartition partition(String topic, int number) {
        return new InputPartition(topic, ids.getOrDefault(topic, ""), number);
    }

    private static Problem wrongPartitions(TopicDescription topic, int expected) {
        return new Problem(
                Problem.Kind.REFUSED,
                "topic " + topic.name(),
                "It has " + topic.partitions().size() + " partitions, but the migration has " + expected + ".",
                "Set 'partitions' back to what it was when the topics were created; another number would put changes of"
                        + " one row into two partitions.");
    }
}
