package dev.switchback.pipeline.run;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.postgres.CheckpointRow;
import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.status.Backlog;
import dev.switchback.transforms.problem.ProblemException;

/** What capture had written before it halted, and apply has yet to apply: no watermark comes behind it any more. */
final class Remainder {

    private static final Logger LOG = LoggerFactory.getLogger(Remainder.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    /** Apply that has not got any further for so long will not by waiting. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Flow flow;
    private final Backlog.Topics topics;
    private final PostgresConnections destination;
    private final Supplier<Backlog> openBacklog;

    Remainder(Flow flow, Backlog.Topics topics, PostgresConnections destination, Supplier<Backlog> openBacklog) {
        this.flow = flow;
        this.topics = topics;
        this.destination = destination;
        this.openBacklog = openBacklog;
    }

    /**
     * Waits until nothing is left, or apply gets no further.
     *
     * @param over asked between looks: whether to stop waiting
     */
    void awaitApplied(BooleanSupplier over) throws InterruptedException {
        try (Backlog backlog = openBacklog.get()) {
            awaitApplied(backlog, over);
        }
    }

    private void awaitApplied(Backlog backlog, BooleanSupplier over) throws InterruptedException {
        List<CheckpointRow> before = List.of();
        Instant moved = Instant.now();
        while (!over.getAsBoolean() && Duration.between(moved, Instant.now()).compareTo(PATIENCE) < 0) {
            try (Connection connection = destination.open()) {
                List<CheckpointRow> checkpoints = ControlSchema.checkpoints(connection, flow);
                if (backlog.oldest(topics, checkpoints).isEmpty()) {
                    return;
                }
                moved = checkpoints.equals(before) ? moved : Instant.now();
                before = checkpoints;
            } catch (SQLException | ProblemException e) {
                LOG.debug("cannot tell what is left: {}", e.getMessage());
            }
            TimeUnit.NANOSECONDS.sleep(BETWEEN_LOOKS.toNanos());
        }
    }
}
