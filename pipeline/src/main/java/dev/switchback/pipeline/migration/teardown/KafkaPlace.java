package dev.switchback.pipeline.migration.teardown;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** A Kafka cluster: consumer groups, and topics by the names that the migration gives them. The ledger is not among them. */
final class KafkaPlace implements Place {

    static final String GROUP = "group";
    static final String TOPIC = "topic";

    private static final int ANSWER_SECONDS = 15;

    private final Map<String, Object> kafka;
    private final String migration;

    /** @param kafka how to reach Kafka, as for any client */
    KafkaPlace(Map<String, Object> kafka, String migration) {
        this.kafka = new HashMap<>(kafka);
        this.kafka.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_SECONDS * 1000);
        this.kafka.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_SECONDS * 500);
        this.migration = migration;
    }

    @FunctionalInterface
    private interface Work<T> {
        T run(Admin admin);
    }

    @Override
    public List<Thing> things() {
        return asked(admin -> {
            List<Thing> things = new ArrayList<>();
            List<String> applications = flows().map(Flow::applicationId).toList();
            answer(admin.listGroups().all()).stream()
                    .map(GroupListing::groupId)
                    .filter(applications::contains)
                    .sorted()
                    .forEach(group -> things.add(new Thing(where(), GROUP, group, "how far apply has read")));
            answer(admin.listTopics().names()).stream()
                    .filter(this::ours)
                    .sorted(Comparator.naturalOrder())
                    .forEach(topic -> things.add(new Thing(where(), TOPIC, topic, purpose(topic))));
            return things;
        });
    }

    private Stream<Flow> flows() {
        return Arrays.stream(Direction.values()).map(direction -> new Flow(migration, direction));
    }

    /** A migration's name has neither dot nor dash in it, so that no other's can begin so. */
    private boolean ours(String topic) {
        return topic.equals(schemas())
                || flows().anyMatch(
                                flow -> topic.startsWith(flow + ".") || topic.startsWith(flow.applicationId() + "-"));
    }

    private String schemas() {
        return migration + ".schemas";
    }

    private String purpose(String topic) {
        if (topic.equals(schemas())) {
            return "the schemas that changes are written with";
        }
        if (topic.endsWith(".offsets")) {
            return "how far capture has read";
        }
        return topic.startsWith("switchback-") ? "Kafka Streams' own state" : "captured changes";
    }

    String ledger() {
        return migration + ".ledger";
    }

    boolean hasLedger() {
        Set<String> names = asked(admin -> answer(admin.listTopics().names()));
        return names.contains(ledger());
    }

    @Override
    public void remove(Thing thing) {
        asked(admin -> {
            try {
                answer(
                        thing.kind().equals(GROUP)
                                ? admin.deleteConsumerGroups(List.of(thing.name()))
                                        .all()
                                : admin.deleteTopics(List.of(thing.name())).all());
            } catch (ProblemException failure) {
                if (failure.getCause() instanceof GroupNotEmptyException) {
                    throw new ProblemException(
                            new Problem(
                                    Problem.Kind.REFUSED,
                                    where(),
                                    "Consumer group " + thing.name() + " still has members.",
                                    "Stop switchback run; whoever was killed is forgotten within a minute."),
                            failure);
                }
                boolean gone = failure.getCause() instanceof UnknownTopicOrPartitionException
                        || failure.getCause() instanceof GroupIdNotFoundException;
                if (!gone) {
                    throw failure;
                }
            }
            return true;
        });
    }

    private <T> T asked(Work<T> work) {
        try (Admin admin = Admin.create(kafka)) {
            return work.run(admin);
        } catch (KafkaException e) {
            throw unreachable(e);
        }
    }

    private <T> T answer(KafkaFuture<T> future) {
        try {
            return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failure) {
            throw unreachable(failure.getCause() == null ? failure : failure.getCause());
        } catch (TimeoutException late) {
            throw unreachable(late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptException(interrupted);
        }
    }

    private ProblemException unreachable(Throwable cause) {
        String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new ProblemException(
                new Problem(
                        Problem.Kind.UNREACHABLE,
                        where(),
                        "It did not do what was asked: " + reason + ".",
                        "See that the broker is up and lets this login delete topics and groups."),
                cause);
    }

    String where() {
        return "Kafka at " + kafka.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
    }
}
