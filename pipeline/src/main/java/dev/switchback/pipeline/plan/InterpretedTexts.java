package dev.switchback.pipeline.plan;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * Finds columns whose texts are not what expressions and joins take them for: with a collation of their own, under which
 * those are equal that are not written alike, or I is not the capital of i; and of domains that print otherwise than their
 * texts are. Stateless.
 */
final class InterpretedTexts {

    private static final String OF_THEIR_OWN =
            """
            SELECT a.attname, quote_ident(n.nspname) || '.' || quote_ident(c.collname) AS collation, c.collisdeterministic,
                   quote_ident(t.nspname) || '.' || quote_ident(r.relname) || ' ALTER COLUMN ' || quote_ident(a.attname)
                   || ' TYPE ' || format_type(a.atttypid, a.atttypmod) AS altered
            FROM pg_namespace t
            JOIN pg_class r ON r.relnamespace = t.oid
            JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0
            JOIN pg_collation c ON c.oid = a.attcollation AND c.collprovider <> 'd'
            JOIN pg_namespace n ON n.oid = c.collnamespace
            WHERE t.nspname = ? AND r.relname = ? AND a.attname = ANY (?)
            ORDER BY a.attnum
            """;

    /** Of which the text is another one as soon as something looks into it: a domain over any of these prints as they do. */
    private static final String PRINTED_OTHERWISE =
            """
            WITH RECURSIVE domain AS (
                SELECT a.attnum, a.attname, format_type(a.atttypid, a.atttypmod) AS declared, d.typbasetype, d.typtypmod
                FROM pg_namespace t
                JOIN pg_class r ON r.relnamespace = t.oid
                JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0
                JOIN pg_type d ON d.oid = a.atttypid AND d.typtype = 'd'
                WHERE t.nspname = ? AND r.relname = ? AND a.attname = ANY (?)
                UNION ALL
                SELECT o.attnum, o.attname, o.declared, d.typbasetype, d.typtypmod
                FROM domain o JOIN pg_type d ON d.oid = o.typbasetype AND d.typtype = 'd')
            SELECT attname, declared, format_type(typbasetype, typtypmod) AS base FROM domain
            WHERE typbasetype = ANY ('{boolean, bpchar, inet, xml}'::regtype[]) ORDER BY attnum
            """;

    /** What is wrong with the column that a query's row tells of; empty if nothing is. */
    private interface Finding {
        Optional<Problem> of(ResultSet row) throws SQLException;
    }

    private InterpretedTexts() {}

    /**
     * Problems with what is computed.
     *
     * @param columns the columns whose values are looked into, by table, and that by the place of the {@code SELECT} that
     *     does so
     */
    static List<Problem> problems(PostgresConnections database, Map<String, Map<TableId, Set<String>>> columns) {
        List<Problem> problems = new ArrayList<>();
        if (columns.values().stream().allMatch(Map::isEmpty)) {
            return problems;
        }
        try (Connection connection = database.open()) {
            for (Map.Entry<String, Map<TableId, Set<String>>> select : columns.entrySet()) {
                String where = select.getKey();
                for (Map.Entry<TableId, Set<String>> each : select.getValue().entrySet()) {
                    TableId table = each.getKey();
                    problems.addAll(found(
                            connection,
                            OF_THEIR_OWN,
                            table,
                            each.getValue(),
                            row -> ofItsOwn(connection, row, table, where)));
                    problems.addAll(found(
                            connection,
                            PRINTED_OTHERWISE,
                            table,
                            each.getValue(),
                            row -> Optional.of(printedOtherwise(row, table, where))));
                }
            }
        } catch (SQLException e) {
            throw new ProblemException(database.problem(e), e);
        }
        return problems;
    }

    private static List<Problem> found(
            Connection connection, String query, TableId table, Set<String> columns, Finding finding)
            throws SQLException {
        List<Problem> problems = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.name());
            statement.setArray(3, connection.createArrayOf("text", columns.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    finding.of(row).ifPresent(problems::add);
                }
            }
        }
        return problems;
    }

    private static Optional<Problem> ofItsOwn(Connection connection, ResultSet row, TableId table, String where)
            throws SQLException {
        String collation = row.getString("collation");
        if (row.getBoolean("collisdeterministic") && hasOurLetters(connection, collation)) {
            return Optional.empty();
        }
        return Optional.of(new Problem(
                Problem.Kind.REFUSED,
                where,
                "Column " + row.getString("attname") + " of " + table + " has the collation " + collation
                        + ", under which texts are not what expressions, filters and joins take them for:"
                        + " equal if they are written alike, and with I for the capital of i.",
                "Only select the column as it is, or run ALTER TABLE " + row.getString("altered")
                        + " COLLATE \"default\"."));
    }

    private static Problem printedOtherwise(ResultSet row, TableId table, String where) throws SQLException {
        return new Problem(
                Problem.Kind.REFUSED,
                where,
                "Column " + row.getString("attname") + " of " + table + " is " + row.getString("declared")
                        + ", a domain over " + row.getString("base")
                        + ", whose text expressions do not know as PostgreSQL does.",
                "Only select the column as it is.");
    }

    private static boolean hasOurLetters(Connection connection, String collation) throws SQLException {
        String probe =
                "SELECT upper('i' COLLATE " + collation + ") = 'I' AND lower('I' COLLATE " + collation + ") = 'i'";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(probe)) {
            row.next();
            return row.getBoolean(1);
        }
    }
}
