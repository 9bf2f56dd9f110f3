package dev.switchback.connectors.postgres;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;

/**
 * The statements that write many rows of one table at once. Each takes one array a column, whatever the number of rows,
 * so that its text stays the same and the server keeps its plan. Unless places are asked for, the arrays are taken apart
 * where columns are selected and not as a table, for which the server would first put each of them into a store of its own.
 * Stateless.
 *
 * <p>Values that travel as text are cast to their column's type without its modifier: a cast to {@code varchar(3)} would
 * cut a longer text off, the assignment refuses it. A row is compared with what is there by its stored image: {@code IS
 * DISTINCT FROM} takes 1.0 for 1.00, and does not exist for json.
 */
final class ApplySql {

    private ApplySql() {}

    /** Parameters: every column of the table, in its order. */
    static String upsert(DestinationTable table) {
        List<Column> columns = table.columns();
        List<Column> updated = updatable(table, columns);
        return insertInto(table)
                + given(columns) + "\n"
                + "ON CONFLICT (" + names(keyColumns(table)) + ") DO "
                + (updated.isEmpty()
                        ? "NOTHING"
                        : "UPDATE\nSET " + list(updated, column -> name(column) + " = excluded." + name(column))
                                + "\nWHERE " + differ(updated, "excluded."));
    }

    static String insertInto(DestinationTable table) {
        boolean overriding =
                table.columns().stream().anyMatch(column -> column.generation() == Generation.IDENTITY_ALWAYS);
        return "INSERT INTO " + Sql.name(table.id()) + " AS t (" + names(table.columns()) + ")\n"
                + (overriding ? "OVERRIDING SYSTEM VALUE\n" : "");
    }

    /**
     * Parameters: the key's columns in the key's order, then those of {@code set}.
     *
     * @param set what to set, not empty, see {@link #updatable}
     */
    static String patch(DestinationTable table, List<Column> set) {
        List<Column> columns =
                Stream.concat(keyColumns(table).stream(), set.stream()).toList();
        return "UPDATE " + Sql.name(table.id()) + " AS t\n"
                + "SET " + list(set, column -> name(column) + " = u." + name(column)) + "\n"
                + "FROM (" + given(columns) + ") AS u\n"
                + "WHERE " + sameKey(table, ApplySql::given) + "\n"
                + "  AND " + differ(set, "u.");
    }

    /** Parameters: the key's columns. Answers with the places, from 1, of the keys that have no row. */
    static String missing(DestinationTable table) {
        List<Column> key = keyColumns(table);
        String aliases =
                IntStream.rangeClosed(1, key.size()).mapToObj(i -> "k" + i).collect(Collectors.joining(", "));
        return "SELECT u.place\n"
                + "FROM unnest(" + arrays(key) + ") WITH ORDINALITY AS u (" + aliases + ", place)\n"
                + "WHERE NOT EXISTS (SELECT FROM " + Sql.name(table.id()) + " AS t WHERE "
                + sameKey(table, column -> cast("u.k" + (key.indexOf(column) + 1), column)) + ")";
    }

    /** Parameters: the key's columns. */
    static String remove(DestinationTable table) {
        List<Column> key = keyColumns(table);
        return "DELETE FROM " + Sql.name(table.id()) + " AS t\n"
                + "USING (" + given(key) + ") AS u\n"
                + "WHERE " + sameKey(table, ApplySql::given);
    }

    static String truncate(DestinationTable table) {
        return "TRUNCATE " + Sql.name(table.id());
    }

    static String deleteAll(DestinationTable table) {
        return "DELETE FROM " + Sql.name(table.id());
    }

    /**
     * Gives rows another value in a GENERATED ALWAYS identity column, which no UPDATE may do: puts the same rows in again
     * with it. Parameters: the key's columns, then the identity column.
     *
     * @param stored every column of the table that is not computed by the database, written by the mapping or not
     */
    static String moveIdentity(DestinationTable table, Column identity, List<String> stored) {
        String columns = stored.stream().map(Sql::name).collect(Collectors.joining(", "));
        String kept = stored.stream()
                .map(column -> column.equals(identity.name()) ? given(identity) : "t." + Sql.name(column))
                .collect(Collectors.joining(", "));
        return "WITH moved AS (\n"
                + "  DELETE FROM " + Sql.name(table.id()) + " AS t\n"
                + "  USING (" + given(keyAnd(table, identity)) + ") AS u\n"
                + "  WHERE " + sameKey(table, ApplySql::given) + "\n"
                + "    AND t." + name(identity) + " <> " + given(identity) + "\n"
                + "  RETURNING " + kept + ")\n"
                + "INSERT INTO " + Sql.name(table.id()) + " (" + columns + ")\n"
                + "OVERRIDING SYSTEM VALUE\n"
                + "SELECT " + columns + " FROM moved";
    }

