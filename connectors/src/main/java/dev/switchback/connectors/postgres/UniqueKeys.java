package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The sets of columns by which rows can be upserted. */
final class UniqueKeys {

    /** What {@code ON CONFLICT} can infer: no deferrable, partial or unfinished index, and none on an expression. */
    private static final String UNIQUE =
            """
            SELECT i.indrelid, array_agg(a.attname::text) AS columns
            FROM pg_index i
            CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
            WHERE i.indrelid = ANY (?) AND i.indisunique AND i.indisvalid AND i.indimmediate AND NOT i.indisexclusion
              AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts
            GROUP BY i.indexrelid, i.indrelid
            """;

    private static final String DEFERRED =
            """
            SELECT DISTINCT i.indrelid FROM pg_index i
            WHERE i.indrelid = ANY (?) AND (i.indisunique OR i.indisexclusion) AND NOT i.indimmediate
            """;

    private UniqueKeys() {}

    /** The oids of tables with a constraint that {@code ON CONFLICT DO NOTHING} fails on: a deferrable one. */
    static Set<Long> deferred(Connection connection, Collection<PostgresTable> tables) throws SQLException {
        Set<Long> found = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(DEFERRED)) {
            statement.setArray(1, connection.createArrayOf("oid", TableAccess.oids(tables)));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(row.getLong(1));
                }
            }
        }
        return found;
    }

    /** By the table's oid. */
    static Map<Long, List<Set<String>>> of(Connection connection, Collection<PostgresTable> tables)
            throws SQLException {
        Map<Long, List<Set<String>>> keys = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(UNIQUE)) {
            statement.setArray(1, connection.createArrayOf("oid", TableAccess.oids(tables)));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    keys.computeIfAbsent(row.getLong("indrelid"), oid -> new ArrayList<>())
                            .add(new HashSet<>(PostgresCatalog.strings(row.getArray("columns"))));
                }
            }
        }
        return keys;
    }
}
