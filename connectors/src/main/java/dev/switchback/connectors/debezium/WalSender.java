package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.transforms.problem.ProblemException;

/**
 * The server's process that sends us the log.
 *
 * @param slot the slot it reads
 */
record WalSender(String slot, int pid) {

    private static final Logger LOG = LoggerFactory.getLogger(WalSender.class);

    /** Whether it still reads the slot. */
    boolean reads(Connection connection) throws SQLException {
        return ask(connection, "SELECT 1 FROM pg_replication_slots WHERE slot_name = ? AND active_pid = ?");
    }

    /** Whether it waits for log, or for us to take what it sends, instead of working on what it has. */
    boolean waits(Connection connection) throws SQLException {
        return ask(
                connection,
                "SELECT 1 FROM pg_replication_slots JOIN pg_stat_activity ON pid = active_pid"
                        + " WHERE slot_name = ? AND active_pid = ? AND wait_event_type IN ('Activity', 'Client')");
    }

    /**
     * Ends it if it still reads the slot: another process under the same id is left alone.
     *
     * @param within returns no later, even if the server does not answer
     */
    void end(PostgresConnections source, Duration within) {
        Thread ending = new Thread(() -> end(source), "capture-end-sender");
        ending.setDaemon(true);
        ending.start();
        try {
            ending.join(within.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void end(PostgresConnections source) {
        try (Connection connection = source.open()) {
            ask(
                    connection,
                    "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                            + " WHERE slot_name = ? AND active_pid = ?");
        } catch (SQLException | ProblemException failure) {
            LOG.warn("The server may go on sending the log for a while: {}", failure.getMessage());
        }
    }

    private boolean ask(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, slot);
            statement.setInt(2, pid);
            try (ResultSet answer = statement.executeQuery()) {
                return answer.next();
            }
        }
    }
}
