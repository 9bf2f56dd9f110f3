package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.ApplyTransaction.Parts;
import dev.switchback.connectors.spi.Batch.Work;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Clear;

/**
 * One more attempt at a held change, over as many tries as it takes: whether one that lost its connection was committed
 * shows in whether the change is still held. Not thread-safe.
 */
final class RetryTransaction {

    private final Parts parts;
    private final HeldChange held;
    private final InputChange change;
    private final List<Work> works;
    private final @Nullable HeldChange superseding;
    private final HeldLock lock;

    /**
     * @param superseding the first change of its queue that the mutations take into account, which may be itself: what is
     *     held before it is of no more consequence then; null for a change that is tried for itself
     * @throws IllegalArgumentException when the change clears a table: such a change is never held
     */
    RetryTransaction(Parts parts, @Nullable HeldChange superseding, HeldChange held, List<Mutation> mutations) {
        this.parts = parts;
        this.held = held;
        this.change = held.change();
        this.superseding = superseding;
        this.lock = new HeldLock(parts, change, superseding == null);
        this.works = mutations.stream()
                .map(mutation -> new Work(mutation, List.of(change)))
                .toList();
        if (mutations.stream().anyMatch(Clear.class::isInstance)) {
            throw new IllegalArgumentException(change + " clears a table");
        }
    }

    /** @return whether it is no longer held */
    boolean run(Connection connection) throws SQLException {
        if (!lock.take(connection)) {
            return true;
        }
        if (superseding != null && !parts.held().lock(connection, superseding.change(), false)) {
            connection.rollback();
            return false; // It is the first of its key by now.
        }
        ApplyTransaction.checkConstraintsAtOnce(connection);
        Savepoint before = connection.setSavepoint();
        try {
            if (superseding != null) {
                // Ahead of the writes, which then see what an exchange has made of an earlier one at this moment.
                parts.held().supersedeEarlier(connection, change);
            }
            for (Work work : works) {
                parts.writes().write(parts.connection(), List.of(work));
            }
            parts.held().remove(connection, change);
            lock.commit(connection);
            return true;
        } catch (RowsRefused refused) {
            connection.rollback(before);
            parts.held().postpone(connection, change, refused.reason(), refused.sqlstate());
            lock.commit(connection);
            return false;
        }
    }

    /** Puts it off without trying it, for the reason that it carries. */
    void postpone(Connection connection) throws SQLException {
        if (lock.take(connection)) {
            parts.held().postpone(connection, change, held.reason(), null);
            lock.commit(connection);
        }
    }
}
