package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.schema.TableId;

/**
 * What must be so of a destination to which a flow has never applied: its tables are empty, since rows that the source
 * does not have would stay. Apply leaves a checkpoint before its first row, so a flow that has none has written nothing,
 * and one that has may find rows, however it ended. Stateless.
 */
final class FirstStart {

    private FirstStart() {}

    /** @param pairs of which those may hold rows that say what becomes of them */
    static void check(Flow flow, CheckedDatabase destination, Collection<TablePair> pairs, Report report)
            throws SQLException {
        // A REVERSE flow applies to the tables that its rows came from.
        if (flow.direction() == Direction.REVERSE
                || !mayLook(destination)
                || ControlSchema.hasApplied(destination.connection(), flow)) {
            return;
        }
        Set<TableId> mayHold = pairs.stream()
                .filter(pair -> !pair.onConflict().equals(OnConflict.OVERWRITE))
                .map(TablePair::destination)
                .collect(Collectors.toSet());
        for (PostgresTable table : destination.realTables()) {
            TableAccess access = destination.access(table.relation());
            boolean readable = access.schemaUsage() && access.lacking("SELECT").isEmpty();
            if (readable && !mayHold.contains(table.id()) && holdsRows(destination.connection(), table)) {
                String name = Words.name(table.id());
                report.refuse(
                        "Table " + name + " already holds rows (" + estimate(table) + "), and " + flow.migration()
                                + " has never applied to it; those that the source does not have would stay.",
                        "Run TRUNCATE " + name
                                + ", or say what is to become of them (on_conflict:); if an earlier run under another name has filled it, go on under"
                                + " that migration name.");
            }
        }
    }

    /** Where it may not, {@link ServerChecks#schema} has said so. */
    private static boolean mayLook(CheckedDatabase destination) {
        return !destination.server().hasSchema() || destination.server().createInSchema();
    }

    private static boolean holdsRows(Connection connection, PostgresTable table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT EXISTS (SELECT FROM " + Sql.name(table.id()) + ")")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static String estimate(PostgresTable table) {
        long rows = table.estimatedRows();
        return rows > 0 ? String.format(Locale.ROOT, "about %,d", rows) : "how many is not known";
    }
}
