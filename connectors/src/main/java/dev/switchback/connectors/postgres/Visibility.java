package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;

import dev.switchback.transforms.problem.TimeSpan;

/**
 * When a transaction that the log has told of can be seen by queries. A commit is in the log, and with logical decoding,
 * before other sessions see its rows: for a moment, or, where the server waits for a synchronous standby, for long.
 */
public final class Visibility {

    private static final long FIRST_PAUSE_MILLIS = 1;
    private static final long LONGEST_PAUSE_MILLIS = 50;

    private Visibility() {}

    /**
     * Waits until statements on the connection, which is to be in autocommit, see what the transaction did.
     *
     * @param transaction its id, as the log has it: the lower 32 bits
     * @throws IllegalStateException when they still do not after {@code within}
     */
    public static void await(Connection connection, long transaction, Duration within)
            throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + within.toNanos();
        long pause = FIRST_PAUSE_MILLIS;
        try (Statement statement = connection.createStatement()) {
            while (!sees(snapshot(statement), transaction)) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("transaction " + transaction
                            + " is in the log, but its commit has not"
                            + " ended after " + TimeSpan.text(within) + ": does the server wait for a synchronous"
                            + " standby?");
                }
                Thread.sleep(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        }
    }

    private static String snapshot(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT pg_current_snapshot()::text")) {
            row.next();
            return row.getString(1);
        }
    }

    /**
     * Whether a snapshot holds what a committed transaction did.
     *
     * @param snapshot {@code xmin:xmax:xip,…}, see PostgreSQL's manual, table "Snapshot Components"
     */
    static boolean sees(String snapshot, long transaction) {
        String[] parts = snapshot.split(":", -1);
        long next = Long.parseLong(parts[1]);
        // The one within two billion transactions of the next, as PostgreSQL compares ids of 32 bits.
        long id = next + (int) (transaction - next);
        return id < next
                && Arrays.stream(parts[2].split(","))
                        .filter(running -> !running.isEmpty())
                        .noneMatch(running -> Long.parseLong(running) == id);
    }
}
