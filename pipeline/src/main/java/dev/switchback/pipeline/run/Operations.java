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
    private final OperatedFlow forward;
    private final OperatedFlow reverse;
    private final Parts parts;

    private Operations(Plan plan, KafkaAccess kafka, Ledger ledger, Duration bound) {
        this.ledger = ledger;
        // While writes are refused there is no time to connect.
        this.source = plan.forward().from().pooled(bound);
        this.destination = plan.forward().to().pooled(bound);
        Map<Side, PostgresConnections> databases = Map.of(Side.SOURCE, source, Side.DESTINATION, destination);
        Map<Side, Parts.Database> sides = sides(plan, databases);
        this.forward = new OperatedFlow(plan.forward(), kafka, control(sides, Side.SOURCE), destination, ledger);
        this.reverse = new OperatedFlow(plan.back(), kafka, control(sides, Side.DESTINATION), source, ledger);
        Map<Direction, Parts.Applying> flows = Map.of(Direction.FORWARD, forward, Direction.REVERSE, reverse);
        this.parts = new Parts(
                ledger,
                sides,
                flows,
                findings(plan, kafka, databases, sides, flows),
                new OperatedSequences(plan, source, destination),
                new Hooks(plan.file().migration(), databases)
                        .of(plan.file().operations().hooks()));
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
        String migration = plan.file().migration();
        Duration bound = answerWithin.compareTo(LEAST) < 0 ? LEAST : answerWithin;
        // Nothing is refused yet: a Kafka that is slow to meet may take its time.
        if (!new LedgerTopic(kafka.settings(), migration).exists()) {
            throw new ProblemException(new Problem(
                    Problem.Kind.REFUSED,
                    "migration " + migration,
                    "It has not run yet.",
                    "Start it with switchback run, and let it copy the tables."));
        }
        LedgerTopic topic = new LedgerTopic(kafka.settings(), migration, bound);
        return new Operations(plan, kafka, new KafkaLedger(topic, ThisProcess.name(), Clock.systemUTC()), bound);
    }

    /** Both databases, as whoever moves the writes uses them. */
    static Map<Side, Parts.Database> sides(Plan plan) {
        return sides(
                plan,
                Map.of(
                        Side.SOURCE, plan.forward().from(),
                        Side.DESTINATION, plan.forward().to()));
    }

    private static Map<Side, Parts.Database> sides(Plan plan, Map<Side, PostgresConnections> databases) {
        Map<Side, Parts.Database> sides = new EnumMap<>(Side.class);
        databases.forEach((side, database) -> {
            List<TableId> tables =
                    side == Side.SOURCE ? plan.sources() : plan.forward().destinations();
            String migration = plan.file().migration();
            Fence fence = Fences.of(plan.file().operations(), side, database, migration, tables);
            sides.put(side, new Parts.Database(new PostgresControl(database, migration), fence));
        });
        return sides;
    }

    private static Control control(Map<Side, Parts.Database> sides, Side side) {
        return Objects.requireNonNull(sides.get(side)).control();
    }

    public Parts parts() {
        return parts;
    }

    @Override
    public void close() {
        forward.close();
        reverse.close();
        ledger.close();
        source.close();
        destination.close();
    }
}
