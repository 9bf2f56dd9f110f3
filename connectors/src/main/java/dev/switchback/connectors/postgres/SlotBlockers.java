package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.TimeSpan;

/**
 * Finds the transactions that the creation of a replication slot waits for: every one, in any database of the server, that
 * had written before it. Stateless.
 */
public final class SlotBlockers {

    /** Who has a transaction id is open to every role in pg_locks; since when it is open is not in pg_stat_activity. */
    private static final String WRITERS =
            """
            SELECT DISTINCT l.pid, NULL::text AS gid, a.usename::text AS usename, a.datname::text AS datname,
                   extract(epoch FROM clock_timestamp() - a.xact_start)::bigint AS seconds
            FROM pg_locks l
            LEFT JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
              AND l.pid IS NOT NULL AND l.pid <> pg_backend_pid()
            UNION ALL
            SELECT NULL, p.gid, p.owner::text, p.database::text,
                   extract(epoch FROM clock_timestamp() - p.prepared)::bigint
            FROM pg_prepared_xacts p
            ORDER BY seconds DESC NULLS LAST
            """;

    /**
     * A transaction that must end first.
     *
     * @param pid its backend; null for a prepared transaction, which has none
     * @param gid the prepared transaction's identifier; null for any other
     * @param age since it began (was prepared), in whole seconds; null where this role may not see it
     * @param user null where it is not known
     * @param database null where it is not known
     */
    public record Blocker(
            @Nullable Integer pid,
            @Nullable String gid,
            @Nullable Duration age,
            @Nullable String user,
            @Nullable String database) {

        /** {@code the transaction of pid 4711 (user app, database shop), open for 412 s}. */
        @Override
        public String toString() {
            String who = " (user " + user + ", database " + database + "), ";
            String since = age == null ? "open for a time this role may not see" : "open for " + TimeSpan.text(age);
            return gid == null
                    ? "the transaction of pid " + pid + who + since
                    : "the prepared transaction " + Sql.literal(gid) + who + since;
        }

        String remedy() {
            return gid == null
                    ? "Let it end or run SELECT pg_terminate_backend(" + pid + "), and start again."
                    : "Run COMMIT PREPARED or ROLLBACK PREPARED " + Sql.literal(gid) + " in database " + database
                            + ", and start again.";
        }
    }

    private SlotBlockers() {}

    /** The transactions that a slot created now would wait for, the oldest first. */
    public static List<Blocker> find(Connection connection) throws SQLException {
        List<Blocker> blockers = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(WRITERS)) {
            while (row.next()) {
                blockers.add(blocker(row));
            }
        }
        return blockers;
    }

    /** Says that a slot could not be created in time, and which transaction was in the way longest. */
    public static Problem problem(String where, String slot, Duration waited, List<Blocker> blockers) {
        String late = "Replication slot " + slot + " could not be created within " + TimeSpan.text(waited);
        if (blockers.isEmpty()) {
            return new Problem(
                    Kind.REFUSED,
                    where,
                    late + ", and no transaction is in its way any more.",
                    "Start again, with a longer time if the server is slow.");
        }
        Blocker oldest = blockers.get(0);
        String others = blockers.size() == 1 ? "" : " and " + (blockers.size() - 1) + " more";
        return new Problem(Kind.REFUSED, where, late + ": it waits for " + oldest + others + ".", oldest.remedy());
    }

    private static Blocker blocker(ResultSet row) throws SQLException {
        int pid = row.getInt("pid");
        Integer backend = row.wasNull() ? null : pid;
        long seconds = row.getLong("seconds");
        Duration age = row.wasNull() ? null : Duration.ofSeconds(Math.max(0, seconds));
        return new Blocker(backend, row.getString("gid"), age, row.getString("usename"), row.getString("datname"));
    }
}
