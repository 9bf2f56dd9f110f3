package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import dev.switchback.transforms.problem.ProblemException;

/** Runs checks in a transaction that can write nothing, and turns whatever stops them into a finding. */
final class Preflight {

    /** What to look at, given a connection within that transaction. */
    @FunctionalInterface
    interface Checks {
        void run(Connection connection, Report report) throws SQLException;
    }

    private Preflight() {}

    static Findings run(PostgresConnections database, Checks checks) {
        Report report = new Report(database.where());
        try (Connection connection = database.open()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            }
            checks.run(connection, report);
            connection.rollback();
        } catch (ProblemException unreachable) {
            return new Findings(unreachable.problems(), List.of());
        } catch (SQLException failure) {
            report.add(database.problem(failure));
        }
        return report.findings();
    }
}
