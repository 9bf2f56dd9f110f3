package dev.switchback.pipeline.run;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.switchback.connectors.postgres.fence.PostgresControl;
import dev.switchback.connectors.postgres.fence.TriggerFence;
import dev.switchback.connectors.spi.Control;
import dev.switchback.connectors.spi.Direction;
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
        Map<Side, Parts.Database> sides = sides(plan);
        this.forward = new OperatedFlow(plan.forward(), kafka, control(plan.forward()), ledger);
        this.reverse = new OperatedFlow(plan.back(), kafka, control(plan.back()), ledger);
        this.parts = new Parts(
                ledger,
                sides,
                Map.of(Direction.FORWARD, forward, Direction.REVERSE, reverse),
                List.of(new WayBackFinding(plan)),
                new OperatedSequences(plan),
                List.of());
    }

    /**
     * Opens what an operation needs.
     *
     * @param answerWithin bounds each wait for the ledger: while one lasts, applications may be refused
     * @throws ProblemException when the migration has never run, or Kafka does not answer
     */
    public static Operations open(Plan plan, KafkaAccess kafka, Duration answerWithin) {
        String migration = plan.file().migration();
        LedgerTopic topic = new LedgerTopic(kafka.settings(), migration, answerWithin);
        if (!topic.exists()) {
            throw new ProblemException(new Problem(
                    Problem.Kind.REFUSED,
                    "migration " + migration,
                    "It has not run yet.",
                    "Start it with switchback run, and let it copy the tables."));
        }
        return new Operations(plan, kafka, new KafkaLedger(topic, ThisProcess.name(), Clock.systemUTC()));
    }

    /** Both databases, as whoever moves the writes uses them. */
    static Map<Side, Parts.Database> sides(Plan plan) {
        String migration = plan.file().migration();
        FlowPlan forward = plan.forward();
        return Map.of(
                Side.SOURCE,
                new Parts.Database(control(forward), new TriggerFence(forward.from(), migration, forward.sources())),
                Side.DESTINATION,
                new Parts.Database(
                        control(plan.back()), new TriggerFence(forward.to(), migration, forward.destinations())));
    }

    /** The control row of the side that a flow reads. */
    private static Control control(FlowPlan flow) {
        return new PostgresControl(flow.from(), flow.flow().migration());
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
