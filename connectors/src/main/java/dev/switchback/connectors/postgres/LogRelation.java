package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.switchback.transforms.schema.TableId;

/**
 * A table as the log describes it ahead of its changes: what tells that a table has been altered, or is another one.
 *
 * @param oid the table's, which a new table of the same name does not have
 * @param columns those that the log holds, in order: generated ones it does not
 */
public record LogRelation(TableId id, long oid, List<LogColumn> columns) {

    private static final String SQL = "SELECT c.oid, a.attname, a.atttypid, a.atttypmod,"
            + " format_type(a.atttypid, a.atttypmod)"
            + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid"
            + " WHERE n.nspname = ? AND c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
            + " ORDER BY a.attnum";

    public LogRelation {
        columns = List.copyOf(columns);
    }

    /**
     * A column as the log describes it.
     *
     * @param type the type's OID
     * @param modifier the type's modifier, -1 for none
     * @param declaration the two in words: {@code numeric(10,2)}
     */
    public record LogColumn(String name, long type, int modifier, String declaration) {

        boolean sameType(LogColumn other) {
            return type == other.type && modifier == other.modifier;
        }

        @Override
        public String toString() {
            return name + " (" + declaration + ")";
        }
    }

    /** Reads it from the catalogue; empty when there is no such table. */
    public static Optional<LogRelation> read(Connection connection, TableId id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SQL)) {
            statement.setString(1, id.schema());
            statement.setString(2, id.name());
            try (ResultSet row = statement.executeQuery()) {
                long oid = 0;
                List<LogColumn> columns = new ArrayList<>();
                while (row.next()) {
                    oid = row.getLong(1);
                    columns.add(new LogColumn(row.getString(2), row.getLong(3), row.getInt(4), row.getString(5)));
                }
                return oid == 0 ? Optional.empty() : Optional.of(new LogRelation(id, oid, columns));
            }
        }
    }

    /** A type in words, from what the log says of it. */
    public static String declaration(Connection connection, long type, int modifier) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT format_type(?, ?)")) {
            statement.setLong(1, type);
            statement.setInt(2, modifier);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    /** How the other description differs from this one, in words; empty when it does not. */
    public List<String> changesTo(List<LogColumn> now) {
        List<LogColumn> dropped = columns.stream()
                .filter(column -> named(now, column.name()).isEmpty())
                .collect(Collectors.toCollection(ArrayList::new));
        List<LogColumn> added = now.stream()
                .filter(column -> named(columns, column.name()).isEmpty())
                .collect(Collectors.toCollection(ArrayList::new));
        List<String> changes = new ArrayList<>();
        if (dropped.size() == 1 && added.size() == 1 && dropped.get(0).sameType(added.get(0))) {
            changes.add("column " + dropped.remove(0).name() + " is now called "
                    + added.remove(0).name());
        }
        dropped.forEach(column -> changes.add("column " + column + " was dropped"));
        added.forEach(column -> changes.add("column " + column + " was added"));
        for (LogColumn column : columns) {
            named(now, column.name())
                    .filter(other -> !other.sameType(column))
                    .ifPresent(other -> changes.add("the type of column " + column + " is now " + other.declaration()));
        }
        return changes;
    }

    private static Optional<LogColumn> named(List<LogColumn> columns, String name) {
        return columns.stream().filter(column -> column.name().equals(name)).findFirst();
    }
}
