package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.connectors.postgres.TestServer;
import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.transforms.schema.TableId;

/** A database of its own with a control row, and the fence of some tables there. */
final class FencedDatabase {

    static final String MIGRATION = "stores";
    static final Authority OWN = new Authority(ControlSchema.FIRST_EPOCH, Direction.FORWARD);
    static final Duration SOON = Duration.ofSeconds(20);

    final PostgresSettings settings = TestServer.shared().createDatabase();
    final PostgresConnections database = new PostgresConnections("source", settings);
    final TriggerFence fence;

    /** @param statements creates the tables */
    FencedDatabase(List<String> tables, String... statements) {
        execute(statements);
        try (Connection connection = database.open()) {
            ControlSchema.create(connection);
            ControlSchema.register(connection, MIGRATION);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        fence = new TriggerFence(
                database, MIGRATION, tables.stream().map(TableId::parse).toList());
    }

    void execute(String... statements) {
        TestServer.execute(settings, statements);
    }

    Connection open() {
        return database.open();
    }

    String value(String query) {
        try (Connection connection = open()) {
            return value(connection, query);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    static String value(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }

    /** What statements of one session were refused with; empty where the last of them was not. */
    String refusal(String... statements) {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < statements.length - 1; i++) {
                statement.execute(statements[i]);
            }
            try {
                statement.execute(statements[statements.length - 1]);
                return "";
            } catch (SQLException refused) {
                return refused.getSQLState() + " " + refused.getMessage();
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
