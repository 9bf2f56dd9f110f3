package dev.switchback.pipeline.run;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import dev.switchback.connectors.debezium.ChangeTopics;
import dev.switchback.connectors.postgres.HeldChanges;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresDrain;
import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Control;
import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.pipeline.held.HeldText;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.Line;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.Running;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.pipeline.migration.operation.Rest;
import dev.switchback.pipeline.plan.FlowPlan;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.problem.TimeSpan;

/** A flow as an operation sees it: by its topics, and by what its destination says. Thread-safe. */
final class OperatedFlow implements Parts.Applying, AutoCloseable {

    /** Capture has to create a slot first, which waits for transactions under way. */
    private static final Duration PROVEN_WITHIN = Duration.ofSeconds(90);

    private static final Duration NEXT_PROBE = Duration.ofSeconds(1);
    private static final long BETWEEN_LOOKS_MILLIS = 20;

    /** Of the changes that are held. */
    private static final int MOST_NAMED = 3;

    private final FlowPlan plan;
    private final Control from;
    private final PostgresConnections to;
    private final Ledger ledger;
    private final ChangeTopics topics;
    private final PostgresDrain drain;
    private volatile List<InputPartition> inputs = List.of();

    /**
     * @param from the control row of the side that it reads
     * @param to the side that it writes
     */
    OperatedFlow(FlowPlan plan, KafkaAccess kafka, Control from, PostgresConnections to, Ledger ledger) {
        this.plan = plan;
        this.from = from;
        this.to = to;
        this.ledger = ledger;
        this.topics = Preparation.changeTopics(kafka, plan);
        this.drain = new PostgresDrain(to, plan.flow(), this::inputs);
    }

    private List<InputPartition> inputs() {
        if (inputs.isEmpty()) {
            inputs = Preparation.inputs(plan, topics);
        }
        return inputs;
    }

    /** The probe is a watermark: it takes the way of every change, and its checkpoint is a row that apply has written. */
    @Override
    public void prove(Authority authority, Runnable asking) {
        long deadline = System.nanoTime() + PROVEN_WITHIN.toNanos();
        long probe = from.watermark(authority);
        long sent = System.nanoTime();
        while (!arrived(probe)) {
            asking.run();
            if (System.nanoTime() > deadline) {
                throw new ProblemException(unproven());
            }
            // One that was written before capture began to read the log never arrives, but one behind it does.
            if (System.nanoTime() - sent > NEXT_PROBE.toNanos()) {
                from.watermark(authority);
                sent = System.nanoTime();
            }
            Rest.of(BETWEEN_LOOKS_MILLIS);
        }
    }

    private boolean arrived(long probe) {
        try {
            return drain.applied(probe);
        } catch (DestinationException away) {
            return false;
        }
    }

    private Problem unproven() {
        // What has hindered an operation before this one is none of it.
        Optional<Long> epoch = ledger.read().operation().map(Running::epoch);
        String why = ledger.lines().stream()
                .filter(line -> line.after().operation().map(Running::epoch).equals(epoch))
                .map(Line::entry)
                .filter(entry -> entry.record() instanceof Note.Hindered)
                .reduce((first, second) -> second)
                .map(entry -> " " + entry.by() + " says: " + ((Note.Hindered) entry.record()).why())
                .orElse("");
        return new Problem(
                Problem.Kind.REFUSED,
                "flow " + plan.flow(),
                "What is written to the " + plan.from().side() + " did not arrive at the "
                        + plan.to().side() + " within " + TimeSpan.text(PROVEN_WITHIN) + "." + why,
                "See that switchback run is up, and what switchback status says.");
    }

    @Override
    public boolean applied(long watermark) {
        return drain.applied(watermark);
    }

    @Override
    public Optional<Problem> held() {
        return asked(held -> {
            long count = held.count();
            return count == 0
                    ? Optional.empty()
                    : Optional.of(HeldText.problem(plan.flow(), count, held.list(MOST_NAMED)));
        });
    }

    @Override
    public void retryHeld() {
        int unused = asked(HeldChanges::retryAll);
    }

    private interface Question<T> {
        T of(HeldChanges held) throws SQLException;
    }

    private <T> T asked(Question<T> question) {
        try (Connection connection = to.open()) {
            return question.of(new HeldChanges(connection, plan.flow().migration()));
        } catch (SQLException | ProblemException failure) {
            throw new DestinationException(to.where() + " does not answer: " + failure.getMessage(), failure);
        }
    }

    @Override
    public void close() {
        drain.close();
    }
}
