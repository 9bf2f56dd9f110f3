package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the role that is logged in may do with a relation.
 *
 * @param schemaUsage whether it may name anything in the relation's schema
 * @param granted of SELECT, INSERT, UPDATE, DELETE and TRUNCATE those it may
 * @param owner whether it has the rights of the relation's owner
 * @param hiddenRows whether row level security applies to it
 */
record TableAccess(boolean schemaUsage, List<String> granted, boolean owner, boolean hiddenRows) {

    private static final String ACCESS =
            """
            SELECT c.oid, has_schema_privilege(c.relnamespace, 'USAGE') AS schema_usage,
                   (SELECT array_agg(p) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p
                    WHERE has_table_privilege(c.oid, p)) AS granted,
                   pg_has_role(c.relowner, 'USAGE') AS owner, row_security_active(c.oid) AS hidden_rows
            FROM pg_class c
            WHERE c.oid = ANY (?) AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
            """;

    /** By the tables' and their leaves' oids. */
    static Map<Long, TableAccess> of(Connection connection, Collection<PostgresTable> tables) throws SQLException {
        Map<Long, TableAccess> access = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(ACCESS)) {
            statement.setArray(1, connection.createArrayOf("oid", oids(tables)));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    access.put(
                            row.getLong("oid"),
                            new TableAccess(
                                    row.getBoolean("schema_usage"),
                                    PostgresCatalog.strings(row.getArray("granted")),
                                    row.getBoolean("owner"),
                                    row.getBoolean("hidden_rows")));
                }
            }
        }
        return access;
    }

    /** The tables' own oids and those of their leaves. */
    static Long[] oids(Collection<PostgresTable> tables) {
        return tables.stream()
                .flatMap(table -> Stream.concat(
                        Stream.of(table.relation().oid()),
                        table.leaves().stream().map(PostgresTable.Relation::oid)))
                .toArray(Long[]::new);
    }

    List<String> lacking(String... privileges) {
        return Arrays.stream(privileges).filter(each -> !granted.contains(each)).toList();
    }
}
