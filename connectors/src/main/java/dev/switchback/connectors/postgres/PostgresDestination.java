package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.Destination;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;

/** A PostgreSQL database that mutations are applied to. Thread-safe; each session has a connection of its own. */
public final class PostgresDestination implements Destination {

    private final PostgresConnections connections;
    private final ApplySettings settings;
    private final FaultPoints faults;
    private final Function<InputChange, String> sourceKeys;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** @param sourceKeys which source row a change is of, for people; used for held changes only */
    public PostgresDestination(
            PostgresConnections connections,
            ApplySettings settings,
            FaultPoints faults,
            Function<InputChange, String> sourceKeys) {
        this.connections = connections;
        this.settings = settings;
        this.faults = faults;
        this.sourceKeys = sourceKeys;
    }

    /**
     * Creates schema {@code switchback} and the migration's control row where they are missing.
     *
     * @throws ProblemException when a privilege is missing, or the destination does not answer
     */
    public void prepare(String migration) {
        try (Connection connection = connections.open()) {
            ControlSchema.create(connection);
            ControlSchema.register(connection, migration);
        } catch (SQLException failure) {
            throw unprepared(failure);
        }
    }

    /**
     * What an operator should know before applying starts, one sentence each, none where there is nothing to say.
     *
     * @throws ProblemException when the destination does not answer
     */
    public List<String> notices() {
        try (Connection connection = connections.open()) {
            return ApplyConnection.takeReplicaRole(connection) ? List.of() : List.of(triggersFire());
        } catch (SQLException failure) {
            throw SystemFailure.explain(connections, failure);
        }
    }

    /** @throws ProblemException when the destination refuses the login, or has no control row of the migration */
    @Override
    public ApplySession open(Flow flow) {
        return new PostgresSession(connections, settings, faults, closed, sourceKeys, flow);
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private String triggersFire() {
        return connections.where() + ": the role \"" + connections.settings().user()
                + "\" may not set session_replication_role, so triggers of the tables fire for applied rows, and foreign"
                + " keys are checked although rows of different tables arrive in no fixed order: changes may be held and"
                + " retried. To prevent it: GRANT SET ON PARAMETER session_replication_role TO "
                + Sql.name(connections.settings().user()) + " (PostgreSQL 15 and newer), or use a superuser.";
    }

    private ProblemException unprepared(SQLException failure) {
        if (!"42501".equals(failure.getSQLState())) {
            return SystemFailure.explain(connections, failure);
        }
        return new ProblemException(
                new Problem(
                        Kind.REFUSED,
                        connections.where(),
                        "The role \"" + connections.settings().user()
                                + "\" may not create schema switchback or write to" + " it: " + failure.getMessage()
                                + ".",
                        "Run there: GRANT CREATE ON DATABASE "
                                + Sql.name(connections.settings().database()) + " TO "
                                + Sql.name(connections.settings().user())
                                + "; or CREATE SCHEMA switchback AUTHORIZATION "
                                + Sql.name(connections.settings().user()) + "."),
                failure);
    }
}
