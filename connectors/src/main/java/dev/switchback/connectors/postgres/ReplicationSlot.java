package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/** A logical replication slot by its name. Stateless; as thread-safe as the connection it is given. */
public final class ReplicationSlot {

    /** The output plugin that capture reads. */
    public static final String PLUGIN = "pgoutput";

    private static final String STATE =
            """
            SELECT coalesce(s.database, '') AS database, coalesce(s.plugin, '') AS plugin, s.active_pid,
                   coalesce(s.confirmed_flush_lsn - '0/0', 0)::bigint AS confirmed,
                   coalesce(log.tip - s.restart_lsn, 0)::bigint AS retained,
                   coalesce(log.tip - s.confirmed_flush_lsn, 0)::bigint AS lag,
                   CASE WHEN s.active_pid IS NOT NULL AND s.confirmed_flush_lsn IS NULL
                             AND s.wal_status IS DISTINCT FROM 'lost' THEN NULL
                        WHEN s.wal_status = 'lost' OR s.restart_lsn IS NULL
                        THEN coalesce(to_jsonb(s) ->> 'invalidation_reason', 'wal_removed')
                        WHEN (to_jsonb(s) ->> 'conflicting')::boolean THEN 'conflict'
                        WHEN s.confirmed_flush_lsn IS NULL THEN 'creation_unfinished' END AS lost
            FROM pg_replication_slots s,
                 LATERAL (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                                      ELSE pg_current_wal_lsn() END AS tip) AS log
            WHERE s.slot_name = ?
            """;
    private static final String UNDEFINED_OBJECT = "42704";

    /**
     * A slot as the server describes it. LSNs are the server's 64-bit positions.
     *
     * @param database the database it decodes; empty for a physical slot
     * @param plugin its output plugin; empty for a physical slot
     * @param activePid the backend that is reading it, if one is
     * @param confirmedLsn up to where its reader has confirmed; what committed before it is never sent again
     * @param retainedBytes how much log the server keeps for it
     * @param lagBytes how far the log's end is ahead of {@code confirmedLsn}
     * @param lost why it can be read no more, or not yet, in the server's words; null while it can
     */
    public record State(
            String name,
            String database,
            String plugin,
            @Nullable Integer activePid,
            long confirmedLsn,
            long retainedBytes,
            long lagBytes,
            @Nullable String lost) {

        /** Whether {@code activePid} is still creating it, which waits for the transactions that are open. */
        public boolean creating() {
            return activePid != null && lost == null && confirmedLsn == 0;
        }
    }

    private final String name;

    public ReplicationSlot(String name) {
        this.name = name;
    }

    /** @return empty when there is no slot of that name */
    public Optional<State> state(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STATE)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(state(row)) : Optional.empty();
            }
        }
    }

    /**
     * Drops the slot; does nothing when it is not there.
     *
     * @throws SQLException also while a backend reads it
     */
    public void drop(Connection connection) throws SQLException {
        String sql = "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, name);
            statement.execute();
        } catch (SQLException failure) {
            // Someone else has dropped it between the look and the drop.
            if (!UNDEFINED_OBJECT.equals(failure.getSQLState())) {
                throw failure;
            }
        }
    }

    private State state(ResultSet row) throws SQLException {
        int pid = row.getInt("active_pid");
        Integer activePid = row.wasNull() ? null : pid;
        return new State(
                name,
                row.getString("database"),
                row.getString("plugin"),
                activePid,
                row.getLong("confirmed"),
                row.getLong("retained"),
                row.getLong("lag"),
                row.getString("lost"));
    }
}
