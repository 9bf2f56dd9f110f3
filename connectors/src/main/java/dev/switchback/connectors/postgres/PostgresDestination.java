package dev.switchback.connectors.postgres;

import java.util.List;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.Destination;
import dev.switchback.connectors.spi.Flow;

/** A PostgreSQL database that mutations are applied to. Thread-safe; each session has a connection of its own. */
@SuppressWarnings({"UnusedVariable", "DoNotCallSuggester"}) // signatures first
public final class PostgresDestination implements Destination {

    public PostgresDestination(PostgresSettings settings) {
        this(settings, ApplySettings.DEFAULTS);
    }

    public PostgresDestination(PostgresSettings settings, ApplySettings apply) {}

    /**
     * Creates schema {@code switchback} and the migration's control row where they are missing.
     *
     * @throws dev.switchback.transforms.problem.ProblemException when a privilege is missing, or the destination does not
     *     answer
     */
    public void prepare(String migration) {
        throw new UnsupportedOperationException();
    }

    /**
     * What an operator should know before applying starts, one sentence each: for example that triggers and foreign keys
     * will fire because the role may not set {@code session_replication_role}.
     */
    public List<String> notices() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ApplySession open(Flow flow, long epoch) {
        throw new UnsupportedOperationException();
    }
}
