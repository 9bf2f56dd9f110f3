package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.Sql;
import dev.switchback.transforms.schema.TableId;

/**
 * One relation that a statement may name to write to a declared table: the table, and for a partitioned one each
 * partition of it at every level, since a statement fires the triggers of the relation that it names and of no other.
 *
 * @param trigger what its trigger does; {@link Trigger#MISSING} also for one that is not as {@link TriggerFence} makes it
 * @param owned whether the role may change its triggers
 */
record FencedRelation(long oid, TableId id, Trigger trigger, boolean owned) {

    /** What a fence's trigger does. */
    enum Trigger {
        MISSING,
        /** Refuses nothing. */
        OPEN,
        /** Refuses every statement, of whatever session. */
        CLOSED,
        /** Refuses some: somebody has changed how it is enabled. */
        OTHERWISE
    }

    /** tgtype 62: before, for each statement, on insert, delete, update and truncate (pg_trigger.h). */
    private static final String RELATIONS =
            """
            WITH declared AS (
              SELECT c.oid FROM unnest(?::text[], ?::text[]) AS d (schema, name)
              JOIN pg_namespace n ON n.nspname = d.schema
              JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = d.name),
            relations AS (
              SELECT oid FROM declared UNION SELECT p.relid FROM declared d, pg_partition_tree(d.oid) AS p)
            SELECT c.oid, n.nspname, c.relname, pg_has_role(c.relowner, 'USAGE') AS owned,
                   (SELECT t.tgenabled FROM pg_trigger t
                    WHERE t.tgrelid = c.oid AND t.tgname = ? AND t.tgfoid = to_regprocedure(?) AND t.tgtype = 62
                      AND t.tgqual IS NULL AND t.tgattr = '' AND t.tgnargs = 1) AS enabled
            FROM relations r JOIN pg_class c ON c.oid = r.oid JOIN pg_namespace n ON n.oid = c.relnamespace
            ORDER BY c.oid
            """;

    /** Without regard to triggers. */
    static List<FencedRelation> of(Connection connection, Collection<TableId> tables) throws SQLException {
        return of(connection, tables, "", "switchback.refuse_write()");
    }

    /** In the order of their oid, so that all who lock them do so in one order. */
    static List<FencedRelation> of(Connection connection, Collection<TableId> tables, String trigger, String function)
            throws SQLException {
        List<FencedRelation> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(RELATIONS)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text", tables.stream().map(TableId::schema).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text", tables.stream().map(TableId::name).toArray()));
            statement.setString(3, trigger);
            statement.setString(4, function);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(new FencedRelation(
                            row.getLong(1),
                            new TableId(row.getString(2), row.getString(3)),
                            trigger(row.getString(5)),
                            row.getBoolean(4)));
                }
            }
        }
        return found;
    }

    private static Trigger trigger(@Nullable String enabled) {
        if (enabled == null) {
            return Trigger.MISSING;
        }
        return switch (enabled) {
            case "D" -> Trigger.OPEN;
            case "A" -> Trigger.CLOSED;
            default -> Trigger.OTHERWISE;
        };
    }

    String sql() {
        return Sql.name(id);
    }
}
