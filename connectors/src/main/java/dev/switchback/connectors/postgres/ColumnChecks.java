package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.TableId;

/** What must be so of the columns whose values are captured. Stateless. */
final class ColumnChecks {

    private ColumnChecks() {}

    /** @param wanted the columns that are mapped, by table */
    static void types(CheckedDatabase source, Map<TableId, Set<String>> wanted, Report report) throws SQLException {
        types(source.realTables(), wanted, largeObjects(source.connection()), report);
    }

    /** @param largeObjects whether the database holds any */
    static void types(
            Collection<PostgresTable> tables, Map<TableId, Set<String>> wanted, boolean largeObjects, Report report) {
        for (PostgresTable table : tables) {
            for (Column column : table.schema().columns()) {
                if (wanted.getOrDefault(table.id(), Set.of()).contains(column.name())
                        || table.schema().key().contains(column.name())) {
                    type(table, column, largeObjects, report);
                }
            }
        }
    }

    private static void type(PostgresTable table, Column column, boolean largeObjects, Report report) {
        String name = name(table, column.name());
        String is = "Column " + name + " is " + column.type().declaration() + ", ";
        String leaveOut = "Leave the column out with a select: in the migration file, or change its type.";
        PostgresType type = table.type(column.name());
        type.notCarried()
                .ifPresent(
                        reason -> report.refuse(is + "whose values may not arrive exactly: " + reason + ".", leaveOut));
        if (largeObjects && type.withoutDomains().name().equals("oid")) {
            report.refuse(
                    is + "and the database holds large objects, whose content is not moved.",
                    "Leave the column out with a select: in the migration file, or keep the content in a bytea column"
                            + " (lo_get).");
        }
    }

    /**
     * A key's text decides which partition of its topic a change goes to. Two texts of what the database takes for one
     * key would go to two, and lose their order.
     */
    static void keys(CheckedDatabase source, Report report) throws SQLException {
        Map<Long, Set<String>> fuzzy = fuzzyCollations(source.connection(), source.realTables());
        for (PostgresTable table : source.realTables()) {
            for (String key : table.schema().key()) {
                Column column = table.schema().column(key).orElseThrow();
                String name = name(table, key);
                if (column.generation() == Generation.STORED) {
                    report.refuse(
                            "Key column " + name + " is generated, and changes do not contain generated columns.",
                            "Give the table a primary key of ordinary columns.");
                }
                boolean oneTextEach = table.type(key).oneTextForEqualValues()
                        && !fuzzy.getOrDefault(table.relation().oid(), Set.of()).contains(key);
                if (!oneTextEach) {
                    report.refuse(
                            "Key column " + name + " is " + column.type().declaration()
                                    + ", of which values that look different may be equal, so that changes of one row"
                                    + " could lose their order.",
                            "Give the table a primary key of another type"
                                    + (table.type(key).withoutDomains().name().equals("numeric")
                                            ? ", for instance numeric(38,0)."
                                            : "."));
                }
            }
        }
    }

    /** The columns, by table, under whose collation unequal texts may be equal. */
    static Map<Long, Set<String>> fuzzyCollations(Connection connection, Collection<PostgresTable> tables)
            throws SQLException {
        String sql = "SELECT a.attrelid, a.attname FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation"
                + " WHERE NOT c.collisdeterministic AND a.attrelid = ANY (?)";
        Map<Long, Set<String>> columns = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("oid", TableAccess.oids(tables)));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    columns.computeIfAbsent(row.getLong(1), oid -> new HashSet<>())
                            .add(row.getString(2));
                }
            }
        }
        return columns;
    }

    static String name(PostgresTable table, String column) {
        return Words.name(table.id()) + "." + Words.name(column);
    }

    private static boolean largeObjects(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT EXISTS (SELECT FROM pg_largeobject_metadata)")) {
            row.next();
            return row.getBoolean(1);
        }
    }
}
