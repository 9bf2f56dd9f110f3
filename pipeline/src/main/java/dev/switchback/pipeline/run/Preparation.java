package dev.switchback.pipeline.run;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import dev.switchback.connectors.debezium.CaptureSettings;
import dev.switchback.connectors.debezium.ChangeTopics;
import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.Publication;
import dev.switchback.connectors.postgres.TablePair;
import dev.switchback.connectors.postgres.TruncateTriggers;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.plan.FlowPlan;
import dev.switchback.pipeline.plan.Way;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * What must be there before the roles start. Every step does nothing where its work is done already, so that any member
 * may take them at any start.
 */
final class Preparation {

    private static final Pattern SPACE_OR_QUOTED = Pattern.compile("\\s+|'[^']*'|\"[^\"]*\"");

    private final FlowPlan plan;
    private final Flow flow;
    private final PostgresConnections source;
    private final PostgresConnections destination;

    Preparation(FlowPlan plan) {
        this.plan = plan;
        this.flow = plan.flow();
        this.source = plan.from();
        this.destination = plan.to();
    }

    /**
     * Sees to schema {@code switchback} and the migration's control row in both databases, and that the migration goes on
     * with the Kafka and with the mappings that it began with.
     *
     * @throws ProblemException when one of them cannot be created, another Kafka has the changes, or rows were written by
     *     other mappings
     */
    void control(KafkaAccess kafka) {
        String cluster = changeTopics(kafka, plan).cluster();
        prepare(source);
        requireKafka(kafka, cluster);
        prepare(destination);
        requireMappings();
    }

    /** The rows that are there, and those that are remembered of them, were placed by the mapping of then. */
    private void requireMappings() {
        Map<String, String> declared = new LinkedHashMap<>();
        for (FlowPlan.PlannedTable table : plan.tables()) {
            declared.put(table.from().id().toString(), table.way().behind(mapping(table)));
        }
        Map<String, String> known;
        try (Connection connection = destination.open()) {
            known = ControlSchema.bindMappings(connection, flow, declared);
        } catch (SQLException e) {
            throw new ProblemException(destination.problem(e), e);
        }
        List<Problem> changed = new ArrayList<>();
        for (FlowPlan.PlannedTable table : plan.tables()) {
            String now = mapping(table);
            String before =
                    known.getOrDefault(table.from().id().toString(), table.way().behind(now));
            if (before.equals(Way.BY_OLD_ROWS.behind(now)) && !table.from().logsOldRows()) {
                changed.add(withoutOldRows(table));
            } else if (!before.equals(table.way().behind(now))) {
                changed.add(anotherMapping(table, before, now));
            }
        }
        ProblemException.requireNone(changed);
    }

    private Problem anotherMapping(FlowPlan.PlannedTable table, String before, String now) {
        return new Problem(
                Problem.Kind.REFUSED,
                inFile(table).where(),
                "The rows of " + table.from().id() + " that are at the " + destination.side()
                        + " were written by another mapping: " + before + ". This one would not make them anew: "
                        + table.way().behind(now) + ". Nothing was done.",
                before.startsWith(now)
                        ? "Put back what decides that, such as REPLICA IDENTITY, and start run again; or start a migration of"
                                + " another name into empty tables."
                        : "Put that back, or start a migration of another name into empty tables.");
    }

    private Problem withoutOldRows(FlowPlan.PlannedTable table) {
        return new Problem(
                Problem.Kind.REFUSED,
                inFile(table).where(),
                "The mapping of " + table.from().id()
                        + " needs whole old rows, which its log had when the first rows were"
                        + " written, and now has not: REPLICA IDENTITY FULL was taken from it, or one of its partitions does"
                        + " not have it. Nothing was done.",
                "ALTER TABLE … REPLICA IDENTITY FULL, of it and of each partition, and start run again; if rows were updated"
                        + " or deleted meanwhile, start the migration anew.");
    }

