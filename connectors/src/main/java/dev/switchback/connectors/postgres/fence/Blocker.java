package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.TimeSpan;
import dev.switchback.transforms.schema.TableId;

/**
 * A transaction whose lock on a table keeps a fence from closing or opening.
 *
 * @param pid its backend; null for a prepared transaction
 * @param who the user and application, or the prepared transaction's identifier
 * @param age how long it has been open; null where the role may not see it
 * @param vacuum whether it is the server's own autovacuum, which yields to whoever waits for {@code deadlock_timeout}
 */
record Blocker(@Nullable Integer pid, String who, TableId table, @Nullable Duration age, boolean vacuum) {

    private static final String MAINTENANCE = "'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock',"
            + " 'ExclusiveLock', 'AccessExclusiveLock'";

    /** What SHARE ROW EXCLUSIVE waits for. */
    private static final String CONFLICTING = "'RowExclusiveLock', " + MAINTENANCE;

    private static final String HOLDERS =
            """
            SELECT DISTINCT ON (l.pid, x.gid) l.pid, n.nspname, c.relname, a.usename, a.application_name, x.gid,
                   a.backend_type = 'autovacuum worker' AND a.query NOT LIKE '%%(to prevent wraparound)',
                   extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, x.prepared)) AS age
            FROM pg_locks l
            JOIN pg_class c ON c.oid = l.relation
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_stat_activity a ON a.pid = l.pid
            LEFT JOIN pg_locks own ON l.pid IS NULL AND own.pid IS NULL AND own.locktype = 'transactionid'
              AND own.mode = 'ExclusiveLock' AND own.virtualtransaction = l.virtualtransaction
            LEFT JOIN pg_prepared_xacts x ON x.transaction = own.transactionid
            WHERE l.locktype = 'relation' AND l.granted AND l.relation = ANY (?)
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND l.pid IS DISTINCT FROM pg_backend_pid() AND l.mode IN (%s)
            """;

    static List<Blocker> of(Connection connection, Collection<FencedRelation> relations) throws SQLException {
        return holders(connection, relations, CONFLICTING);
    }

    /** Those that do more than to write rows. */
    static List<Blocker> maintaining(Connection connection, Collection<FencedRelation> relations) throws SQLException {
        return holders(connection, relations, MAINTENANCE);
    }

    private static List<Blocker> holders(Connection connection, Collection<FencedRelation> relations, String modes)
            throws SQLException {
        List<Blocker> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(HOLDERS.formatted(modes))) {
            Long[] oids = relations.stream().map(FencedRelation::oid).toArray(Long[]::new);
            statement.setArray(1, connection.createArrayOf("oid", oids));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    int pid = row.getInt(1);
                    Integer known = row.wasNull() ? null : pid;
                    found.add(new Blocker(
                            known,
                            known == null ? String.valueOf(row.getString(6)) : user(row),
                            new TableId(row.getString(2), row.getString(3)),
                            age(row),
                            row.getBoolean(7)));
                }
            }
        }
        return found;
    }

    private static String user(ResultSet row) throws SQLException {
        String user = row.getString(4);
        String application = row.getString(5);
        String name = user == null ? "no user" : "user " + user;
        return application == null || application.isEmpty() ? name : name + ", " + application;
    }

    private static @Nullable Duration age(ResultSet row) throws SQLException {
        double seconds = row.getDouble(8);
        return row.wasNull() ? null : Duration.ofMillis(Math.max(0, Math.round(seconds * 1_000)));
    }

    boolean prepared() {
        return pid == null;
    }

    /** Whether it has been at it for longer than that; true where nobody can tell. */
    boolean olderThan(Duration bound) {
        return age == null || age.compareTo(bound) > 0;
    }

    /** {@code pid 4711 (user app, psql), open for 12 s}. */
    @Override
    public String toString() {
        String open = age == null ? "" : ", open for " + TimeSpan.text(age);
        return prepared()
                ? "the prepared transaction '" + who + "'" + open
                : vacuum
                        ? "an autovacuum of " + table + " (pid " + pid + ")" + open
                        : "pid " + pid + " (" + who + ")" + open;
    }
}
