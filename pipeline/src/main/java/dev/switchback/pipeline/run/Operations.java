package dev.switchback.pipeline.run;

import java.time.Clock;
import java.util.List;
import java.util.Map;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.fence.PostgresControl;
import dev.switchback.connectors.postgres.fence.TriggerFence;
import dev.switchback.connectors.spi.Control;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Fence;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.pipeline.migration.topic.KafkaLedger;
import dev.switchback.pipeline.migration.topic.LedgerTopic;
import dev.switchback.pipeline.migration.topic.ThisProcess;
import dev.switchback.pipeline.plan.FlowPlan;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * A migration in an operator's hands: its ledger, both databases, both flows, put together for {@link
 * dev.switchback.pipeline.migration.operation.Cutover}. For one thread.
 */
public final class Operations implements AutoCloseable {

    private final Ledger ledger;
    private final OperatedFlow forward;
    private final OperatedFlow reverse;
    private final Parts parts;

    private Operations(Plan plan, KafkaAccess kafka, Ledger ledger) {
        this.ledger = ledger;
        String migration = plan.file().migration();
        PostgresConnections source = plan.forward().from();
        PostgresConnections destination = plan.forward().to();
        Control atSource = new PostgresControl(source, migration);
        Control atDestination = new PostgresControl(destination, migration);
        this.forward = new OperatedFlow(plan.forward(), kafka, atSource, ledger);
        this.reverse = new OperatedFlow(plan.back(), kafka, atDestination, ledger);
        this.parts = new Parts(
                ledger,
                Map.of(
                        Side.SOURCE, new Parts.Database(atSource, fence(plan.forward())),
                        Side.DESTINATION, new Parts.Database(atDestination, fenceAtDestination(plan))),
                Map.of(Direction.FORWARD, forward, Direction.REVERSE, reverse),
                List.of(new WayBackFinding(plan)),
                new OperatedSequences(plan),
                List.of());
    }

    /**
     * Opens what an operation needs.
     *
     * @throws ProblemException when the migration has never run, or Kafka does not answer
     */
    public static Operations open(Plan plan, KafkaAccess kafka) {
        String migration = plan.file().migration();
        LedgerTopic topic = new LedgerTopic(kafka.settings(), migration);
        if (!topic.exists()) {
            throw new ProblemException(new Problem(
                    Problem.Kind.REFUSED,
                    "migration " + migration,
                    "It has not run yet.",
                    "Start it with switchback run, and let it copy the tables."));
        }
        return new Operations(plan, kafka, new KafkaLedger(topic, ThisProcess.name(), Clock.systemUTC()));
    }

    /** The fence of the side that a flow reads. */
    static Fence fence(FlowPlan flow) {
        return new TriggerFence(flow.from(), flow.flow().migration(), flow.sources());
    }

    private static Fence fenceAtDestination(Plan plan) {
        return new TriggerFence(
                plan.forward().to(), plan.file().migration(), plan.forward().destinations());
    }

    public Parts parts() {
        return parts;
    }

    @Override
    public void close() {
        forward.close();
        reverse.close();
        ledger.close();
    }
}