    private MigrationFile.Table inFile(FlowPlan.PlannedTable table) {
        TableId declared = flow.direction() == Direction.FORWARD
                ? table.from().id()
                : table.to().id();
        return Objects.requireNonNull(plan.file().tables().get(declared));
    }

    /**
     * All of a table's mapping that decides which row is written where; in one line, however the file is laid out. Of the
     * way back, which is mostly made of the way there, no more than the key.
     */
    private String mapping(FlowPlan.PlannedTable table) {
        TablePair pair = table.pair();
        if (flow.direction() == Direction.REVERSE) {
            return "back to " + pair.destination() + " by key " + pair.key();
        }
        String select = inFile(table).select().orElse("SELECT *");
        OnConflict onConflict = pair.onConflict();
        return SPACE_OR_QUOTED
                        .matcher(select.strip())
                        .replaceAll(found -> found.group().isBlank() ? " " : Matcher.quoteReplacement(found.group()))
                + " to " + pair.destination() + " by key " + pair.key()
                + (onConflict.kind() == OnConflict.Kind.OVERWRITE
                        ? ""
                        : ", on_conflict: " + onConflict.kind()
                                + (onConflict.column() == null ? "" : " by " + onConflict.column()));
    }

    /** With an empty Kafka, capture would take the migration for a new one, and drop the slot that the real one needs. */
    private void requireKafka(KafkaAccess kafka, String cluster) {
        try (Connection connection = source.open()) {
            String known = ControlSchema.bindKafka(connection, flow.migration(), cluster);
            if (!known.equals(cluster)) {
                throw new ProblemException(new Problem(
                        Problem.Kind.REFUSED,
                        kafka.toString(),
                        "The changes of " + flow.migration() + " are in another Kafka: cluster " + known
                                + ", and this is" + " cluster " + cluster + ". Nothing was done.",
                        plan.file().kafka().isPresent()
                                ? "Name the Kafka that the migration began with; if it is lost, copy the tables again under a"
                                        + " new migration name."
                                : "The embedded broker keeps its data in ./data: start where the migration began, or name"
                                        + " that directory with --data; if it is lost, copy the tables again under a new"
                                        + " migration name."));
            }
        } catch (SQLException e) {
            throw new ProblemException(source.problem(e), e);
        }
    }

    private void prepare(PostgresConnections database) {
        try (Connection connection = database.open()) {
            ControlSchema.create(connection);
            ControlSchema.register(connection, flow.migration());
        } catch (SQLException e) {
            throw new ProblemException(database.problem(e), e);
        }
    }

    /**
     * Sees to the flow's topics.
     *
     * @return the partitions that apply reads
     * @throws ProblemException when Kafka does not answer, or a topic has another number of partitions
     */
    List<InputPartition> topics(KafkaAccess kafka) {
        ChangeTopics topics = changeTopics(kafka, plan);
        topics.ensure(captured());
        return inputs(plan, topics);
    }

    /** All that the flow's apply reads. Creates topics that are missing. */
    static List<InputPartition> inputs(FlowPlan plan, ChangeTopics topics) {
        int count = plan.file().topics().partitions();
        List<InputPartition> partitions = new ArrayList<>();
        topics.ensureTopics(plan.appliedTopics(), captured(plan))
                .forEach((topic, id) -> partitions.addAll(partitions(topic, id, count)));
        return partitions;
    }

    static ChangeTopics changeTopics(KafkaAccess kafka, FlowPlan plan) {
        return new ChangeTopics(
                kafka.settings(),
                plan.flow(),
                plan.routes(),
                topicSettings(plan.file().topics()));
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
        new TruncateTriggers(source, flow.migration()).ensure(captured());
        new Publication(source, flow).ensure(captured());
    }

    private List<TableId> captured() {
        return captured(plan);
    }

    private static List<TableId> captured(FlowPlan plan) {
        return plan.captured().stream().map(PostgresTable::id).toList();
    }
}
