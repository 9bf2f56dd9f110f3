package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The held changes of one migration as its operator sees them. As thread-safe as its connection, which must be in
 * auto-commit mode.
 */
public final class HeldChanges {

    /**
     * A held change for people.
     *
     * @param id by which an operator names it
     * @param destinationKey {@code ?} where the mapping could not tell
     * @param sqlstate the destination's own code; null where it was not the destination that refused the change
     * @param attempts how many times it was tried; 0 for one that only waits behind another of its key
     * @param retryAt when it is tried next, if it is the first of its key; by the destination's clock
     * @param first whether it is the first of its key: only this one is tried, the others wait behind it
     */
    public record Entry(
            long id,
            String direction,
            String topic,
            int partition,
            long offset,
            String table,
            String sourceKey,
            String destinationKey,
            String reason,
            @Nullable String sqlstate,
            int attempts,
            Instant heldAt,
            Instant retryAt,
            boolean first) {

        /** Whether another row still has a value that only one row may have: it may be waiting for this one in turn. */
        public boolean waitsForAValue() {
            return first && ("23505".equals(sqlstate) || "23P01".equals(sqlstate));
        }
    }

    /** Parameters: who, why. To be completed with the name of what yields rows of {@code switchback.held}. */
    static final String RECORD_DISCARD =
            """
            INSERT INTO switchback.discarded (id, migration, direction, topic, topic_id, partition, "offset", source_key,
                value, table_name, source_key_text, destination_key_text, reason, sqlstate, attempts, held_at,
                discarded_by, discarded_why)
            SELECT id, migration, direction, topic, topic_id, partition, "offset", source_key, value, table_name,
                source_key_text, destination_key_text, reason, sqlstate, attempts, held_at, ?, ? FROM %s""";

    private static final String LIST =
            """
            SELECT id, direction, topic, partition, "offset", table_name, source_key_text, destination_key_text, reason,
                   sqlstate, attempts, held_at, retry_at,
                   row_number() OVER (PARTITION BY direction, topic_id, partition, queue ORDER BY "offset") = 1
            FROM switchback.held WHERE migration = ?
            ORDER BY direction, topic, topic_id, partition, queue, "offset" LIMIT ?""";

    private static final String COUNT = "SELECT count(*) FROM switchback.held WHERE migration = ?";

    private static final String RETRY =
            "UPDATE switchback.held SET retry_at = clock_timestamp() WHERE migration = ? AND id = ANY (?::int8[])";

    private static final String RETRY_ALL = "UPDATE switchback.held SET retry_at = clock_timestamp() WHERE id IN"
            + " (SELECT id FROM switchback.held WHERE migration = ? FOR UPDATE SKIP LOCKED)";

    private static final String DISCARD =
            "WITH gone AS (DELETE FROM switchback.held WHERE migration = ? AND id = ANY (?::int8[]) RETURNING *) "
                    + RECORD_DISCARD.formatted("gone") + " RETURNING id";

    private final Connection connection;
    private final String migration;

    public HeldChanges(Connection connection, String migration) {
        this.connection = connection;
        this.migration = migration;
    }

    /** All held changes, those of a key together and in order. */
    public List<Entry> list() throws SQLException {
        return list(Long.MAX_VALUE);
    }

    /** As {@link #list()}, but no more than that many. */
    public List<Entry> list(long most) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(LIST)) {
            statement.setString(1, migration);
            statement.setLong(2, most);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    entries.add(entry(rows));
                }
            }
        }
        return entries;
    }

    /** How many changes are held. */
    public long count() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
            statement.setString(1, migration);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /**
     * Makes all held changes due now, but for those that are being tried at this moment, for which it does not wait.
     *
     * @return how many
     */
    public int retryAll() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RETRY_ALL)) {
            statement.setString(1, migration);
            return statement.executeUpdate();
        }
    }

    /**
     * Makes these held changes due now, after a try of them that is under way. One that waits behind another of its key
     * still does.
     *
     * @return how many of them are held
     */
    public int retry(Collection<Long> ids) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RETRY)) {
            statement.setString(1, migration);
            statement.setArray(2, connection.createArrayOf("int8", ids.toArray(Long[]::new)));
            return statement.executeUpdate();
        }
    }

    /**
     * Gives held changes up for good, and records who did it and why in {@code switchback.discarded}. Waits for a retry of
     * them that is under way.
     *
     * @return the ids of those that were still held and now are discarded
     */
    public List<Long> discard(Collection<Long> ids, String who, String why) throws SQLException {
        List<Long> discarded = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(DISCARD)) {
            statement.setString(1, migration);
            statement.setArray(2, connection.createArrayOf("int8", ids.toArray(Long[]::new)));
            statement.setString(3, who);
            statement.setString(4, why);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    discarded.add(rows.getLong(1));
                }
            }
        }
        return discarded;
    }

    private static Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getInt(4),
                row.getLong(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                row.getInt(11),
                row.getTimestamp(12).toInstant(),
                row.getTimestamp(13).toInstant(),
                row.getBoolean(14));
    }
}
