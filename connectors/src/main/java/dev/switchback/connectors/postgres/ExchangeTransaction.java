package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.switchback.connectors.postgres.ApplyTransaction.Parts;
import dev.switchback.connectors.spi.Batch.Work;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.mutation.OnConflict;

/**
 * Held changes that keep each other from being applied, such as two rows whose unique values one statement exchanged: all
 * their rows are taken out and put in again as they are to be, in one transaction. That takes the whole rows, and that
 * nothing hears of the delete, see {@link Reinsertion}. Not thread-safe.
 *
 * <p>Some of the changes may be of partitions that others own. As with an operator's discard, the lock on a held change
 * decides: whoever holds a key's first change in {@code switchback.held} applies it, and nobody applies a later one.
 */
final class ExchangeTransaction {

    /** Each round leaves at least one change out. */
    private static final int ROUNDS = 10;

    private final Parts parts;
    private final HeldLock lock;
    private final InputChange change;
    private final Map<InputChange, Upsert> rows = new LinkedHashMap<>();
    private final DestinationTable table;

    /** @param rows what each of them makes of its row, all of one table */
    ExchangeTransaction(Parts parts, HeldChange held, Map<HeldChange, Upsert> rows) {
        this.parts = parts;
        this.change = held.change();
        this.lock = new HeldLock(parts, change, true);
        rows.forEach((each, row) -> this.rows.put(each.change(), row));
        Upsert own = rows.get(held);
        if (own == null) {
            throw new IllegalArgumentException(change + " is not among those that are exchanged");
        }
        this.table = own.table();
    }

    /** @return whether the first of them is no longer held */
    boolean run(Connection connection) throws SQLException {
        if (!lock.take(connection)) {
            return true;
        }
        Map<InputChange, Upsert> candidates = locked(connection);
        if (!table.onConflict().equals(OnConflict.OVERWRITE)
                || parts.connection().triggersFire()
                || !Reinsertion.isUnheard(connection, table)) {
            connection.rollback();
            return false;
        }
        ApplyTransaction.checkConstraintsAtOnce(connection);
        for (int round = 0; round < ROUNDS && candidates.size() > 1 && candidates.containsKey(change); round++) {
            Savepoint before = connection.setSavepoint();
            List<InputChange> refused = reinsert(connection, candidates);
            if (refused.isEmpty()) {
                for (InputChange applied : candidates.keySet()) {
                    parts.held().remove(connection, applied);
                }
                lock.commit(connection);
                return true;
            }
            connection.rollback(before);
            refused.forEach(candidates::remove);
        }
        connection.rollback();
        return false;
    }

    private Map<InputChange, Upsert> locked(Connection connection) throws SQLException {
        List<InputChange> held = parts.held().lockFirst(connection, List.copyOf(rows.keySet()));
        Map<InputChange, Upsert> locked = new LinkedHashMap<>(rows);
        locked.keySet().removeIf(each -> !each.equals(change) && !held.contains(each));
        return locked;
    }

    /** @return those that cannot be put in although every row of the others was taken out first */
    private List<InputChange> reinsert(Connection connection, Map<InputChange, Upsert> candidates) throws SQLException {
        List<InputChange> refused = new ArrayList<>();
        try {
            parts.writes()
                    .write(
                            parts.connection(),
                            candidates.entrySet().stream()
                                    .map(each -> new Work(
                                            new Remove(
                                                    each.getValue().table(),
                                                    each.getValue().key()),
                                            List.of(each.getKey())))
                                    .toList());
        } catch (RowsRefused notEvenRemoved) {
            return List.of(change);
        }
        for (Map.Entry<InputChange, Upsert> each : candidates.entrySet()) {
            Savepoint before = connection.setSavepoint();
            try {
                parts.writes().write(parts.connection(), List.of(new Work(each.getValue(), List.of(each.getKey()))));
                connection.releaseSavepoint(before);
            } catch (RowsRefused stillInTheWay) {
                connection.rollback(before);
                refused.add(each.getKey());
            }
        }
        return refused;
    }
}
