package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * Runs statements that need a strong lock on a busy table. Whoever waits for such a lock makes everybody queue behind
 * it; so each try waits for an instant only, and gives the table a rest before the next.
 */
final class ShortLock {

    private static final Duration WAIT = Duration.ofMillis(200);
    private static final Duration REST = Duration.ofMillis(300);
    private static final int TRIES = 60;
    private static final String LOCK_NOT_AVAILABLE = "55P03";
    private static final String DEADLOCK_DETECTED = "40P01";

    private final String where;
    private final TableId table;
    private final List<String> harmless;

    private ShortLock(String where, TableId table, List<String> harmless) {
        this.where = where;
        this.table = table;
        this.harmless = harmless;
    }

    /** For statements that wait for writers, as those do that create a trigger. */
    static ShortLock withoutWriters(String where, TableId table) {
        return new ShortLock(where, table, List.of("AccessShareLock", "RowShareLock"));
    }

    /** For statements that wait for readers too, as those do that drop a trigger. */
    static ShortLock withoutAnybody(String where, TableId table) {
        return new ShortLock(where, table, List.of());
    }

    /**
     * Runs the statements in one transaction.
     *
     * @param connection in auto-commit mode, and left so
     * @throws ProblemException when the table stayed locked through all tries
     */
    void run(Connection connection, List<String> statements) throws SQLException {
        for (int tried = 1; ; tried++) {
            try {
                attempt(connection, statements);
                return;
            } catch (SQLException failure) {
                if (!worthAnotherTry(failure)) {
                    throw failure;
                }
                if (tried == TRIES) {
                    throw new ProblemException(locked(connection), failure);
                }
                rest();
            }
        }
    }

    private static void attempt(Connection connection, List<String> statements) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = " + WAIT.toMillis());
            for (String each : statements) {
                statement.execute(each);
            }
            connection.commit();
        } catch (SQLException failure) {
            connection.rollback();
            throw failure;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static boolean worthAnotherTry(SQLException failure) {
        return LOCK_NOT_AVAILABLE.equals(failure.getSQLState()) || DEADLOCK_DETECTED.equals(failure.getSQLState());
    }

    private static void rest() throws SQLException {
        try {
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(REST.toMillis()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while waiting for a lock", interrupted);
        }
    }

    private Problem locked(Connection connection) throws SQLException {
        String sql = "SELECT string_agg(DISTINCT coalesce(l.pid::text, 'a prepared transaction'), ', ') FROM pg_locks l"
                + " WHERE l.relation = to_regclass(?) AND l.granted AND l.mode <> ALL (?)"
                + " AND l.pid IS DISTINCT FROM pg_backend_pid()";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, Sql.name(table));
            statement.setArray(2, connection.createArrayOf("text", harmless.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                String holders = row.getString(1);
                return new Problem(
                        Kind.REFUSED,
                        where,
                        "Table " + Words.name(table) + " stayed locked"
                                + (holders == null ? "." : " by pid " + holders + "."),
                        "Start again when the transactions that use the table have ended.");
            }
        }
    }
}
