package dev.switchback.connectors.postgres.sequences;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

import dev.switchback.connectors.postgres.Findings;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.Sql;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.schema.TableId;

/**
 * Which smallint and integer columns of primary keys are about to run out of numbers, whoever gives them: by their largest
 * value, which an index tells. A column with negative numbers too is taken for one whose numbers are not counted up.
 * Thread-safe.
 */
public final class KeyHeadroom {

    private static final double REFUSED_BELOW = 0.02;
    private static final double NOTICED_BELOW = 0.1;

    /** Of a column that leads no index the largest value would cost a scan. */
    private static final String COLUMNS =
            """
            SELECT n.nspname, c.relname, a.attname, a.atttypid::regtype::text,
                   CASE a.atttypid WHEN 'int2'::regtype THEN 32767 ELSE 2147483647 END
            FROM unnest(?::text[], ?::text[]) AS d (schema, name)
            JOIN pg_namespace n ON n.nspname = d.schema
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = d.name
            JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.indkey)
            WHERE a.atttypid IN ('int2'::regtype, 'int4'::regtype) AND EXISTS (
              SELECT FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_am m ON m.oid = ic.relam
              WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND m.amname = 'btree'
                AND i.indkey[0] = a.attnum)
            ORDER BY 1, 2, a.attnum
            """;

    private record KeyColumn(TableId table, String name, String type, long limit) {}

    private final PostgresConnections database;
    private final Collection<TableId> tables;

    /** @param tables the declared tables of this database */
    public KeyHeadroom(PostgresConnections database, Collection<TableId> tables) {
        this.database = database;
        this.tables = List.copyOf(tables);
    }

    /** What is near its end is a problem, what is on the way there a notice. */
    public Findings check() {
        List<Problem> problems = new ArrayList<>();
        List<String> notices = new ArrayList<>();
        try (Connection connection = database.open();
                Statement statement = connection.createStatement()) {
            for (KeyColumn column : columns(connection)) {
                String name = Sql.name(column.name);
                try (ResultSet row = statement.executeQuery(
                        "SELECT min(" + name + "), max(" + name + ") FROM " + Sql.name(column.table))) {
                    row.next();
                    boolean counted = row.getLong(1) >= 0 && !row.wasNull();
                    long left = column.limit - row.getLong(2);
                    if (counted && left < column.limit * NOTICED_BELOW) {
                        report(column, left, problems, notices);
                    }
                }
            }
        } catch (SQLException failure) {
            problems.add(database.problem(failure));
        }
        return new Findings(problems, notices);
    }

    private void report(KeyColumn column, long left, List<Problem> problems, List<String> notices) {
        double share = 100.0 * left / column.limit;
        String what = "Key column " + column.table + "." + column.name + " is " + column.type + " and has " + left
                + " numbers left, " + String.format(Locale.ROOT, "%.1f", share) + "% of them.";
        if (left < column.limit * REFUSED_BELOW) {
            problems.add(new Problem(Kind.REFUSED, database.where(), what, "Make it a bigint."));
        } else {
            notices.add(database.where() + ": " + what);
        }
    }

    private List<KeyColumn> columns(Connection connection) throws SQLException {
        List<KeyColumn> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text", tables.stream().map(TableId::schema).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text", tables.stream().map(TableId::name).toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(new KeyColumn(
                            new TableId(row.getString(1), row.getString(2)),
                            row.getString(3),
                            row.getString(4),
                            row.getLong(5)));
                }
            }
        }
        return found;
    }
}
