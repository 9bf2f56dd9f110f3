package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.NotInChargeException;

/** The lock that each transaction of an operator takes first. Stateless. */
final class ControlLock {

    /**
     * The table first: apply's transactions share the row, and where several follow each other closely, who waits for the
     * row alone waits for ever. For the table whoever comes next queues behind.
     */
    private static final String LOCK_TABLE = "LOCK TABLE switchback.control IN EXCLUSIVE MODE";

    private static final String LOCK =
            "SELECT epoch, direction, fence FROM switchback.control WHERE migration = ? FOR UPDATE";

    /** After how long the server ends a transaction of an operator that stands still, so that nobody waits for it. */
    private static final Duration STALL = Duration.ofSeconds(2);

    /** How long an operator waits for apply's transactions that are under way; nobody else waits behind it. */
    private static final Duration WAIT = Duration.ofSeconds(10);

    private ControlLock() {}

    /** How a transaction of an operator begins; its connection is not in auto-commit mode. */
    static void begin(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = on;"
                    + " SET LOCAL statement_timeout = " + WAIT.toMillis()
                    + "; SET LOCAL idle_in_transaction_session_timeout = " + STALL.toMillis());
        }
    }

    /** Waits until no transaction of apply is under way, and keeps others out until this one ends. */
    static void table(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK_TABLE);
        }
    }

    /**
     * Locks the control row until the transaction ends.
     *
     * @return whether the row says that the fence is closed
     * @throws NotInChargeException when it names another epoch or direction, or is gone
     */
    static boolean take(Connection connection, String migration, Authority authority) throws SQLException {
        table(connection);
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setString(1, migration);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new NotInChargeException(
                            "switchback.control of " + connection.getCatalog() + " has no row for " + migration);
                }
                String direction = row.getString(2);
                if (row.getLong(1) != authority.epoch()
                        || !direction.equals(authority.direction().lowerCase())) {
                    throw new NotInChargeException(connection.getCatalog() + " has " + migration + " in epoch "
                            + row.getLong(1) + ", direction " + direction + "; this operator is of epoch "
                            + authority.epoch() + ", direction "
                            + authority.direction().lowerCase());
                }
                return row.getString(3).equals("fenced");
            }
        }
    }
}
