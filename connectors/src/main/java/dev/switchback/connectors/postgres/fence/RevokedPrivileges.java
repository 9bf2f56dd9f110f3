package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import dev.switchback.transforms.schema.TableId;

/**
 * What a fence has revoked, in a table of the database itself: whoever opens it gives exactly that back, whichever process
 * that is. Stateless; as thread-safe as the connection it is given.
 */
final class RevokedPrivileges {

    private static final String CREATE =
            """
            CREATE TABLE IF NOT EXISTS switchback.revoked (
                migration text NOT NULL,
                table_schema text NOT NULL,
                table_name text NOT NULL,
                column_name text NOT NULL,
                role text NOT NULL,
                privilege text NOT NULL,
                grantable boolean NOT NULL,
                PRIMARY KEY (migration, table_schema, table_name, column_name, role, privilege)
            );
            COMMENT ON TABLE switchback.revoked IS
                'What a closed fence has revoked, and gives back when it is opened. An empty column is the whole table.';
            """;

    private static final String EXISTS = "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n"
            + " ON n.oid = c.relnamespace WHERE n.nspname = 'switchback' AND c.relname = 'revoked')";

    private static final String REMEMBER = "INSERT INTO switchback.revoked VALUES (?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT (migration, table_schema, table_name, column_name, role, privilege)"
            + " DO UPDATE SET grantable = revoked.grantable OR excluded.grantable";

    /** Of what is left of it: a table, column or role may have gone since. */
    private static final String REMEMBERED =
            """
            SELECT r.table_schema, r.table_name, r.column_name, r.role, r.privilege, r.grantable
            FROM switchback.revoked r
            JOIN pg_namespace n ON n.nspname = r.table_schema
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = r.table_name
            WHERE r.migration = ? AND (r.role = 'public' OR EXISTS (SELECT FROM pg_roles WHERE rolname = r.role))
              AND (r.column_name = '' OR EXISTS (SELECT FROM pg_attribute a
                   WHERE a.attrelid = c.oid AND a.attname = r.column_name AND NOT a.attisdropped))
            ORDER BY 1, 2, 3, 4, 5
            """;

    private final String migration;

    RevokedPrivileges(String migration) {
        this.migration = migration;
    }

    void create(Connection connection) throws SQLException {
        if (!exists(connection)) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(CREATE);
            }
        }
    }

    void remember(Connection connection, Collection<WritePrivilege> privileges) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REMEMBER)) {
            for (WritePrivilege each : privileges) {
                statement.setString(1, migration);
                statement.setString(2, each.relation().schema());
                statement.setString(3, each.relation().name());
                statement.setString(4, each.column());
                statement.setString(5, each.role());
                statement.setString(6, each.privilege());
                statement.setBoolean(7, each.grantable());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    List<WritePrivilege> remembered(Connection connection) throws SQLException {
        List<WritePrivilege> found = new ArrayList<>();
        if (!exists(connection)) {
            return found;
        }
        try (PreparedStatement statement = connection.prepareStatement(REMEMBERED)) {
            statement.setString(1, migration);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(new WritePrivilege(
                            new TableId(row.getString(1), row.getString(2)),
                            row.getString(3),
                            row.getString(4),
                            row.getString(5),
                            row.getBoolean(6),
                            "",
                            ""));
                }
            }
        }
        return found;
    }

    void forget(Connection connection) throws SQLException {
        if (exists(connection)) {
            try (PreparedStatement statement =
                    connection.prepareStatement("DELETE FROM switchback.revoked WHERE migration = ?")) {
                statement.setString(1, migration);
                statement.executeUpdate();
            }
        }
    }

    private static boolean exists(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(EXISTS)) {
            return row.next() && row.getBoolean(1);
        }
    }
}
