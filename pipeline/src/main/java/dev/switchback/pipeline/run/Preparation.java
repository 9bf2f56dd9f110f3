package dev.switchback.pipeline.run;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import dev.switchback.connectors.debezium.CaptureSettings;
import dev.switchback.connectors.debezium.ChangeTopics;
import dev.switchback.connectors.postgres.ControlRow;
import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.Publication;
import dev.switchback.connectors.postgres.TruncateTriggers;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * What must be there before the roles start. Every step does nothing where its work is done already, so that any member
 * may take them at any start.
 */
final class Preparation {

    private final Plan plan;
    private final Flow flow;
    private final PostgresConnections source;
    private final PostgresConnections destination;

    Preparation(Plan plan, PostgresConnections source, PostgresConnections destination) {
        this.plan = plan;
        this.flow = plan.flow();
        this.source = source;
        this.destination = destination;
    }

    /**
     * Sees to schema {@code switchback} and the migration's control row in both databases.
     *
     * @return the operator epoch under which the flow may apply
     * @throws ProblemException when one of them cannot be created, or another direction applies
     */
    long control() {
        prepare(source);
        ControlRow control = prepare(destination);
        if (control.direction() != flow.direction()) {
            throw new ProblemException(new Problem(
                    Problem.Kind.REFUSED,
                    destination.where(),
                    "Changes of " + flow.migration() + " flow " + control.direction() + " by the control row.",
                    "This version runs FORWARD only; use the one that turned it round."));
        }
        return control.epoch();
    }

    private ControlRow prepare(PostgresConnections database) {
        try (Connection connection = database.open()) {
            ControlSchema.create(connection);
            ControlSchema.register(connection, flow.migration());
            return ControlSchema.control(connection, flow.migration()).orElseThrow();
        } catch (SQLException e) {
            throw new ProblemException(database.problem(e), e);
        }
    }

    /**
     * Sees to the flow's topics.
     *
     * @return the change topics' partitions
     * @throws ProblemException when Kafka does not answer, or a topic has another number of partitions
     */
    List<InputPartition> topics(KafkaAccess kafka) {
        MigrationFile.Topics topics = plan.file().topics();
        Map<TableId, String> ids =
                new ChangeTopics(kafka.settings(), flow, topicSettings(topics)).ensure(plan.sources());
        List<InputPartition> partitions = new ArrayList<>();
        ids.forEach((table, id) -> partitions.addAll(partitions(flow.changeTopic(table), id, topics.partitions())));
        return partitions;
    }

    static CaptureSettings.Topics topicSettings(MigrationFile.Topics topics) {
        return new CaptureSettings.Topics(
                topics.partitions(),
                (short) topics.replication(),
                topics.retention(),
                Math.toIntExact(topics.recordLimit().bytes()));
    }

    private static Collection<InputPartition> partitions(String topic, String id, int count) {
        return IntStream.range(0, count)
                .mapToObj(partition -> new InputPartition(topic, id, partition))
                .toList();
    }

    /**
     * Sees to the publication, and to the triggers that report a TRUNCATE of single partitions.
     *
     * @throws ProblemException when one of them cannot be created
     */
    void publication() {
        new TruncateTriggers(source, flow.migration()).ensure(plan.sources());
        new Publication(source, flow).ensure(plan.sources());
    }
}
