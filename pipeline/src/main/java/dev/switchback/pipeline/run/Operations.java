package dev.switchback.pipeline.run;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.fence.PostgresControl;
import dev.switchback.connectors.spi.Control;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Fence;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.around.Fences;
import dev.switchback.pipeline.migration.around.Hooks;
import dev.switchback.pipeline.migration.check.Checks;
import dev.switchback.pipeline.migration.check.LagCheck;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.pipeline.migration.topic.KafkaLedger;
import dev.switchback.pipeline.migration.topic.LedgerTopic;
import dev.switchback.pipeline.migration.topic.ThisProcess;
import dev.switchback.pipeline.plan.FlowPlan;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.status.Backlog;
import dev.switchback.pipeline.status.Status;
import dev.switchback.pipeline.status.StatusReader;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * A migration in an operator's hands: its ledger, both databases, both flows, put together for {@link
 * dev.switchback.pipeline.migration.operation.Cutover}. For one thread.
 */
public final class Operations implements AutoCloseable {

    /** What one that is merely busy may take. */
    private static final Duration LEAST = Duration.ofSeconds(5);

    private final Ledger ledger;
    private final PostgresConnections source;
    private final PostgresConnections destination;
    private final List<OperatedFlow> flows;
    private final Parts parts;

    private Operations(MigrationFile file, Ledger ledger, Duration bound) {
        this.ledger = ledger;
        // While writes are refused there is no time to connect.
        this.source = Plan.source(file).pooled(bound);
        this.destination = Plan.destination(file).pooled(bound);
        this.flows = List.of();
        this.parts = Parts.toSettle(ledger, sides(file, databases()), hooks(file));
    }

    private Operations(Plan plan, KafkaAccess kafka, Ledger ledger, Duration bound) {
        this.ledger = ledger;
        this.source = Plan.source(plan.file()).pooled(bound);
        this.destination = Plan.destination(plan.file()).pooled(bound);
        Map<Side, Parts.Database> sides = sides(plan.file(), databases());
        OperatedFlow forward =
                new OperatedFlow(plan.forward(), kafka, control(sides, Side.SOURCE), destination, ledger);
        OperatedFlow reverse = new OperatedFlow(plan.back(), kafka, control(sides, Side.DESTINATION), source, ledger);
        this.flows = List.of(forward, reverse);
        Map<Direction, Parts.Applying> directions = Map.of(Direction.FORWARD, forward, Direction.REVERSE, reverse);
        this.parts = new Parts(
                ledger,
                sides,
                directions,
                findings(plan, kafka, databases(), sides, directions),
                new OperatedSequences(plan, source, destination),
                hooks(plan.file()));
    }

    private Map<Side, PostgresConnections> databases() {
        return Map.of(Side.SOURCE, source, Side.DESTINATION, destination);
    }

    private List<Parts.Hook> hooks(MigrationFile file) {
        return new Hooks(file.migration(), databases()).of(file.operations().hooks());
    }

    private static List<Parts.Finding> findings(
            Plan plan,
            KafkaAccess kafka,
            Map<Side, PostgresConnections> databases,
            Map<Side, Parts.Database> sides,
            Map<Direction, Parts.Applying> flows) {
        List<Parts.Finding> findings = new ArrayList<>();
        findings.add(new ReadinessFinding(plan));
        findings.addAll(Checks.of(new Checks.Subjects(
                        databases,
                        Map.of(
                                Side.SOURCE,
                                        Objects.requireNonNull(sides.get(Side.SOURCE))
                                                .fence(),
                                Side.DESTINATION,
                                        Objects.requireNonNull(sides.get(Side.DESTINATION))
                                                .fence()),
                        flows,
                        plan.forward().tables().stream()
                                .map(FlowPlan.PlannedTable::pair)
                                .toList(),
                        direction -> lag(plan, kafka, direction),
                        LagCheck.BOUND))
                .findings());
        return findings;
    }

    /** How far behind a flow is; empty where something that would tell does not answer. */
    private static Optional<Duration> lag(Plan plan, KafkaAccess kafka, Direction direction) {
        FlowPlan flow = direction == Direction.FORWARD ? plan.forward() : plan.back();
        try (SchemaStore schemas = kafka.schemas(plan.file());
                StatusReader reader = new StatusReader(
                        plan.file(),
                        flow.flow(),
                        flow.from(),
                        flow.to(),
                        () -> new Backlog(kafka.settings(), schemas))) {
            Status status = reader.read();
            return status.known() && status.problems().isEmpty() ? Optional.of(status.lag()) : Optional.empty();
        }
    }

    /**
     * Opens what an operation needs.
     *
     * @param answerWithin bounds each wait for the ledger or a database: while one lasts, applications may be refused
     * @throws ProblemException when the migration has never run, or Kafka does not answer
     */
    public static Operations open(Plan plan, KafkaAccess kafka, Duration answerWithin) {
        Duration bound = bound(answerWithin);
        return new Operations(plan, kafka, ledger(plan.file(), kafka, bound), bound);
    }

    /**
     * Opens what is enough to end an operation that another has begun. Looks at neither database: what an undo can do
     * without is not asked for.
     *
     * @param answerWithin as for {@link #open}
     * @throws ProblemException as {@link #open} does
     */
    public static Operations toSettle(MigrationFile file, KafkaAccess kafka, Duration answerWithin) {
        Duration bound = bound(answerWithin);
        return new Operations(file, ledger(file, kafka, bound), bound);
    }

    private static Duration bound(Duration answerWithin) {
        return answerWithin.compareTo(LEAST) < 0 ? LEAST : answerWithin;
    }

    private static Ledger ledger(MigrationFile file, KafkaAccess kafka, Duration bound) {
        // Nothing is refused yet: a Kafka that is slow to meet may take its time.
        if (!new LedgerTopic(kafka.settings(), file.migration()).exists()) {
            throw new ProblemException(new Problem(
                    Problem.Kind.REFUSED,
                    "migration " + file.migration(),
                    "It has not run yet.",
                    "Start it with switchback run, and let it copy the tables."));
        }
        LedgerTopic topic = new LedgerTopic(kafka.settings(), file.migration(), bound);
        return new KafkaLedger(topic, ThisProcess.name(), Clock.systemUTC());
    }

    /** Both databases, as whoever moves the writes uses them. */
    static Map<Side, Parts.Database> sides(MigrationFile file) {
        return sides(file, Map.of(Side.SOURCE, Plan.source(file), Side.DESTINATION, Plan.destination(file)));
    }

    private static Map<Side, Parts.Database> sides(MigrationFile file, Map<Side, PostgresConnections> databases) {
        Map<Side, Parts.Database> sides = new EnumMap<>(Side.class);
        databases.forEach((side, database) -> {
            Fence fence = Fences.of(file.operations(), side, database, file.migration(), tables(file, side));
            sides.put(side, new Parts.Database(new PostgresControl(database, file.migration()), fence));
        });
        return sides;
    }

    private static List<TableId> tables(MigrationFile file, Side side) {
        return file.tables().values().stream()
                .map(table -> side == Side.SOURCE ? table.source() : table.destination())
                .distinct()
                .toList();
    }

    private static Control control(Map<Side, Parts.Database> sides, Side side) {
        return Objects.requireNonNull(sides.get(side)).control();
    }

    public Parts parts() {
        return parts;
    }

    @Override
    public void close() {
        flows.forEach(OperatedFlow::close);
        ledger.close();
        source.close();
        destination.close();
    }
}
