package dev.switchback.connectors.postgres;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.mutation.OnConflict.Kind;
import dev.switchback.transforms.schema.Column;

/**
 * The statements for a table whose rows are not simply overwritten. Each takes the parameters of its like in {@link
 * ApplySql}, and records in the same transaction what it declines to write, or where rows differ.
 */
final class ConflictSql {

    private final String migration;
    private final DestinationTable table;
    private final OnConflict onConflict;
    private final String name;
    private final List<Column> key;

    ConflictSql(String migration, DestinationTable table) {
        this.migration = Sql.literal(migration);
        this.table = table;
        this.onConflict = table.onConflict();
        this.name = Sql.literal(table.id().toString());
        this.key = ApplySql.keyColumns(table);
    }

    String upsert() {
        List<Column> columns = table.columns();
        String given = given(columns);
        if (onConflict.kind() == Kind.COMPARE) {
            return given + differing(columns) + differences("upsert", columns);
        }
        String target = onConflict.kind() == Kind.INSERT ? "" : " (" + ApplySql.names(key) + ")";
        return given + ", done AS (\n" + ApplySql.insertInto(table) + "SELECT " + ApplySql.names(columns)
                + " FROM given\nON CONFLICT" + target + " DO " + action(columns) + "\nRETURNING " + keyOf("t")
                + "),\ndeclined AS (SELECT given.* FROM given WHERE " + notIn("given", "done") + ")"
                + declines("upsert");
    }

    private String action(List<Column> columns) {
        List<Column> updated = ApplySql.updatable(table, columns);
        if (onConflict.kind() != Kind.NEWER || updated.isEmpty()) {
            return "NOTHING";
        }
        return "UPDATE SET "
                + updated.stream()
                        .map(column -> Sql.name(column.name()) + " = excluded." + Sql.name(column.name()))
                        .collect(Collectors.joining(", "))
                + " WHERE " + notNewer("excluded");
    }

    /** @param set see {@link ApplySql#patch} */
    String patch(List<Column> set) {
        String given = given(Stream.concat(key.stream(), set.stream()).toList());
        if (onConflict.kind() == Kind.COMPARE) {
            return given + differing(set) + differences("patch", set);
        }
        if (onConflict.leavesRows()) {
            // Of a row that is not there, FILL needs the whole; INSERT has declined it before.
            String declined = onConflict.kind() == Kind.INSERT ? "SELECT * FROM given" : present();
            return given + ",\ndeclined AS (" + declined + ")" + declines("patch");
        }
        boolean told = set.stream().anyMatch(column -> column.name().equals(onConflict.column()));
        return given + ", done AS (\nUPDATE " + Sql.name(table.id()) + " AS t SET "
                + set.stream()
                        .map(column -> Sql.name(column.name()) + " = given." + Sql.name(column.name()))
                        .collect(Collectors.joining(", "))
                + " FROM given WHERE " + sameKey() + (told ? " AND " + notNewer("given") : "")
                + "\nRETURNING " + keyOf("t") + "),\ndeclined AS (" + present()
                + " AND " + notIn("given", "done") + ")" + declines("patch");
    }

    String remove() {
        return switch (onConflict.kind()) {
            case OVERWRITE -> ApplySql.remove(table);
            case NEWER -> removeOlder();
            case FILL, INSERT -> given(key) + ",\ndeclined AS (" + present() + ")" + declines("remove");
            case COMPARE -> given(key) + ",\ndiffering AS (" + present() + ")" + differences("remove", table.columns());
        };
    }

    /** Parameters: the key's columns, then the age. Of a row whose age is not known, none that the destination has is newer. */
    private String removeOlder() {
        if (table.removedBy().length == key.size()) {
            return ApplySql.remove(table);
        }
        String age = Sql.name(table.columns().get(table.age()).name());
        return given(Arrays.stream(table.removedBy())
                        .mapToObj(table.columns()::get)
                        .toList())
                + ", done AS (\nDELETE FROM " + Sql.name(table.id()) + " AS t USING given WHERE " + sameKey()
                + " AND (given." + age + " IS NULL OR " + notNewer("given") + ")\nRETURNING " + keyOf("t")
                + "),\ndeclined AS (" + present() + " AND " + notIn("given", "done") + ")" + declines("remove");
    }

