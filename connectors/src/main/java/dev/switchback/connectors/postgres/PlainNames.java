package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;

/**
 * Runs catalogue queries with an empty search path, so that {@code format_type} qualifies every name outside {@code
 * pg_catalog} whatever the role's own path is; leaves the session as it was.
 */
final class PlainNames {

    /** What to read. */
    @FunctionalInterface
    interface Reading<T> {
        T read() throws SQLException;
    }

    private PlainNames() {}

    static <T> T read(Connection connection, Reading<T> reading) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        if (autoCommit) {
            connection.setAutoCommit(false);
        }
        // Rolling back to the savepoint is what gives the caller its search path back.
        Savepoint before = connection.setSavepoint();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL search_path = ''");
            return reading.read();
        } finally {
            connection.rollback(before);
            connection.releaseSavepoint(before);
            if (autoCommit) {
                connection.setAutoCommit(true);
            }
        }
    }
}
