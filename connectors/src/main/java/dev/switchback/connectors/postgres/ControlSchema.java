package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.util.List;
import java.util.Optional;

import dev.switchback.connectors.spi.Flow;

/**
 * Schema {@code switchback}: control rows, checkpoints and held changes, in each of the two databases. Stateless; a
 * connection handed in must be in autocommit mode and is left so.
 */
@SuppressWarnings({"UnusedVariable", "DoNotCallSuggester"}) // signatures first
public final class ControlSchema {

    /** The epoch of a control row that no operator has raised yet. */
    public static final long FIRST_EPOCH = 1;

    private ControlSchema() {}

    /**
     * Creates what is missing, and brings an older version up to date. Does nothing, and needs no privilege to create
     * anything, where the schema is current; safe when several processes call it at once.
     *
     * @throws dev.switchback.transforms.problem.ProblemException when a privilege is missing, or a newer Switchback has
     *     been here
     */
    public static void create(Connection connection) {
        throw new UnsupportedOperationException();
    }

    /** Adds the control row of a migration, open and in FORWARD direction, where it has none yet. */
    public static void register(Connection connection, String migration) {
        throw new UnsupportedOperationException();
    }

    /** The control row as it stands; empty where the migration, or the whole schema, is not here. */
    public static Optional<ControlRow> control(Connection connection, String migration) {
        throw new UnsupportedOperationException();
    }

    /** The checkpoints of a flow as last committed, by topic and partition; empty where the schema is not here. */
    public static List<CheckpointRow> checkpoints(Connection connection, Flow flow) {
        throw new UnsupportedOperationException();
    }
}
