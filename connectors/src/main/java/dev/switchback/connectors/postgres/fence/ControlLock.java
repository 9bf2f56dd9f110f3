package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.NotInChargeException;

/** The lock that each transaction of an operator takes first. Stateless. */
final class ControlLock {

    private static final String LOCK =
            "SELECT epoch, direction, fence FROM switchback.control WHERE migration = ? FOR UPDATE";

    private ControlLock() {}

    /**
     * Locks the control row until the transaction ends.
     *
     * @return whether the row says that the fence is closed
     * @throws NotInChargeException when it names another epoch or direction, or is gone
     */
    static boolean take(Connection connection, String migration, Authority authority) throws SQLException {
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
