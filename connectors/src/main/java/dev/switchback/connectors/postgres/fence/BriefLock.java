package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.problem.TimeSpan;

/**
 * Transactions that need tables without writers. Whoever waits for that makes all new writers wait behind, on every
 * table that it has already; so one try waits for an instant in all, however many tables there are, and gives the site a
 * rest before the next.
 */
final class BriefLock {

    /** So long at most may a writer wait behind one try. */
    static final Duration WAIT = Duration.ofMillis(100);

    private static final Duration REST = Duration.ofMillis(150);
    private static final String QUERY_CANCELED = "57014";

    /** A setting of the transaction's own: how long it may wait for the tables. */
    private static final String PATIENCE = "switchback.patience";

    /** Lock not available, deadlock, and a statement that was out of time while it waited for a lock. */
    private static final Set<String> AGAIN = Set.of("55P03", "40P01", QUERY_CANCELED);

    private final String where;
    private final Duration within;

    /** What the transaction does. */
    @FunctionalInterface
    interface Work<T> {
        /** The locks it wants it takes by {@link BriefLock#lock}. */
        T run(Connection connection) throws SQLException;
    }

    /**
     * @param where for {@link Problem#where()}
     * @param within how long it goes on trying
     */
    BriefLock(String where, Duration within) {
        this.where = where;
        this.within = within;
    }

    /**
     * Runs the work in one transaction, as often as it takes.
     *
     * @param connection in auto-commit mode, and left so
     * @param relations what it locks, to say who was in the way
     * @throws ProblemException when it did not come through in time; nothing is changed
     */
    <T> T run(Connection connection, List<FencedRelation> relations, Work<T> work) throws SQLException {
        return run(connection, relations, work, Optional.empty());
    }

    /**
     * Runs the work in one transaction, as often as it takes, unless that is hopeless: where everybody who was in the way
     * has come only since, writers stand in each other's way and in ours, each with one table and waiting for another.
     *
     * @param instead what to do then; it returns empty if it did not come through either
     */
    <T> T run(Connection connection, List<FencedRelation> relations, Work<T> work, Optional<Work<Optional<T>>> instead)
            throws SQLException {
        long deadline = System.nanoTime() + within.toNanos();
        Duration wait = WAIT;
        while (true) {
            try {
                return attempt(connection, wait, work);
            } catch (SQLException failure) {
                List<Blocker> blockers = blockersOf(failure, connection, relations);
                if (instead.isPresent() && blockers.stream().noneMatch(blocker -> blocker.olderThan(WAIT))) {
                    Optional<T> result = instead.get().run(connection);
                    if (result.isPresent()) {
                        return result.get();
                    }
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new ProblemException(locked(blockers), failure);
                }
                wait = patience(connection, blockers);
                rest();
            }
        }
    }

    /** Runs the work once; empty if the lock was not to be had. */
    static <T> Optional<T> once(Connection connection, Work<T> work) throws SQLException {
        try {
            return Optional.of(attempt(connection, WAIT, work));
        } catch (SQLException failure) {
            if (!AGAIN.contains(String.valueOf(failure.getSQLState()))) {
                throw failure;
            }
            return Optional.empty();
        }
    }

    private static List<Blocker> blockersOf(SQLException failure, Connection connection, List<FencedRelation> relations)
            throws SQLException {
        if (!AGAIN.contains(String.valueOf(failure.getSQLState()))) {
            throw failure;
        }
        return Blocker.of(connection, relations);
    }

    private static <T> T attempt(Connection connection, Duration wait, Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            ControlLock.begin(connection);
            statement.execute("SET LOCAL " + PATIENCE + " = " + wait.toMillis());
            T result = work.run(connection);
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException failure) {
            connection.rollback();
            throw failure;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** Waits for the writers of all of them, in one statement, whose timeout is the transaction's. */
    static void lock(Connection connection, List<FencedRelation> relations) throws SQLException {
        if (relations.isEmpty()) {
            return;
        }
        String names = relations.stream().map(each -> "ONLY " + each.sql()).collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement()) {
            beBrief(connection);
            statement.execute("LOCK TABLE " + names + " IN SHARE ROW EXCLUSIVE MODE");
            // What is left to do is the server's own work, which nobody keeps waiting.
            statement.execute("SET LOCAL statement_timeout = 0");
        }
    }

    /** To be called before a table is waited for. Whoever waits for the control row keeps nobody waiting but apply. */
    private static void beBrief(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT set_config('statement_timeout', current_setting('" + PATIENCE + "'), true)");
        }
    }

    /** Autovacuum gives way only to who has waited for longer than deadlock_timeout, and may otherwise go on for hours. */
    private static Duration patience(Connection connection, List<Blocker> blockers) throws SQLException {
        if (blockers.isEmpty() || !blockers.stream().allMatch(Blocker::vacuum)) {
            return WAIT;
        }
        String sql = "SELECT setting::int FROM pg_settings WHERE name = 'deadlock_timeout'";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return WAIT.plusMillis(row.getInt(1));
        }
    }

    private static void rest() throws SQLException {
        try {
            TimeUnit.MILLISECONDS.sleep(20 + ThreadLocalRandom.current().nextLong(REST.toMillis()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while waiting for a lock", interrupted);
        }
    }

    private Problem locked(List<Blocker> blockers) {
        String holders = blockers.stream().map(Blocker::toString).distinct().collect(Collectors.joining("; "));
        String tables = blockers.stream()
                .map(blocker -> blocker.table().toString())
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        return new Problem(
                Kind.REFUSED,
                where,
                blockers.isEmpty()
                        ? "The lock that it takes was not to be had within " + TimeSpan.text(within) + "."
                        : "The tables did not become free of writers within " + TimeSpan.text(within) + ": " + tables
                                + " is held by " + holders + ".",
                "Try again when these transactions have ended, or end them by pg_terminate_backend.");
    }
}
