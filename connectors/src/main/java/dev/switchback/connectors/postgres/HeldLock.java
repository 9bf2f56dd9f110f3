package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import dev.switchback.connectors.postgres.ApplyTransaction.Parts;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.InputChange;

/** The right to deal with a held change, taken anew by each try of a transaction. Not thread-safe. */
final class HeldLock {

    private final Parts parts;
    private final InputChange change;
    private final boolean first;

    private int generation;

    /** @param first whether it must be the first of its key */
    HeldLock(Parts parts, InputChange change, boolean first) {
        this.parts = parts;
        this.change = change;
        this.first = first;
    }

    /** Locks checkpoint, control row and the held change; false, and nothing locked, where it is no longer held. */
    boolean take(Connection connection) throws SQLException {
        if (generation != 0 && generation != parts.connection().generation()) {
            parts.checkpoints().reclaim(connection, List.of(change.input()));
            connection.commit();
            parts.checkpoints().reclaimed(List.of(change.input()));
        }
        generation = parts.connection().generation();
        parts.checkpoints().lock(connection, change.input());
        boolean locked = parts.held().lock(connection, change, first);
        if (!locked) {
            connection.rollback();
        }
        return locked;
    }

    void commit(Connection connection) throws SQLException {
        parts.faults().reached(FaultPoints.Point.BEFORE_DESTINATION_COMMIT);
        connection.commit();
        parts.faults().reached(FaultPoints.Point.AFTER_DESTINATION_COMMIT);
    }
}
