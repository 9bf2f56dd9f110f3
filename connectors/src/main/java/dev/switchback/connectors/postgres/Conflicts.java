package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.switchback.transforms.schema.TableId;

/** What became of rows that the destination had already, see {@link ConflictSql}. Stateless. */
public final class Conflicts {

    private static final String COUNTS =
            """
            SELECT coalesce(c.table_name, d.table_name), coalesce(c.declined, 0), coalesce(d.differing, 0)
            FROM (SELECT table_name, sum(declined)::bigint AS declined FROM switchback.declined_count
                  WHERE migration = ? GROUP BY table_name) AS c
            FULL JOIN (SELECT table_name, count(*) AS differing
                       FROM (SELECT table_name FROM switchback.difference WHERE migration = ? LIMIT 100000) AS first
                       GROUP BY table_name) AS d ON d.table_name = c.table_name""";

    private static final String DIFFERENCES =
            """
            SELECT table_name, key::text, mutation, content::text, found_at FROM switchback.difference
            WHERE migration = ? ORDER BY table_name, key LIMIT ?""";

    private Conflicts() {}

    /**
     * Of one table.
     *
     * @param declined mutations that were not written
     * @param differing rows that differ by now; of all tables together no more than 100,000 are counted
     */
    public record Counts(long declined, long differing) {

        /** Of a table that has none. */
        public static final Counts NONE = new Counts(0, 0);
    }

    /**
     * A row that differs.
     *
     * @param key as JSON
     * @param mutation what the source has made of it: upsert, patch or remove
     * @param content the mutation's values as JSON
     */
    public record Difference(String table, String key, String mutation, String content, Instant foundAt) {}

    /** By destination table; without those that have none. */
    public static Map<TableId, Counts> counts(Connection connection, String migration) throws SQLException {
        Map<TableId, Counts> counts = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(COUNTS)) {
            statement.setString(1, migration);
            statement.setString(2, migration);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    counts.put(TableId.parse(row.getString(1)), new Counts(row.getLong(2), row.getLong(3)));
                }
            }
        }
        return counts;
    }

    /** @param limit at most so many */
    public static List<Difference> differences(Connection connection, String migration, int limit) throws SQLException {
        List<Difference> differences = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(DIFFERENCES)) {
            statement.setString(1, migration);
            statement.setInt(2, limit);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    differences.add(new Difference(
                            row.getString(1),
                            row.getString(2),
                            row.getString(3),
                            row.getString(4),
                            row.getTimestamp(5).toInstant()));
                }
            }
        }
        return differences;
    }
}
