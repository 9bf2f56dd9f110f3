package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.connectors.spi.Drain;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.problem.ProblemException;

/** Reads from a PostgreSQL destination's checkpoints how far a flow is applied. Thread-safe; keeps a connection open. */
public final class PostgresDrain implements Drain, AutoCloseable {

    private final PostgresConnections connections;
    private final Flow flow;
    private final Supplier<? extends Collection<InputPartition>> expected;

    private @Nullable Connection connection;

    /** @param expected all input partitions of the flow; one that has no checkpoint yet has applied nothing */
    public PostgresDrain(
            PostgresConnections connections, Flow flow, Supplier<? extends Collection<InputPartition>> expected) {
        this.connections = connections;
        this.flow = flow;
        this.expected = expected;
    }

    /** @throws IllegalStateException when no partition is expected: then nothing could ever be waited for */
    @Override
    public synchronized boolean applied(long watermark) {
        Set<InputPartition> behind = new HashSet<>(expected.get());
        if (behind.isEmpty()) {
            throw new IllegalStateException("no input partition of " + flow + " is expected");
        }
        try {
            if (connection == null) {
                connection = connections.open();
            }
            for (CheckpointRow row : ControlSchema.checkpoints(connection, flow)) {
                if (row.checkpoint().watermark() >= watermark) {
                    behind.remove(row.input());
                }
            }
            return behind.isEmpty();
        } catch (SQLException | ProblemException failure) {
            close();
            throw new DestinationException(connections.where() + " does not answer: " + failure.getMessage(), failure);
        }
    }

    @Override
    public synchronized void close() {
        Connection old = connection;
        connection = null;
        if (old != null) {
            try {
                old.close();
            } catch (SQLException failure) {
                // The server ends it on its side; the next question opens another one.
                return;
            }
        }
    }
}
