package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.schema.TableId;

/** Reads rows as the text that the log holds for their values. Stateless. */
public final class TextRows {

    private TextRows() {}

    /**
     * An expression for a column's value as its type's output function prints it. A cast to text is something else for
     * {@code boolean}, {@code char(n)} and {@code inet}; and {@code IS NULL} is for a composite of NULLs.
     *
     * @param column quoted
     */
    public static String textOf(String column) {
        return "CASE num_nulls(" + column + ") WHEN 0 THEN format('%s', " + column + ") END";
    }

    /**
     * Reads one row.
     *
     * @param connection one of {@link PostgresConnections#open()}, whose output settings are pinned
     * @param keyColumns the columns that name the row
     * @param key their values as text
     * @return the values of {@code columns} as text; empty when there is no such row
     */
    public static Optional<@Nullable String[]> read(
            Connection connection, TableId table, List<String> columns, List<String> keyColumns, List<String> key)
            throws SQLException {
        String sql = "SELECT "
                + columns.stream().map(name -> textOf(Sql.name(name))).collect(Collectors.joining(", "))
                + " FROM " + Sql.name(table) + " WHERE "
                + keyColumns.stream().map(name -> Sql.name(name) + " = ?").collect(Collectors.joining(" AND "));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < key.size(); i++) {
                // Of no type, so that the server takes the column's.
                statement.setObject(i + 1, key.get(i), Types.OTHER);
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(values(rows, columns.size())) : Optional.empty();
            }
        }
    }

    private static @Nullable String[] values(ResultSet row, int count) throws SQLException {
        @Nullable String[] values = new @Nullable String[count];
        for (int i = 0; i < count; i++) {
            values[i] = row.getString(i + 1);
        }
        return values;
    }
}