    /** Parameters: as {@link #moveIdentity}. Answers with the places, from 1, of the rows it would have to move. */
    static String movedIdentity(DestinationTable table, Column identity) {
        List<Column> columns = keyAnd(table, identity);
        String last = "k" + columns.size();
        String aliases =
                IntStream.rangeClosed(1, columns.size()).mapToObj(i -> "k" + i).collect(Collectors.joining(", "));
        return "SELECT u.place\n"
                + "FROM unnest(" + arrays(columns) + ") WITH ORDINALITY AS u (" + aliases + ", place)\n"
                + "JOIN " + Sql.name(table.id()) + " AS t\n"
                + "  ON " + sameKey(table, column -> cast("u.k" + (columns.indexOf(column) + 1), column)) + "\n"
                + "WHERE t." + name(identity) + " <> " + cast("u." + last, identity);
    }

    /** What of these columns an UPDATE of a row that is there may set: not the key, and no GENERATED ALWAYS identity. */
    static List<Column> updatable(DestinationTable table, List<Column> columns) {
        List<String> key = table.key();
        return columns.stream()
                .filter(column -> !key.contains(column.name()) && column.generation() != Generation.IDENTITY_ALWAYS)
                .toList();
    }

    /** The key's columns in the key's order. */
    static List<Column> keyColumns(DestinationTable table) {
        return Arrays.stream(table.keyIndexes()).mapToObj(table.columns()::get).toList();
    }

    private static List<Column> keyAnd(DestinationTable table, Column column) {
        return Stream.concat(keyColumns(table).stream(), Stream.of(column)).toList();
    }

    static String sameKey(DestinationTable table, Function<Column, String> value) {
        return keyColumns(table).stream()
                .map(column -> "t." + name(column) + " = " + value.apply(column))
                .collect(Collectors.joining(" AND "));
    }

    /** The casts to record keep the parser from comparing column by column, for which there is no such operator. */
    static String differ(List<Column> columns, String other) {
        return "(ROW(" + list(columns, column -> "t." + name(column)) + ")::record) OPERATOR(pg_catalog.*<>) (ROW("
                + list(columns, column -> other + name(column)) + ")::record)";
    }

    /**
     * Selects what the batch brings, one row for each element of the arrays, cast to the columns' types. As a subquery it is
     * never merged into the query around it, so each cast is done once.
     */
    static String given(List<Column> columns) {
        return "SELECT "
                + list(
                        columns,
                        column -> cast("pg_catalog.unnest(" + array(column) + ")", column) + " AS " + name(column));
    }

    private static String given(Column column) {
        return "u." + name(column);
    }

    private static String arrays(List<Column> columns) {
        return list(columns, ApplySql::array);
    }

    private static String array(Column column) {
        return "?::" + elementType(column.type().carrier()) + "[]";
    }

    private static String cast(String value, Column column) {
        String type = column.type().name();
        boolean already =
                switch (column.type().carrier()) {
                    case BOOLEAN -> type.equals("boolean");
                    case INT32 -> type.equals("integer");
                    case INT64 -> type.equals("bigint");
                    case FLOAT32 -> type.equals("real");
                    case FLOAT64 -> type.equals("double precision");
                    case BYTES -> type.equals("bytea");
                    case TEXT -> type.equals("text");
                };
        return already ? value : value + "::" + type;
    }

    /** The type whose arrays carry a carrier's values to the server, as the driver names it. */
    static String elementType(Carrier carrier) {
        return switch (carrier) {
            case BOOLEAN -> "bool";
            case INT32 -> "int4";
            case INT64 -> "int8";
            case FLOAT32 -> "float4";
            case FLOAT64 -> "float8";
            case BYTES -> "bytea";
            case TEXT -> "text";
        };
    }

    static String names(List<Column> columns) {
        return list(columns, ApplySql::name);
    }

    private static String name(Column column) {
        return Sql.name(column.name());
    }

    private static String list(List<Column> columns, Function<Column, String> text) {
        return columns.stream().map(text).collect(Collectors.joining(", "));
    }
}
