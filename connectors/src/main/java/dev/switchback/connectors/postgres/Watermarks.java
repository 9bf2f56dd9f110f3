package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import dev.switchback.transforms.change.Watermark;

/**
 * Writes one migration's markers into a database's log. Stateless; as thread-safe as the connection it is given.
 *
 * <p>The number is taken from the migration's row in {@code switchback.control} in the transaction that emits the
 * message: its row lock makes the order of the numbers the order of the commits, and so the order in the log.
 */
public final class Watermarks {

    private final String migration;

    public Watermarks(String migration) {
        this.migration = migration;
    }

    /**
     * Emits a watermark: in a transaction of its own where the connection commits by itself, else in the caller's.
     *
     * @return its id
     * @throws IllegalStateException when the migration has no control row in this database
     */
    public long emit(Connection connection) throws SQLException {
        String sql = "WITH next AS (UPDATE switchback.control SET watermark = watermark + " + Watermark.STEP
                + " WHERE migration = ?"
                + " RETURNING watermark AS id, migration)"
                + " SELECT id, pg_logical_emit_message(true, '" + LogMessage.PREFIX + "',"
                + " json_build_object('kind', 'watermark', 'migration', migration, 'id', id)::text),"
                // Lost in a crash after it was awaited, its id would come again at another place.
                + " CASE current_setting('synchronous_commit') WHEN 'off' THEN"
                + " set_config('synchronous_commit', 'on', true) END FROM next";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, migration);
            try (ResultSet answer = statement.executeQuery()) {
                if (!answer.next()) {
                    throw new IllegalStateException("no row for " + migration + " in switchback.control");
                }
                return answer.getLong(1);
            }
        }
    }

    /** The id of the last watermark that the migration emitted in this database; 0 when there was none. */
    public static long last(Connection connection, String migration) throws SQLException {
        return lastOf(connection, "switchback.control", "watermark", migration);
    }

    /** The number of the last heartbeat that the migration emitted in this database; 0 when there was none. */
    public static long lastBeat(Connection connection, String migration) throws SQLException {
        return lastOf(connection, "switchback.beat", "number", migration);
    }

    private static long lastOf(Connection connection, String table, String column, String migration)
            throws SQLException {
        // What is in the log already may be in a commit that has yet to end: its lock makes this wait for it.
        String sql = "SELECT " + column + " FROM " + table + " WHERE migration = ? FOR SHARE";
        try (PreparedStatement exists = connection.prepareStatement("SELECT to_regclass('" + table + "')");
                ResultSet found = exists.executeQuery()) {
            found.next();
            if (found.getString(1) == null) {
                return 0;
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, migration);
            try (ResultSet answer = statement.executeQuery()) {
                return answer.next() ? answer.getLong(1) : 0;
            }
        }
    }

    /**
     * Emits a message that moves the log, and carries the number of those before it.
     *
     * @return where in the log it begins; its transaction's commit stands behind that
     * @throws IllegalStateException when the migration was never registered in this database
     */
    public long heartbeat(Connection connection) throws SQLException {
        String sql = "WITH next AS (UPDATE switchback.beat SET number = number + 1 WHERE migration = ?"
                + " RETURNING number, migration)"
                + " SELECT pg_logical_emit_message(true, '" + LogMessage.PREFIX + "', json_build_object("
                + "'kind', 'heartbeat', 'migration', migration, 'number', number)::text) - '0/0'::pg_lsn FROM next";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, migration);
            try (ResultSet answer = statement.executeQuery()) {
                if (!answer.next()) {
                    throw new IllegalStateException("no row for " + migration + " in switchback.beat");
                }
                return answer.getLong(1);
            }
        }
    }

    /** Where a database's log ends now. */
    public static long endOfLog(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")) {
            answer.next();
            return answer.getLong(1);
        }
    }
}
