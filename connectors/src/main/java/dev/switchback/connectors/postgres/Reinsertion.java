package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.schema.Column;

/** Whether a row may be deleted and inserted again instead of being updated. Stateless. */
final class Reinsertion {

    /** What fires for a session that has the replica role: foreign keys too, if somebody made them. */
    private static final String UNHEARD =
            """
            WITH relation AS (
              SELECT to_regclass(?) AS id UNION SELECT relid FROM pg_partition_tree(to_regclass(?)))
            SELECT NOT EXISTS (
                SELECT FROM pg_attribute JOIN relation ON attrelid = id
                WHERE attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> ALL (?))
              AND NOT EXISTS (
                SELECT FROM pg_trigger JOIN relation ON tgrelid = id JOIN pg_proc p ON p.oid = tgfoid
                WHERE tgenabled IN ('A', 'R') AND p.pronamespace <> 'switchback'::regnamespace)
              AND NOT EXISTS (
                SELECT FROM pg_rewrite JOIN relation ON ev_class = id WHERE ev_enabled IN ('A', 'R'))""";

    private Reinsertion() {}

    /**
     * Whether a session with the replica role may do so unnoticed: every column comes from the mapping, so that none is
     * lost with the old row, and no trigger or rule would fire.
     */
    static boolean isUnheard(Connection connection, DestinationTable table) throws SQLException {
        String[] columns = table.columns().stream().map(Column::name).toArray(String[]::new);
        try (PreparedStatement statement = connection.prepareStatement(UNHEARD)) {
            statement.setString(1, Sql.name(table.id()));
            statement.setString(2, Sql.name(table.id()));
            statement.setArray(3, connection.createArrayOf("name", columns));
            try (ResultSet answer = statement.executeQuery()) {
                answer.next();
                return answer.getBoolean(1);
            }
        }
    }
}
