package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Batch.TableCount;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.schema.TableId;

/** How much of each table is applied whose changes share a topic: its partitions' checkpoints do not tell. Stateless. */
public final class TableCounts {

    private static final String ADD =
            """
            INSERT INTO switchback.table_count AS c
              (migration, direction, table_name, partition, rows_copied, changes_applied)
            SELECT ?, ?, a.table_name, ?, a.rows_copied, a.changes_applied
            FROM unnest(?::text[], ?::int8[], ?::int8[]) AS a (table_name, rows_copied, changes_applied)
            ON CONFLICT (migration, direction, table_name, partition) DO UPDATE
            SET rows_copied = c.rows_copied + excluded.rows_copied,
                changes_applied = c.changes_applied + excluded.changes_applied""";

    private static final String READ =
            """
            SELECT table_name, sum(rows_copied)::bigint, sum(changes_applied)::bigint
            FROM switchback.table_count WHERE migration = ? AND direction = ? GROUP BY table_name""";

    private TableCounts() {}

    /** Leaves the transaction open. Does nothing where the batch counts nothing. */
    static void add(Connection connection, Flow flow, Batch batch) throws SQLException {
        List<TableCount> counts = batch.tables();
        if (counts.isEmpty()) {
            return;
        }
        int owned = batch.advances().stream()
                .filter(advance -> advance.input().topic().equals(flow.sharedTopic()))
                .mapToInt(advance -> advance.input().partition())
                .min()
                .orElseThrow();
        try (PreparedStatement statement = connection.prepareStatement(ADD)) {
            statement.setString(1, flow.migration());
            statement.setString(2, flow.direction().lowerCase());
            statement.setInt(3, owned);
            Object[] names =
                    counts.stream().map(count -> count.table().toString()).toArray();
            statement.setArray(4, connection.createArrayOf("text", names));
            statement.setArray(5, connection.createArrayOf("int8", numbers(counts, TableCount::rowsCopied)));
            statement.setArray(6, connection.createArrayOf("int8", numbers(counts, TableCount::changesApplied)));
            statement.executeUpdate();
        }
    }

    /** By source table; without those that have a topic of their own. */
    public static Map<TableId, TableCount> read(Connection connection, Flow flow) throws SQLException {
        Map<TableId, TableCount> counts = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setString(1, flow.migration());
            statement.setString(2, flow.direction().lowerCase());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    TableId table = TableId.parse(row.getString(1));
                    counts.put(table, new TableCount(table, row.getLong(2), row.getLong(3)));
                }
            }
        }
        return counts;
    }

    private static Object[] numbers(List<TableCount> counts, ToLongFunction<TableCount> number) {
        return counts.stream().mapToLong(number).boxed().toArray();
    }
}
