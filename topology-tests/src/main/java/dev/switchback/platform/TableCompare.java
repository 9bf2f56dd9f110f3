package dev.switchback.platform;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.schema.TableId;

/**
 * Compares whole tables of two PostgreSQL databases, every row and every column, independently of the product.
 *
 * <p>Both sides are read in full, in the order of the key, and their rows compared by the digest of their text. The text
 * of a value is exact in PostgreSQL (what {@code pg_dump} relies on): 1.0 and 1.00, {@code 24:00:00} and {@code 1 day},
 * NULL and the empty string all differ in it. The tables have the destination's columns and key on both sides, or a query
 * gives these at the source.
 */
public final class TableCompare {

    private static final int FETCH_ROWS = 5_000;
    private static final int SHOWN_CHARACTERS = 60;

    private final TableId table;
    private final String expected;
    private final List<String> columns;
    private final List<String> key;

    private TableCompare(TableId table, String expected, List<String> columns, List<String> key) {
        this.table = table;
        this.expected = expected;
        this.columns = columns;
        this.key = key;
    }

    /** How a row differs. */
    public enum Kind {
        MISSING,
        SURPLUS,
        DIFFERENT
    }

    /**
     * A row that is not the same on both sides.
     *
     * @param key the key's values as PostgreSQL prints a record: {@code (4711,2)}
     * @param columns for {@link Kind#DIFFERENT}, what stands at the source and at the destination, by column
     */
    public record Difference(TableId table, Kind kind, String key, Map<String, String> columns) {
        @Override
        public String toString() {
            String row = table + " " + key;
            return switch (kind) {
                case MISSING -> row + " is missing at the destination";
                case SURPLUS -> row + " is at the destination only";
                case DIFFERENT ->
                    columns.entrySet().stream()
                            .map(column -> column.getKey() + " " + column.getValue())
                            .collect(Collectors.joining(", ", row + ": ", ""));
            };
        }
    }

    /**
     * @param rows rows at the source
     * @param differences how many rows are not the same
     * @param first the first of them, in the order of the key's text
     */
    public record Result(TableId table, long rows, long differences, List<Difference> first) {
        public boolean equal() {
            return differences == 0;
        }
    }

    /**
     * Compares tables, each in one snapshot per side.
     *
     * @param limit how many differences of each table to describe
     * @throws IllegalStateException when a side cannot be read
     */
    public static List<Result> compare(
            EmbeddedDatabase source, EmbeddedDatabase destination, Collection<TableId> tables, int limit) {
        return compare(source, destination, tables, Map.of(), limit);
    }

    /**
     * Compares tables, some of them with what a query gives at the source.
     *
     * @param queries by destination table; each gives all its columns
     */
    public static List<Result> compare(
            EmbeddedDatabase source,
            EmbeddedDatabase destination,
            Collection<TableId> tables,
            Map<TableId, String> queries,
            int limit) {
        try (Connection left = reader(source);
                Connection right = reader(destination)) {
            List<Result> results = new ArrayList<>();
            for (TableId table : tables) {
                String query = queries.get(table);
                TableCompare compare = new TableCompare(
                        table,
                        query == null ? quoted(table) : "(" + query + ") t",
                        names(right, table, "c.attnum > 0"),
                        names(right, table, "c.attnum = ANY (i.indkey)"));
                results.add(compare.run(left, right, limit));
                left.rollback();
                right.rollback();
            }
            return results;
        } catch (SQLException e) {
            throw new IllegalStateException("comparing failed: " + e.getMessage(), e);
        }
    }

    /** Compares tables and fails, naming the first differences, unless they are equal. */
    public static void assertEqual(EmbeddedDatabase source, EmbeddedDatabase destination, Collection<TableId> tables) {
        List<Result> different = compare(source, destination, tables, 10).stream()
                .filter(result -> !result.equal())
                .toList();
        if (!different.isEmpty()) {
            throw new AssertionError(different.stream()
                    .map(result -> result.table() + ": " + result.differences() + " of " + result.rows()
                            + " rows are not the same\n  "
                            + result.first().stream().map(Difference::toString).collect(Collectors.joining("\n  ")))
                    .collect(Collectors.joining("\n")));
        }
    }

