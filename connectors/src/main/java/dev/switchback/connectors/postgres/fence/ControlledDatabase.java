package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.Sql;
import dev.switchback.connectors.spi.Authority;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** A database as an operator changes it: each change in a transaction that locks the control row first. Thread-safe. */
final class ControlledDatabase {

    static final String FENCED = "fenced";
    static final String OPEN = "open";

    private final PostgresConnections database;
    private final String migration;

    ControlledDatabase(PostgresConnections database, String migration) {
        this.database = database;
        this.migration = migration;
    }

    /** What a transaction does. */
    @FunctionalInterface
    interface Change<T> {
        /** @param fenced whether the control row says that the fence is closed */
        T run(Connection transaction, boolean fenced) throws SQLException;
    }

    /** What is looked at, in auto-commit mode. */
    @FunctionalInterface
    interface Look<T> {
        T run(Connection connection) throws SQLException;
    }

    /**
     * Runs a change under the lock of the control row, so that whoever raises the epoch waits for its end.
     *
     * @param atMost how long it may take: where this process stands still for longer, the server ends the transaction and
     *     lets the next operator in
     * @throws dev.switchback.connectors.spi.NotInChargeException when the row names another epoch or direction
     */
    <T> T change(Authority authority, Duration atMost, Change<T> change) {
        return change(authority, (transaction, fenced) -> {
            try (Statement statement = transaction.createStatement()) {
                statement.execute("SET LOCAL idle_in_transaction_session_timeout = " + atMost.toMillis());
            }
            return change.run(transaction, fenced);
        });
    }

    /** Runs a change that waits for nothing but the database: an operator that stands still is not waited for. */
    <T> T change(Authority authority, Change<T> change) {
        try (Connection connection = database.open()) {
            connection.setAutoCommit(false);
            ControlLock.begin(connection);
            T result = change.run(connection, ControlLock.take(connection, migration, authority));
            connection.commit();
            return result;
        } catch (SQLException failure) {
            throw new ProblemException(database.problem(failure), failure);
        }
    }

    /**
     * Fails where the server has ended the transaction, and with it the lock, since this process stood still: to be called
     * directly before something that no rollback takes back.
     */
    static void requireUnderWay(Connection transaction) throws SQLException {
        try (Statement statement = transaction.createStatement()) {
            statement.execute("SELECT 1");
        }
    }

    <T> T look(Look<T> look) {
        try (Connection connection = database.open()) {
            return look.run(connection);
        } catch (SQLException failure) {
            throw new ProblemException(database.problem(failure), failure);
        }
    }

    /** Writes into the control row whether the fence is closed. */
    void mark(Connection transaction, String fence) throws SQLException {
        try (Statement statement = transaction.createStatement()) {
            statement.execute("UPDATE switchback.control SET fence = " + Sql.literal(fence) + " WHERE migration = "
                    + Sql.literal(migration) + " AND fence <> " + Sql.literal(fence));
        }
    }

    /** Whether the control row says that the fence is closed. */
    boolean marked() {
        return look(connection -> ControlSchema.control(connection, migration)
                .filter(row -> row.fenced())
                .isPresent());
    }

    String migration() {
        return migration;
    }

    /** For {@link Problem#where()}. */
    String where() {
        return database.where();
    }

    Problem refused(String what, String remedy) {
        return new Problem(Problem.Kind.REFUSED, where(), what, remedy);
    }
}
