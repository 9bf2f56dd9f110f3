package dev.switchback.topology;

import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.FaultPoints.Point;
import dev.switchback.pipeline.broker.EmbeddedBroker;
import dev.switchback.pipeline.topology.ApplyListener;
import dev.switchback.pipeline.topology.ApplyRole;
import dev.switchback.pipeline.topology.ApplySettings;
import dev.switchback.pipeline.topology.BufferBounds;
import dev.switchback.pipeline.topology.Joins;
import dev.switchback.platform.Await;

/** With real Streams on a real broker: whatever Streams commits, the destination has already. */
class FlushBeforeCommitTest {

    /** Nothing but a Streams commit flushes. */
    private static final BufferBounds NEVER = new BufferBounds(1_000_000, 1L << 40, Duration.ofHours(1));

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private static EmbeddedBroker broker;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start(directory.resolve("broker"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void theBufferIsFlushedBeforeEveryCommit() {
        MemoryDestination destination = new MemoryDestination();
        try (BrokerChangeLog log = BrokerChangeLog.withTopic(broker.bootstrapServers(), "commits", STORE, 3)) {
            Queue<Map<Integer, Long>> behind = new ConcurrentLinkedQueue<>();
            Queue<Point> points = new ConcurrentLinkedQueue<>();
            FaultPoints look = point -> {
                points.add(point);
                if (point == Point.AFTER_STREAMS_COMMIT) {
                    lacking(log, destination).ifPresent(behind::add);
                }
            };
            try (ApplyRole role = role(log, destination, look)) {
                role.start();
                for (int round = 0; round < 20; round++) {
                    log.insert(round * 50L, (round + 1) * 50L, "Basel");
                }
                Await.until("all changes to be committed", PATIENCE, () -> log.committed()
                        .equals(log.ends()));
                assertThat(destination.tables().rows(STORE.id())).hasSize(1_000);
            }

            assertThat(behind).isEmpty();
            assertThat(points).contains(Point.BEFORE_STREAMS_COMMIT, Point.AFTER_STREAMS_COMMIT);
        }
    }

    @Test
    void theCheckpointFollowsBehindTheTransactionMarkers() {
        MemoryDestination destination = new MemoryDestination();
        try (BrokerChangeLog log = BrokerChangeLog.withTopic(broker.bootstrapServers(), "markers", STORE, 2);
                ApplyRole role = new ApplyRole(
                        settings(log, destination, BufferBounds.DEFAULT, FaultPoints.NONE), ApplyListener.NONE)) {
            role.start();
            log.insert(0, 100, "Basel");

            Await.until("the checkpoints to be at the end", PATIENCE, () -> log.applied(destination)
                    .equals(log.ends()));
        }
    }

    private static Optional<Map<Integer, Long>> lacking(BrokerChangeLog log, MemoryDestination destination) {
        Map<Integer, Long> committed = log.committed();
        Map<Integer, Long> applied = log.applied(destination);
        // A marker may stand between the last record, which is applied, and what is committed.
        boolean behind = committed.entrySet().stream()
                .anyMatch(entry -> applied.getOrDefault(entry.getKey(), 0L) < entry.getValue() - 1);
        return behind ? Optional.of(committed) : Optional.empty();
    }

    private static ApplyRole role(BrokerChangeLog log, MemoryDestination destination, FaultPoints faults) {
        return new ApplyRole(settings(log, destination, NEVER, faults), ApplyListener.NONE);
    }

    private static ApplySettings settings(
            BrokerChangeLog log, MemoryDestination destination, BufferBounds bounds, FaultPoints faults) {
        return new ApplySettings(
                log.flow(),
                log.mappings(),
                Joins.none(log.flow()),
                log.partitions(),
                log.kafka(),
                log.schemas(),
                destination,
                1,
                bounds,
                10_000,
                directory.resolve("state"),
                Optional.empty(),
                faults);
    }
}