    /** What the batch brings, cast to the columns' types. */
    private static String given(List<Column> columns) {
        return "WITH given AS MATERIALIZED (\n" + ApplySql.given(columns) + ")";
    }

    /** Those of which the destination has a row. */
    private String present() {
        return "SELECT given.* FROM given WHERE EXISTS (SELECT FROM " + Sql.name(table.id()) + " AS t WHERE "
                + sameKey() + ")";
    }

    private String differing(List<Column> compared) {
        List<Column> columns =
                compared.stream().filter(column -> !key.contains(column)).toList();
        return ",\ndiffering AS (SELECT given.* FROM given LEFT JOIN " + Sql.name(table.id()) + " AS t ON "
                + sameKey() + " WHERE t." + Sql.name(key.get(0).name()) + " IS NULL"
                + (columns.isEmpty() ? "" : " OR " + ApplySql.differ(columns, "given.")) + ")";
    }

    /** A row that the destination has without a time is the older one. */
    private String notNewer(String other) {
        String column = Sql.name(String.valueOf(onConflict.column()));
        return "(t." + column + " IS NULL OR t." + column + " <= " + other + "." + column + ")";
    }

    private String declines(String mutation) {
        String kept = ",\nkept AS (INSERT INTO switchback.declined (migration, table_name, mutation, content)\nSELECT "
                + migration + ", " + name + ", '" + mutation + "', to_json(declined.*) FROM declined)";
        return (onConflict.keepDeclined() ? kept : "")
                + "\nINSERT INTO switchback.declined_count AS c (migration, table_name, session, declined)\nSELECT "
                + migration + ", " + name + ", pg_backend_pid(), count(*) FROM declined HAVING count(*) > 0\n"
                + "ON CONFLICT (migration, table_name, session) DO UPDATE SET declined = c.declined + excluded.declined";
    }

    /** Of columns that a patch leaves out, what was found before stays true. */
    private String differences(String mutation, List<Column> told) {
        String keyAs = "jsonb_build_array(%s)";
        String untold = "d.content - ARRAY["
                + Stream.concat(key.stream(), told.stream())
                        .map(column -> Sql.literal(column.name()))
                        .collect(Collectors.joining(", "))
                + "]::text[] = '{}'::jsonb";
        return ",\nagree AS (DELETE FROM switchback.difference AS d USING given WHERE d.migration = " + migration
                + " AND d.table_name = " + name + " AND d.key = " + keyAs.formatted(keyOf("given"))
                + " AND md5(d.key::text) = md5(" + keyAs.formatted(keyOf("given")) + "::text)"
                + " AND " + untold + " AND " + notIn("given", "differing") + ")"
                + "\nINSERT INTO switchback.difference AS d (migration, table_name, key, mutation, content)\nSELECT "
                + migration + ", " + name + ", " + keyAs.formatted(keyOf("differing")) + ", '" + mutation
                + "', to_jsonb(differing.*) FROM differing\nON CONFLICT (migration, table_name, md5(key::text)) DO UPDATE"
                + " SET found_at = clock_timestamp(), "
                + (mutation.equals("patch")
                        ? "mutation = CASE d.mutation WHEN 'upsert' THEN 'upsert' ELSE 'patch' END,"
                                + " content = d.content || excluded.content"
                        : "mutation = excluded.mutation, content = excluded.content");
    }

    /** A hashed subplan: joins other than by index are off in these sessions. */
    private String notIn(String one, String other) {
        return "(" + keyOf(one) + ") NOT IN (SELECT " + keyOf(other) + " FROM " + other + ")";
    }

    private String sameKey() {
        return ApplySql.sameKey(table, column -> "given." + Sql.name(column.name()));
    }

    private String keyOf(String relation) {
        return key.stream()
                .map(column -> relation + "." + Sql.name(column.name()))
                .collect(Collectors.joining(", "));
    }
}
