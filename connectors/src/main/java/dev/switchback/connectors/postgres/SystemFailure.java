package dev.switchback.connectors.postgres;

import java.sql.SQLException;

import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;

/** Puts a statement's failure that neither a row nor time is to blame for into words. Stateless. */
final class SystemFailure {

    private SystemFailure() {}

    static ProblemException explain(PostgresConnections connections, SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        boolean login = state.startsWith("28") || state.startsWith("3D") || state.startsWith("08");
        Problem problem = login
                ? connections.problem(failure)
                : new Problem(kind(state), connections.where(), what(failure, state), remedy(connections, state));
        return new ProblemException(problem, failure);
    }

    private static Kind kind(String state) {
        return state.startsWith("XX") || state.startsWith("26") || state.startsWith("34") || state.length() != 5
                ? Kind.INTERNAL
                : Kind.REFUSED;
    }

    /** The server names the table, column or disk itself. */
    private static String what(SQLException failure, String state) {
        ServerErrorMessage server = failure instanceof PSQLException e ? e.getServerErrorMessage() : null;
        String words = String.valueOf(server == null ? failure.getMessage() : server.getMessage());
        return Character.toUpperCase(words.charAt(0)) + words.substring(1) + " (SQLSTATE " + state + ").";
    }

    private static String remedy(PostgresConnections connections, String state) {
        String user = connections.settings().user();
        return switch (state) {
            case "42P01", "42703", "42704", "3F000" -> "Create it as it is at the other side, then start again.";
            case "42501" ->
                "Grant \"" + user + "\" SELECT, INSERT, UPDATE and DELETE on the tables and USAGE on their schemas;"
                        + " where a table has row-level security, BYPASSRLS too. Then start again.";
            case "42P10" -> "Give the table a primary key or unique constraint on the mapping's key, not deferrable.";
            case "25006" -> "Connect to the primary, or make the database writable, then start again.";
            case "53100" -> "Free some space on its disk, then start again.";
            default -> "See what PostgreSQL says about this code, and its server log.";
        };
    }
}
