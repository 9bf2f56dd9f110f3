package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.CarefulWrites.Refusal;
import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Batch.Advance;
import dev.switchback.connectors.spi.Batch.Work;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.connectors.spi.OwnershipLostException;
import dev.switchback.transforms.mutation.Mutation.Clear;
import dev.switchback.transforms.mutation.Mutation.OfRow;

/**
 * One batch on its way into the destination, over as many tries as it takes. Not thread-safe.
 *
 * <p>First the rows go in together. Only when the destination refuses some of them is everything rolled back and written
 * carefully. When a try lost its connection, the next one first takes the checkpoints over from what may be left of it,
 * which waits for its transaction to end, and reads from them whether it was committed.
 */
final class ApplyTransaction {

    /**
     * What a session's transactions are made with.
     *
     * @param sourceKeys which source row a change is of, for people
     */
    record Parts(
            ApplyConnection connection,
            Checkpoints checkpoints,
            HeldQueue held,
            BulkWrites writes,
            FaultPoints faults,
            Function<InputChange, String> sourceKeys) {}

    /** TRUNCATE is refused for a referenced table, without its privilege, or while somebody reads the table for long. */
    private static final Set<String> DELETE_INSTEAD = Set.of("0A000", "42501", "55P03");

    private final Parts parts;
    private final Batch batch;
    private final List<InputPartition> inputs;
    private final @Nullable Clear clear;

    private int generation;
    private boolean careful;
    private boolean committing;
    private List<HeldQueue.Entry> refused = List.of();

    /** @throws IllegalArgumentException when the batch breaks the rules of {@link Batch} */
    ApplyTransaction(Parts parts, Batch batch) {
        this.parts = parts;
        this.batch = batch;
        this.inputs = batch.advances().stream().map(Advance::input).toList();
        this.clear = clear(batch);
        for (Advance advance : batch.advances()) {
            if (advance.to().nextOffset() <= advance.from().nextOffset()) {
                throw new IllegalArgumentException("a checkpoint that does not move forward: " + advance);
            }
        }
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("a batch that moves no checkpoint");
        }
    }

    /** @return the changes that the destination refused and that are now held */
    List<HeldChange> run(Connection connection) throws SQLException {
        boolean lost = generation != 0 && generation != parts.connection.generation();
        if (lost && committedBefore(connection)) {
            return refusedChanges();
        }
        generation = parts.connection.generation();
        committing = false;
        if (!careful) {
            try {
                return together(connection);
            } catch (RowsRefused refusal) {
                connection.rollback();
                careful = true;
            } catch (SQLException failure) {
                // A constraint that is checked at the commit: it says no more than that there is a guilty row.
                if (!committing || clear != null || FailureKind.of(failure) != FailureKind.ROWS) {
                    throw failure;
                }
                connection.rollback();
                committing = false;
                careful = true;
            }
        }
        return carefully(connection);
    }

    private List<HeldChange> together(Connection connection) throws SQLException, RowsRefused {
        refused = List.of();
        parts.checkpoints.advance(connection, batch);
        if (clear == null) {
            parts.writes.write(parts.connection, batch.work());
        } else {
            clear(connection, clear);
        }
        commit(connection);
        return refusedChanges();
    }

    private List<HeldChange> carefully(Connection connection) throws SQLException {
        parts.checkpoints.advance(connection, batch);
        checkConstraintsAtOnce(connection);
        refused = entries(new CarefulWrites(parts.connection, parts.writes).write(batch.work()));
        commit(connection);
        return refusedChanges();
    }

    private void commit(Connection connection) throws SQLException {
        List<HeldQueue.Entry> held = new ArrayList<>(refused);
        batch.held().forEach(change -> held.add(new HeldQueue.Entry(change, null, 0)));
        parts.held.add(connection, held);
        parts.faults.reached(FaultPoints.Point.BEFORE_DESTINATION_COMMIT);
        committing = true;
        connection.commit();
        committing = false;
        parts.faults.reached(FaultPoints.Point.AFTER_DESTINATION_COMMIT);
    }

    /** Whether the try that lost its connection was committed. If not, nothing of it can be any more. */
    private boolean committedBefore(Connection connection) throws SQLException {
        Map<InputPartition, Checkpoint> found = parts.checkpoints.reclaim(connection, inputs);
        connection.commit();
        parts.checkpoints.reclaimed(inputs);
        if (committing
                && batch.advances().stream().allMatch(advance -> advance.to().equals(found.get(advance.input())))) {
            return true;
        }
        committing = false;
        if (batch.advances().stream().allMatch(advance -> advance.from().equals(found.get(advance.input())))) {
            return false;
        }
        throw new OwnershipLostException("behind a lost connection the checkpoints are " + found
                + ", neither where the batch found them nor where it would have put them: " + batch.advances());
    }

    private void clear(Connection connection, Clear mutation) throws SQLException {
        if (!mutation.table().onConflict().clears()) {
            return;
        }
        parts.held.supersede(connection, mutation.table().id());
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL statement_timeout = 0");
            Savepoint before = connection.setSavepoint();
            try {
                statement.execute(ApplySql.truncate(mutation.table()));
            } catch (SQLException failure) {
                if (!DELETE_INSTEAD.contains(String.valueOf(failure.getSQLState()))) {
                    throw failure;
                }
                connection.rollback(before);
                parts.connection.withoutAnswerBound(() -> statement.execute(ApplySql.deleteAll(mutation.table())));
            }
        }
    }

    static void checkConstraintsAtOnce(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
        }
    }

    private List<HeldChange> refusedChanges() {
        return refused.stream().map(HeldQueue.Entry::change).toList();
    }

    /** Each change once, in the order of its topic. */
    private List<HeldQueue.Entry> entries(List<Refusal> refusals) {
        Map<InputChange, HeldQueue.Entry> entries = new LinkedHashMap<>();
        for (Refusal refusal : refusals) {
            for (Work work : refusal.works()) {
                for (InputChange change : work.changes()) {
                    entries.putIfAbsent(change, entry(change, work, refusal.refused()));
                }
            }
        }
        List<HeldQueue.Entry> ordered = new ArrayList<>(entries.values());
        ordered.sort(Comparator.comparing((HeldQueue.Entry entry) ->
                        entry.change().change().input().toString())
                .thenComparing(entry -> entry.change().change().offset()));
        return ordered;
    }

    private HeldQueue.Entry entry(InputChange change, Work work, RowsRefused refused) {
        OfRow row = (OfRow) work.mutation();
        HeldChange held = new HeldChange(
                change,
                row.table().id().toString(),
                parts.sourceKeys.apply(change),
                row.key().toString(),
                refused.reason());
        return new HeldQueue.Entry(held, refused.sqlstate(), 1);
    }

    private static @Nullable Clear clear(Batch batch) {
        Collection<Work> work = batch.work();
        for (Work each : work) {
            if (each.mutation() instanceof Clear clear) {
                boolean alone = work.size() == 1
                        && batch.held().stream().noneMatch(held -> held.table()
                                .equals(clear.table().id().toString()));
                if (!alone) {
                    throw new IllegalArgumentException(clear + " does not come alone");
                }
                return clear;
            }
        }
        return null;
    }
}
