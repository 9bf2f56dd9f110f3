package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

import dev.switchback.connectors.postgres.PostgresConnections;

/**
 * The server's process that sends us the log.
 *
 * @param slot the slot it reads
 */
record WalSender(String slot, int pid) {

    /** Whether it still reads the slot. */
    boolean reads(Connection connection) throws SQLException {
        return ask(connection, "SELECT 1 FROM pg_replication_slots WHERE slot_name = ? AND active_pid = ?");
    }

    /** Ends it if it still reads the slot: another process under the same id is left alone. */
    void end(PostgresConnections source) throws SQLException {
        try (Connection connection = source.open()) {
            ask(
                    connection,
                    "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                            + " WHERE slot_name = ? AND active_pid = ?");
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