    private Result run(Connection left, Connection right, int limit) throws SQLException {
        try (Scan source = new Scan(left, digests(expected));
                Scan destination = new Scan(right, digests(quoted(table)))) {
            long rows = 0;
            long differences = 0;
            List<Difference> first = new ArrayList<>();
            while (source.key != null || destination.key != null) {
                int order = source.compareKey(destination);
                if (order != 0 || !Objects.equals(source.digest, destination.digest)) {
                    differences++;
                    if (first.size() < limit) {
                        first.add(describe(order, source, destination));
                    }
                }
                if (order <= 0) {
                    rows++;
                    source.next();
                }
                if (order >= 0) {
                    destination.next();
                }
            }
            for (int i = 0; i < first.size(); i++) {
                first.set(i, withColumns(first.get(i), left, right));
            }
            return new Result(table, rows, differences, first);
        }
    }

    private Difference describe(int order, Scan source, Scan destination) {
        if (order > 0) {
            return new Difference(table, Kind.SURPLUS, String.valueOf(destination.key), Map.of());
        }
        Kind kind = order < 0 ? Kind.MISSING : Kind.DIFFERENT;
        return new Difference(table, kind, String.valueOf(source.key), Map.of());
    }

    private Difference withColumns(Difference difference, Connection left, Connection right) throws SQLException {
        if (difference.kind() != Kind.DIFFERENT) {
            return difference;
        }
        List<@Nullable String> source = row(left, expected, difference.key());
        List<@Nullable String> destination = row(right, quoted(table), difference.key());
        Map<String, String> different = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            if (!Objects.equals(source.get(i), destination.get(i))) {
                different.put(
                        columns.get(i),
                        "is " + shown(source.get(i)) + " at the source, " + shown(destination.get(i))
                                + " at the destination");
            }
        }
        return new Difference(table, Kind.DIFFERENT, difference.key(), different);
    }

    private List<@Nullable String> row(Connection connection, String from, String keyText) throws SQLException {
        String values = columns.stream().map(name -> quoted(name) + "::text").collect(Collectors.joining(", "));
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT " + values + " FROM " + from + " WHERE " + record(key) + " = ?")) {
            statement.setString(1, keyText);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                List<@Nullable String> row = new ArrayList<>();
                for (int i = 1; i <= columns.size(); i++) {
                    row.add(rows.getString(i));
                }
                return row;
            }
        }
    }

    private String digests(String from) {
        return "SELECT " + record(key) + ", md5(" + record(columns) + ") FROM " + from + " ORDER BY " + record(key)
                + " COLLATE \"C\"";
    }

    private static String record(List<String> names) {
        return names.stream().map(TableCompare::quoted).collect(Collectors.joining(", ", "ROW(", ")::text"));
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String quoted(TableId table) {
        return quoted(table.schema()) + "." + quoted(table.name());
    }

    private static String shown(@Nullable String value) {
        if (value == null) {
            return "NULL";
        }
        return value.length() <= SHOWN_CHARACTERS ? value : value.substring(0, SHOWN_CHARACTERS) + "…";
    }

    private static Connection reader(EmbeddedDatabase database) throws SQLException {
        Connection connection = database.connect();
        connection.setAutoCommit(false);
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        return connection;
    }

    private static List<String> names(Connection connection, TableId table, String which) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT c.attname FROM pg_attribute c"
                + " LEFT JOIN pg_index i ON i.indrelid = c.attrelid AND i.indisprimary"
                + " WHERE c.attrelid = ?::regclass AND NOT c.attisdropped AND " + which + " ORDER BY c.attnum")) {
            statement.setString(1, quoted(table));
            try (ResultSet rows = statement.executeQuery()) {
                List<String> names = new ArrayList<>();
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
                if (names.isEmpty()) {
                    throw new IllegalStateException(table + " has no primary key to compare it by");
                }
                return names;
            }
        }
    }

    /** One side's rows in the order of their keys' bytes. */
    private static final class Scan implements AutoCloseable {
        private final Statement statement;
        private final ResultSet rows;
        private @Nullable String key;
        private @Nullable String digest;

        Scan(Connection connection, String query) throws SQLException {
            statement = connection.createStatement();
            statement.setFetchSize(FETCH_ROWS);
            rows = statement.executeQuery(query);
            next();
        }

        void next() throws SQLException {
            boolean more = rows.next();
            key = more ? rows.getString(1) : null;
            digest = more ? rows.getString(2) : null;
        }

        /** Negative if this side stands at the smaller key; the end is greater than every key. */
        int compareKey(Scan other) {
            if (key == null || other.key == null) {
                return key == null ? 1 : -1;
            }
            return key.equals(other.key)
                    ? 0
                    : Arrays.compareUnsigned(
                            key.getBytes(StandardCharsets.UTF_8), other.key.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void close() throws SQLException {
            statement.close();
        }
    }
}
