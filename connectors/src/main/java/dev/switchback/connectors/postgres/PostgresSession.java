package dev.switchback.connectors.postgres;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.connectors.spi.Mandate;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * One stream thread's transactions at a PostgreSQL destination. Each call is tried again as a whole where its failure may
 * pass; what a lost connection left behind is settled first, see {@link ApplyTransaction}.
 */
final class PostgresSession implements ApplySession {

    /** One try of a call, in a transaction of its own. */
    @FunctionalInterface
    private interface Try<T> {
        T run(Connection connection) throws SQLException;
    }

    private final PostgresConnections connections;
    private final ApplySettings settings;
    private final CountDownLatch closed;
    private final ApplyConnection connection;
    private final Mandate mandate;
    private final ApplyTransaction.Parts parts;

    /** Connects. */
    PostgresSession(
            PostgresConnections connections,
            ApplySettings settings,
            FaultPoints faults,
            CountDownLatch closed,
            Function<InputChange, String> sourceKeys,
            Flow flow) {
        this.connections = connections;
        this.settings = settings;
        this.closed = closed;
        this.connection = new ApplyConnection(connections, settings, flow);
        this.mandate = mandate(flow);
        this.parts = new ApplyTransaction.Parts(
                connection,
                new Checkpoints(flow, mandate),
                new HeldQueue(flow),
                new BulkWrites(flow.migration()),
                faults,
                sourceKeys);
    }

    private Mandate mandate(Flow flow) {
        Optional<ControlRow> row = patiently(opened -> {
            Optional<ControlRow> found = ControlSchema.control(opened, flow.migration());
            opened.commit();
            return found;
        });
        return row.orElseThrow(() -> new ProblemException(new Problem(
                        Problem.Kind.REFUSED,
                        connections.where(),
                        "It has no control row of " + flow.migration()
                                + " any more: it was restored, or somebody deleted it.",
                        "Connect to the right database, or copy the tables again under a new migration name.")))
                .mandate(flow.direction());
    }

    @Override
    public Mandate mandate() {
        return mandate;
    }

    @Override
    public Map<InputPartition, Checkpoint> claim(Collection<InputPartition> inputs) {
        return patiently(connection -> {
            Map<InputPartition, Checkpoint> found = parts.checkpoints().claim(connection, inputs);
            connection.commit();
            return found;
        });
    }

    @Override
    public List<HeldChange> apply(Batch batch) {
        ApplyTransaction transaction = new ApplyTransaction(parts, batch);
        return patiently(transaction::run);
    }

    @Override
    public List<HeldChange> held(Collection<InputPartition> inputs) {
        return reading(connection -> parts.held().all(connection, inputs));
    }

    @Override
    public Map<InputPartition, Set<ByteBuffer>> heldKeys(Collection<InputPartition> inputs) {
        return reading(connection -> parts.held().keys(connection, inputs));
    }

    @Override
    public List<HeldChange> due(Collection<InputPartition> inputs) {
        return reading(connection -> parts.held().due(connection, inputs));
    }

    @Override
    public boolean retry(HeldChange held, List<Mutation> mutations) {
        RetryTransaction transaction = new RetryTransaction(parts, null, held, mutations);
        return patiently(transaction::run);
    }

    @Override
    public List<HeldChange> behind(HeldChange held) {
        return reading(connection -> parts.held().behind(connection, held.change()));
    }

    @Override
    public boolean supersede(HeldChange first, HeldChange held, List<Mutation> mutations) {
        RetryTransaction transaction = new RetryTransaction(parts, first, held, mutations);
        return patiently(transaction::run);
    }

    @Override
    public List<HeldChange> rivals(HeldChange held) {
        return reading(connection -> parts.held().rivals(connection, held.change()));
    }

    @Override
    public boolean exchange(HeldChange held, Map<HeldChange, Upsert> rows) {
        ExchangeTransaction transaction = new ExchangeTransaction(parts, held, rows);
        return patiently(transaction::run);
    }

    @Override
    public void postpone(HeldChange held) {
        RetryTransaction transaction = new RetryTransaction(parts, null, held, List.of());
        patiently(connection -> {
            transaction.postpone(connection);
            return held;
        });
    }

    @Override
    public void close() {
        connection.close();
    }

    private <T> T reading(Try<T> reading) {
        return patiently(connection -> {
            T found = reading.run(connection);
            connection.commit();
            return found;
        });
    }

    private <T> T patiently(Try<T> call) {
        Patience patience = new Patience(connections.where(), settings.retryFor(), closed);
        while (true) {
            try {
                T result = call.run(connection.get());
                patience.succeeded();
                return result;
            } catch (SQLException failure) {
                leave(failure);
                patience.pause(failure);
            } catch (RuntimeException | Error failure) {
                connection.rollback();
                throw failure;
            }
        }
    }

    /** Gets out of the failed transaction; throws when trying again is of no use. */
    private void leave(SQLException failure) {
        switch (FailureKind.of(failure)) {
            case PASSING -> connection.rollback();
            case DISCONNECTED -> connection.drop();
            case ROWS, SYSTEM -> {
                connection.rollback();
                throw SystemFailure.explain(connections, failure);
            }
        }
    }
}
