package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.TimeSpan;

/**
 * A transaction that has written to a table, or may yet, whatever was revoked or closed since it took its lock. Whoever
 * takes a lock later sees what is in force then.
 *
 * @param transaction the server's name for it, unique while it lasts
 * @param who in words
 * @param age how long it has been open; null where the role may not see it
 */
record InFlight(String transaction, String who, @Nullable Duration age) {

    private static final long BETWEEN_LOOKS_MILLIS = 5;

    private static final String WRITERS =
            """
            SELECT DISTINCT ON (l.virtualtransaction) l.virtualtransaction, l.pid, coalesce(a.usename, x.owner),
                   coalesce(a.application_name, ''), x.gid, c.oid::regclass::text,
                   extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, x.prepared))
            FROM pg_locks l
            JOIN pg_class c ON c.oid = l.relation
            LEFT JOIN pg_stat_activity a ON a.pid = l.pid
            LEFT JOIN pg_locks own ON l.pid IS NULL AND own.pid IS NULL AND own.locktype = 'transactionid'
              AND own.mode = 'ExclusiveLock' AND own.virtualtransaction = l.virtualtransaction
            LEFT JOIN pg_prepared_xacts x ON x.transaction = own.transactionid
            WHERE l.locktype = 'relation' AND l.granted AND l.relation = ANY (?)
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND l.pid IS DISTINCT FROM pg_backend_pid()
              AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
            """;

    /** Those of this moment. */
    static List<InFlight> of(Connection connection, Collection<FencedRelation> relations) throws SQLException {
        List<InFlight> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(WRITERS)) {
            Long[] oids = relations.stream().map(FencedRelation::oid).toArray(Long[]::new);
            statement.setArray(1, connection.createArrayOf("oid", oids));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    double seconds = row.getDouble(7);
                    Duration age = row.wasNull() ? null : Duration.ofMillis(Math.max(0, Math.round(seconds * 1_000)));
                    found.add(new InFlight(row.getString(1), who(row, age), age));
                }
            }
        }
        return found;
    }

    /**
     * Waits for the end of those that are there now, not of those that come later.
     *
     * @return those that have not ended in time
     */
    static List<InFlight> await(Connection connection, Collection<FencedRelation> relations, Duration within)
            throws SQLException {
        long deadline = System.nanoTime() + within.toNanos();
        Set<String> first =
                of(connection, relations).stream().map(InFlight::transaction).collect(Collectors.toSet());
        List<InFlight> left = List.of();
        while (!first.isEmpty()) {
            left = of(connection, relations).stream()
                    .filter(each -> first.contains(each.transaction))
                    .toList();
            if (left.isEmpty() || System.nanoTime() - deadline > 0) {
                return left;
            }
            pause();
        }
        return left;
    }

    private static void pause() throws SQLException {
        try {
            TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while waiting for writers", interrupted);
        }
    }

    /** Whether it has been open for longer than that; false where nobody can tell. */
    boolean olderThan(Duration bound) {
        return Optional.ofNullable(age).orElse(Duration.ZERO).compareTo(bound) > 0;
    }

    /** {@code public.store is written by pid 4711 (user app, psql), open for 12 s}. */
    @Override
    public String toString() {
        return who;
    }

    private static String who(ResultSet row, @Nullable Duration age) throws SQLException {
        String application = row.getString(4);
        String name = row.getString(5) == null
                ? "pid " + row.getString(2) + " (user " + row.getString(3)
                        + (application.isEmpty() ? "" : ", " + application) + ")"
                : "the prepared transaction '" + row.getString(5) + "'";
        String open = age == null ? "" : ", open for " + TimeSpan.text(age);
        return row.getString(6) + " is written by " + name + open;
    }
}
