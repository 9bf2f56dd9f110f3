package dev.switchback.connectors.postgres.sequences;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.Sql;
import dev.switchback.connectors.postgres.sequences.Sequence.Bounds;
import dev.switchback.connectors.postgres.sequences.Sequence.Column;
import dev.switchback.transforms.schema.TableId;

/**
 * The sequences of one side at one moment: those that columns of the declared tables take their numbers from, as serial,
 * identity or by a default of the user's, and those in the same schemas that belong to no table at all.
 *
 * @param nanos when, by {@link System#nanoTime()}
 */
public record Reading(List<Sequence> sequences, long nanos) {

    /** An identity or serial column depends on its sequence the one way round, a default of the user's the other. */
    private static final String CATALOGUE =
            """
            WITH declared AS (
              SELECT c.oid FROM unnest(?::text[], ?::text[]) AS d (schema, name)
              JOIN pg_namespace n ON n.nspname = d.schema
              JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = d.name),
            used AS (
              SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS number, 0 AS rank
              FROM pg_depend d
              WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
                AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
              UNION ALL
              SELECT d.refobjid, f.adrelid, f.adnum, 1
              FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid
              WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n')
            SELECT DISTINCT ON (s.oid, declared.oid, a.attnum)
                   n.nspname, s.relname, q.seqincrement, q.seqmin, q.seqmax, q.seqcycle,
                   CASE WHEN declared.oid IS NOT NULL THEN tn.nspname END, t.relname, a.attname,
                   CASE a.atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647
                                   ELSE 9223372036854775807 END AS largest
            FROM pg_sequence q
            JOIN pg_class s ON s.oid = q.seqrelid
            JOIN pg_namespace n ON n.oid = s.relnamespace
            LEFT JOIN used u ON u.sequence = s.oid
            LEFT JOIN declared ON declared.oid = u.relation
            LEFT JOIN pg_class t ON t.oid = declared.oid
            LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
            LEFT JOIN pg_attribute a ON a.attrelid = declared.oid AND a.attnum = u.number
            WHERE declared.oid IS NOT NULL OR (n.nspname = ANY (?) AND s.relpersistence <> 't'
                  AND NOT EXISTS (SELECT FROM used o WHERE o.sequence = s.oid))
            ORDER BY s.oid, declared.oid, a.attnum, u.rank
            """;

    private record Found(TableId id, Bounds bounds, Optional<Column> column) {}

    public Reading {
        sequences = List.copyOf(sequences);
    }

    /** @throws SQLException also when the role may not read one of them */
    public static Reading of(Connection connection, Collection<TableId> tables) throws SQLException {
        List<Found> found = catalogue(connection, tables);
        List<Sequence> sequences = new ArrayList<>();
        if (!found.isEmpty()) {
            String values = found.stream()
                    .map(each -> "SELECT last_value, is_called FROM " + Sql.name(each.id))
                    .collect(Collectors.joining(" UNION ALL "));
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(values)) {
                for (Found each : found) {
                    row.next();
                    sequences.add(new Sequence(each.id, each.bounds, row.getLong(1), row.getBoolean(2), each.column));
                }
            }
        }
        return new Reading(sequences, System.nanoTime());
    }

    /** How many numbers a second a sequence has given since an earlier reading; 0 where that does not have it. */
    double rate(Sequence sequence, Reading earlier) {
        double seconds = (nanos - earlier.nanos) / 1e9;
        return earlier.sequences.stream()
                .filter(before -> before.id().equals(sequence.id()))
                .findFirst()
                .filter(before -> seconds > 0)
                .map(before -> Math.max(
                                0,
                                ((double) sequence.last() - before.last())
                                        / sequence.bounds().increment())
                        / seconds)
                .orElse(0.0);
    }

    private static List<Found> catalogue(Connection connection, Collection<TableId> tables) throws SQLException {
        Set<String> schemas = tables.stream().map(TableId::schema).collect(Collectors.toSet());
        List<Found> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(CATALOGUE)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text", tables.stream().map(TableId::schema).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text", tables.stream().map(TableId::name).toArray()));
            statement.setArray(3, connection.createArrayOf("text", schemas.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(new Found(
                            new TableId(row.getString(1), row.getString(2)),
                            new Bounds(row.getLong(3), row.getLong(4), row.getLong(5), row.getBoolean(6)),
                            column(row.getString(7), row.getString(8), row.getString(9), row.getLong(10))));
                }
            }
        }
        return found;
    }

    private static Optional<Column> column(
            @Nullable String schema, @Nullable String table, @Nullable String column, long largest) {
        return schema == null || table == null || column == null
                ? Optional.empty()
                : Optional.of(new Column(new TableId(schema, table), column, largest));
    }
}
