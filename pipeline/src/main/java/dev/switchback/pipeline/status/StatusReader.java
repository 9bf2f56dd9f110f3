package dev.switchback.pipeline.status;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.CheckpointRow;
import dev.switchback.connectors.postgres.Conflicts;
import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.HeldChanges;
import dev.switchback.connectors.postgres.Members;
import dev.switchback.connectors.postgres.PostgresCatalog;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.ReplicationSlot;
import dev.switchback.connectors.postgres.TableCounts;
import dev.switchback.connectors.spi.Batch.TableCount;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * Reads how a migration stands, again and again: rates are those since the reading before. What does not answer keeps its
 * last known value and is named among the problems. Not thread-safe.
 */
public final class StatusReader implements AutoCloseable {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final Duration ESTIMATES_LAST = Duration.ofSeconds(30);

    private final MigrationFile file;
    private final Flow flow;
    private final KeptConnection source;
    private final KeptConnection destination;
    private final Supplier<Backlog> openBacklog;
    private @Nullable Backlog backlog;
    private SourceView sourceView = SourceView.NOTHING;
    private DestinationView destinationView = DestinationView.NOTHING;
    private Optional<Instant> oldestWaiting = Optional.empty();

    /** What the source showed. */
    record SourceView(Map<TableId, Long> estimates, Instant estimatedAt, Optional<ReplicationSlot.State> slot) {
        static final SourceView NOTHING = new SourceView(Map.of(), Instant.MIN, Optional.empty());
    }

    /** What the destination showed. */
    record DestinationView(
            List<CheckpointRow> checkpoints,
            long held,
            Map<TableId, TableCount> counts,
            Map<TableId, Conflicts.Counts> conflicts,
            List<Members.Entry> members,
            Instant at) {
        static final DestinationView NOTHING =
                new DestinationView(List.of(), 0, Map.of(), Map.of(), List.of(), Instant.EPOCH);
    }

    /**
     * @param flow what to look at
     * @param source the database that the flow reads
     * @param openBacklog opens what tells how much of Kafka is not applied; called when it is first needed
     */
    public StatusReader(
            MigrationFile file,
            Flow flow,
            PostgresConnections source,
            PostgresConnections destination,
            Supplier<Backlog> openBacklog) {
        this.file = file;
        this.flow = flow;
        this.source = new KeptConnection(source, ANSWER_WITHIN);
        this.destination = new KeptConnection(destination, ANSWER_WITHIN);
        this.openBacklog = openBacklog;
    }

    /** What can be said before anything was asked. */
    public Status unknown() {
        return new StatusComposition(
                        file,
                        flow,
                        SourceView.NOTHING,
                        destinationView,
                        DestinationView.NOTHING,
                        Optional.empty(),
                        List.of())
                .status(Instant.now());
    }

    /** How the migration stands now. */
    public Status read() {
        Instant begun = Instant.now();
        List<Problem> problems = new ArrayList<>();
        DestinationView before = destinationView;
        tried(problems, () -> sourceView = source.ask(this::readSource));
        tried(problems, () -> destinationView = destination.ask(this::readDestination));
        if (kafkaRuns()) {
            tried(problems, () -> oldestWaiting = backlog().oldest(topics(), destinationView.checkpoints()));
        }
        return new StatusComposition(file, flow, sourceView, before, destinationView, oldestWaiting, problems)
                .status(begun);
    }

    private static void tried(List<Problem> problems, Runnable reading) {
        try {
            reading.run();
        } catch (ProblemException e) {
            problems.addAll(e.problems());
        }
    }

    private SourceView readSource(Connection connection) throws SQLException {
        SourceView last = sourceView;
        boolean fresh = Duration.between(last.estimatedAt(), Instant.now()).compareTo(ESTIMATES_LAST) < 0;
        return new SourceView(
                fresh ? last.estimates() : estimates(connection),
                fresh ? last.estimatedAt() : Instant.now(),
                new ReplicationSlot(flow.slot()).state(connection));
    }

    private Map<TableId, Long> estimates(Connection connection) throws SQLException {
        Map<TableId, Long> estimates = new HashMap<>();
        new PostgresCatalog(connection)
                .tables(StatusComposition.read(file, flow))
                .forEach((id, table) -> estimates.put(id, table.estimatedRows()));
        return estimates;
    }

    private DestinationView readDestination(Connection connection) throws SQLException {
        if (ControlSchema.control(connection, flow.migration()).isEmpty()) {
            return new DestinationView(List.of(), 0, Map.of(), Map.of(), List.of(), Instant.now());
        }
        List<Members.Entry> members = new Members(flow).list(connection);
        return new DestinationView(
                ControlSchema.checkpoints(connection, flow),
                new HeldChanges(connection, flow.migration()).count(),
                TableCounts.read(connection, flow),
                flow.direction() == Direction.FORWARD ? Conflicts.counts(connection, flow.migration()) : Map.of(),
                members,
                members.stream().map(Members.Entry::now).findFirst().orElseGet(Instant::now));
    }

    /** The embedded broker runs in a member, and is not missed where there is none. */
    private boolean kafkaRuns() {
        return file.kafka().isPresent() || destinationView.members().stream().anyMatch(StatusComposition::alive);
    }

    /** Which tables have a mutation topic, or share no change topic, only a plan knows: those that exist. */
    private Backlog.Topics topics() {
        List<String> own = StatusComposition.read(file, flow).stream()
                .map(flow::changeTopic)
                .toList();
        Stream<String> mutations = file.tables().values().stream()
                .map(table -> flow.mutationTopic(StatusComposition.written(table, flow)))
                .distinct();
        return file.sharesTopic()
                ? new Backlog.Topics(
                        flow.applicationId(),
                        List.of(),
                        Stream.concat(Stream.concat(Stream.of(flow.sharedTopic()), own.stream()), mutations)
                                .toList())
                : new Backlog.Topics(flow.applicationId(), own, mutations.toList());
    }

    private Backlog backlog() {
        Backlog open = backlog;
        if (open == null) {
            open = openBacklog.get();
            backlog = open;
        }
        return open;
    }

    @Override
    public void close() {
        source.close();
        destination.close();
        Backlog open = backlog;
        if (open != null) {
            open.close();
        }
    }
}
