package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import dev.switchback.transforms.problem.ProblemException;

/**
 * Which log an LSN belongs to. A restored or promoted server has another one, in which the same LSN means something else.
 *
 * @param systemId the cluster's identifier, given at {@code initdb}; an unsigned number as text
 * @param timeline grows with every promotion
 */
public record LogIdentity(String systemId, int timeline) {

    /**
     * Asks the server over a replication connection, which needs no more than capture needs itself.
     *
     * @throws ProblemException when the server does not answer, or lets nobody ask
     */
    public static LogIdentity of(PostgresConnections connections) {
        try (Connection connection = connections.openReplication();
                Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("IDENTIFY_SYSTEM")) {
            answer.next();
            return new LogIdentity(answer.getString("systemid"), answer.getInt("timeline"));
        } catch (SQLException failure) {
            throw connections.failure(failure);
        }
    }

    @Override
    public String toString() {
        return systemId + "/" + timeline;
    }
}
