package dev.switchback.pipeline.plan;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Finds a source whose texts are not what expressions take them for. Stateless. */
final class SourceLetters {

    /** Turkish and its kin have a dotted capital I; other encodings have other bytes and numbers for the same letters. */
    private static final String PROBE = "SELECT upper('i') = 'I' AND lower('I') = 'i' AND pg_encoding_to_char(encoding)"
            + " = 'UTF8', datcollate, datctype, pg_encoding_to_char(encoding) FROM pg_database"
            + " WHERE datname = current_database()";

    private SourceLetters() {}

    /** @param where a table that has expressions */
    static List<Problem> problems(PostgresConnections source, String where) {
        try (Connection connection = source.open();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(PROBE)) {
            row.next();
            if (row.getBoolean(1)) {
                return List.of();
            }
            return List.of(new Problem(
                    Problem.Kind.REFUSED,
                    where,
                    "The letters of the " + source.side() + " (encoding " + row.getString(4) + ", locale "
                            + row.getString(3)
                            + ") are not those that expressions know: UTF8, and I for the capital of i.",
                    "Select the columns as they are."));
        } catch (SQLException e) {
            throw new ProblemException(source.problem(e), e);
        }
    }
}
